"""The shape of a parameter: a value, or how it is drawn."""

from __future__ import annotations

import math
from typing import Any

from rarebit.core.errors import Fault
from rarebit.language.distributions import Choice, Constant, Distribution, LogUniform, Normal, Uniform
from rarebit.language.records import Field, Record
from rarebit.language.shapes import Json, Number, Span, nearest
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import Scalar
from rarebit.reading.units import PLAIN, Unit

_NUMBER = Number()
_SPAN = Span(_NUMBER)
_NORMAL = Record((Field("mean", _NUMBER, required=True), Field("std", _NUMBER, required=True)), about="bell curve")
_CUT = Record(
    (*_NORMAL.fields, Field("min", _NUMBER, required=True), Field("max", _NUMBER, required=True)),
    about="bell curve, cut at both ends",
)
KINDS = ("uniform", "log_uniform", "normal", "truncated_normal", "choice", "constant")


class DistributionShape:
    """``{uniform: [30, 55]}``, ``{choice: [a, b]}``, ``{choice: {a: 3, b: 1}}``, a plain value, ..."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Distribution | None:
        """The distribution, None after a fault."""
        value = entry.value
        if isinstance(value, (bool, int, float, str)):
            return self._constant(entry, faults)
        if not isinstance(value, dict) or len(value) != 1:
            faults.append(entry.fault("is no distribution", "write a value or something like {uniform: [1, 2]}"))
            return None
        ((kind, inner),) = value.items()
        if kind not in KINDS:
            faults.append(inner.fault(f"{kind!r} is no distribution", nearest(kind, KINDS)))
            return None
        before = len(faults)
        try:
            made = self._make(kind, inner, faults)
        except ValueError as error:
            faults.append(inner.fault(str(error), "correct the numbers of the distribution"))
            return None
        return made if len(faults) == before else None

    def _make(self, kind: str, inner: Entry, faults: list[Fault]) -> Distribution | None:
        if kind == "choice":
            return _choice(inner, faults)
        if kind == "constant":
            return self._constant(inner, faults)
        before = len(faults)
        if kind in ("uniform", "log_uniform"):
            pair = _SPAN.check(inner, PLAIN, faults)
            numbers = _numbers(pair or (), inner, faults)
            if len(faults) > before or len(numbers) != 2:
                return None
            return (Uniform if kind == "uniform" else LogUniform)(low=numbers[0], high=numbers[1])
        record = _NORMAL if kind == "normal" else _CUT
        given: dict[str, Any] = record.check(inner, PLAIN, faults)
        numbers = _numbers(given.values(), inner, faults)
        if len(faults) > before or len(numbers) != len(record.fields):
            return None
        low, high = (given["min"], given["max"]) if kind == "truncated_normal" else (-math.inf, math.inf)
        return Normal(mean=given["mean"], std=given["std"], low=low, high=high)

    def _constant(self, entry: Entry, faults: list[Fault]) -> Distribution | None:
        values = _scalars([entry], faults)
        return Constant(value=values[0]) if values else None

    def schema(self) -> Json:
        """JSON Schema of it."""
        scalar: Json = {"type": ["number", "string", "boolean"]}
        number: Json = {"type": "number"}
        pair: Json = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}

        def one(kind: str, inner: Json) -> Json:
            return {"type": "object", "properties": {kind: inner}, "required": [kind], "additionalProperties": False}

        def bell(*names: str) -> Json:
            properties = dict.fromkeys(names, number)
            return {"type": "object", "properties": properties, "required": list(names), "additionalProperties": False}

        options: Json = {"type": "array", "items": scalar, "minItems": 1}
        weights: Json = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}, "minProperties": 1}
        return {
            "anyOf": [
                scalar,
                one("uniform", pair),
                one("log_uniform", pair),
                one("normal", bell("mean", "std")),
                one("truncated_normal", bell("mean", "std", "min", "max")),
                one("choice", {"anyOf": [options, weights]}),
                one("constant", scalar),
            ]
        }


def _numbers(values: Any, entry: Entry, faults: list[Fault]) -> list[float]:
    numbers = [value for value in values if isinstance(value, (int, float)) and math.isfinite(value)]
    if len(numbers) != len(list(values)) and not any(fault.path.startswith(entry.path) for fault in faults):
        faults.append(
            entry.fault("a distribution takes plain finite numbers", "write numbers, and formulas where they are used")
        )
    return numbers


def _scalars(entries: list[Entry], faults: list[Fault]) -> list[Scalar]:
    found: list[Scalar] = []
    for entry in entries:
        value = entry.value
        if not isinstance(value, (bool, int, float, str)) or (isinstance(value, float) and not math.isfinite(value)):
            faults.append(entry.fault("is no plain value", "write a number or a word"))
        elif isinstance(value, str) and "$" in value:
            faults.append(entry.fault("a parameter cannot be a formula", "put the formula where the value is used"))
        else:
            found.append(value)
    return found


def _choice(inner: Entry, faults: list[Fault]) -> Distribution | None:
    before = len(faults)
    if isinstance(inner.value, list):
        options = _scalars(inner.value, faults)
        weights = [1.0] * len(options)
    elif isinstance(inner.value, dict):
        options = [_scalar_of(key) for key in inner.value]
        weights = [_NUMBER.check(item, PLAIN, faults) for item in inner.value.values()]
    else:
        faults.append(inner.fault("is no choice", "write [a, b] or {a: 3, b: 1} with weights"))
        return None
    if len({isinstance(option, str) for option in options}) > 1:
        faults.append(inner.fault("mixes words and numbers", "keep to one kind"))
    if len(faults) > before:
        return None
    return Choice(options=tuple(options), weights=tuple(_numbers(weights, inner, faults)))


def _scalar_of(key: str) -> Scalar:
    """Keys are read as text; {choice: {2: 1, 3: 1}} means numbers all the same, and true and false what they say."""
    if key in ("true", "false"):
        return key == "true"
    try:
        number = float(key)
    except ValueError:
        return key
    return int(key) if key.lstrip("+-").isdigit() else number if math.isfinite(number) else key
