"""Values that distributions give: shapes of a single one and of several with weights."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rarebit.core.errors import Fault
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import Scalar
from rarebit.reading.records import Draft
from rarebit.reading.shapes import Checked, Json, Number, is_unreal
from rarebit.reading.units import PLAIN, Unit

_SCALAR: Json = {"type": ["number", "string", "boolean"]}
_WEIGHT = Number(formula=False)


@dataclass(frozen=True, slots=True)
class Weighted:
    """A value and how often it comes, relative to the others."""

    value: Scalar
    weight: float


class OneValue:
    """The shape of one value."""

    told = "any value"

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        value = entry.value
        if not isinstance(value, (bool, int, float, str)) or is_unreal(value):
            faults.append(entry.fault("is no plain value", "write a number or a word"))
        elif isinstance(value, str) and "$" in value:
            faults.append(entry.fault("a parameter cannot be a formula", "put the formula where the value is used"))
        else:
            return value
        return None

    def schema(self) -> Json:
        """See Shape."""
        return _SCALAR


class OptionsShape:
    """The shape of ``[a, b]`` and of ``{a: 3, b: 1}``."""

    told = "`[a, b]` or `{a: 3, b: 1}`"

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        before = len(faults)
        if isinstance(entry.value, list):
            values = [OneValue().check(item, PLAIN, faults) for item in entry.value]
            weights = [1.0] * len(values)
        elif isinstance(entry.value, dict):
            values = [_scalar_of(key) for key in entry.value]
            weights = [_WEIGHT.check(item, PLAIN, faults) for item in entry.value.values()]
        else:
            faults.append(entry.fault("is no choice", "write [a, b] or {a: 3, b: 1} with weights"))
            return None
        if len({isinstance(value, str) for value in values}) > 1:
            faults.append(entry.fault("mixes words and numbers", "keep to one kind"))
        if len(faults) > before:
            return None
        pairs = zip(values, weights, strict=True)
        return tuple(Draft(Weighted, {"value": value, "weight": weight}, entry) for value, weight in pairs)

    def schema(self) -> Json:
        """See Shape."""
        options: Json = {"type": "array", "items": _SCALAR, "minItems": 1}
        weights: Json = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}, "minProperties": 1}
        return {"anyOf": [options, weights]}


def _scalar_of(key: str) -> Scalar:
    """Keys are read as text; {choice: {2: 1, 3: 1}} means numbers all the same, and true and false what they say."""
    if key in ("true", "false"):
        return key == "true"
    try:
        number = float(key)
    except ValueError:
        return key
    return int(key) if key.lstrip("+-").isdigit() else number if math.isfinite(number) else key
