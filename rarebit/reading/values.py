"""Shapes of values that are taken as they are: plain ones, raw data, names of actors and rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rarebit.core.errors import Fault
from rarebit.reading.entries import Entry
from rarebit.reading.shapes import Checked, Json, is_unreal
from rarebit.reading.units import Unit


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that stands for something of the spec: ``kind`` is "actor" or "rule"."""

    kind: str
    name: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Plain:
    """Any single value, as it stands there."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        value = entry.value
        if isinstance(value, (list, dict)) or value is None or is_unreal(value):
            faults.append(entry.fault("is no plain value", "write a number or a word"))
            return None
        return value

    def schema(self) -> Json:
        """See Shape."""
        return {"type": ["number", "string", "boolean"]}


@dataclass(frozen=True, slots=True)
class Raw:
    """Anything, as plain data: what somebody else reads."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        return Given(entry.plain())

    def schema(self) -> Json:
        """See Shape."""
        return {}


@dataclass(frozen=True, slots=True)
class Given:
    """Plain data that is taken over whole."""

    value: Any


@dataclass(frozen=True, slots=True)
class Pointer:
    """The name of an actor or a rule; that it exists is checked when the whole spec is read."""

    kind: str

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        name = entry.value
        if not isinstance(name, str) or "$" in name:
            faults.append(entry.fault(f"is no name of {_a(self.kind)}", f"write the name of {_a(self.kind)} of the spec"))
            return None
        return Reference(self.kind, name, entry)

    def schema(self) -> Json:
        """See Shape."""
        return {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
