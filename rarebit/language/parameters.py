"""The shape of a parameter: a value, or how it is drawn."""

from __future__ import annotations

from rarebit.core.errors import Fault
from rarebit.language.construct import headed
from rarebit.reading.entries import Entry
from rarebit.reading.records import Draft, build
from rarebit.reading.shapes import Checked, Json
from rarebit.reading.units import Unit
from rarebit.reading.values import Given

_SCALAR: Json = {"type": ["number", "string", "boolean"]}


class ParameterShape:
    """``{uniform: [30, 55]}``, ``{choice: [a, b]}``, a plain value, ..."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """The distribution as ``Given``; None after a fault."""
        before = len(faults)
        if isinstance(entry.value, (bool, int, float, str)):
            draft = headed("distribution").records["constant"].draft(entry, {"constant": entry}, faults)
        else:
            draft = headed("distribution").check(entry, unit, faults)
        if len(faults) > before or not isinstance(draft, Draft):
            return None
        made = build(draft, {}, faults)
        return None if made is None else Given(made)

    def schema(self) -> Json:
        """See Shape."""
        return {"anyOf": [_SCALAR, {"$ref": "#/$defs/distribution"}]}
