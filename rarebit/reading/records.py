"""Blocks of known keys: what is read of one before its formulas have values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rarebit.core.errors import Fault
from rarebit.reading.advice import nearest_key, unit_variants
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import Scalar
from rarebit.reading.shapes import Checked, Json, Number, Shape, Span, Term, fault_of
from rarebit.reading.units import PLAIN, Unit, unit_of
from rarebit.reading.values import Given, Reference


@dataclass(frozen=True, slots=True)
class Draft:
    """A block that was read: what to make of it (a dataclass), its values by field, with a ``Term`` for every formula."""

    make: Callable[..., Any]
    values: Mapping[str, Checked]
    entry: Entry


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a block.

    Attributes:
        key: as it is written, with its unit; the same key with another unit of the kind is read too and converted.
        name: of the dataclass's field.
        unit: that the key says; ``PLAIN`` if it holds no quantity.
        empty: whether nothing (null) may stand there.
        default: as told to people, "" where there is nothing to tell.
    """

    key: str
    name: str
    shape: Shape
    unit: Unit
    required: bool
    empty: bool = False
    about: str = ""
    default: str = ""

    def variants(self) -> dict[str, str]:
        """The keys under which it may be given."""
        return unit_variants(self.key, self.unit)


@dataclass(frozen=True, slots=True)
class Record:
    """The shape of a dataclass, or of what else is made of named values: a mapping with known keys."""

    make: Callable[..., Any]
    fields: tuple[Field, ...]
    about: str = ""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        if not isinstance(entry.value, dict):
            example = ", ".join(f.key for f in self.fields[:3])
            advice = f"write it with keys such as {example}" if example else "write {}"
            faults.append(entry.fault("is not a block of keys", advice))
            return None
        return self.draft(entry, entry.value, faults)

    def draft(self, entry: Entry, given: Mapping[str, Entry], faults: list[Fault]) -> Draft:
        """The block that has the keys ``given``; ``entry`` is where it stands."""
        by_key = {variant: f for f in self.fields for variant in f.variants()}
        values: dict[str, Checked] = {}
        for key, item in given.items():
            f = by_key.get(key)
            if f is None:
                faults.append(item.fault("is not a known key", self.advice(key)))
            elif f.name in values:
                faults.append(item.fault(f"says {f.key} a second time in another unit", "keep one of the two"))
            elif item.value is None and f.empty:
                values[f.name] = None
            else:
                values[f.name] = f.shape.check(item, unit_under(f.key, key, f.unit), faults)
        for f in self.fields:
            if f.required and f.name not in values:
                faults.append(entry.fault(f"{f.key} is missing", f"add {f.key}"))
        return Draft(self.make, values, entry)

    def advice(self, key: str) -> str:
        """What to write instead of an unknown key."""
        return nearest_key(key, {f.key: f.unit for f in self.fields})

    def schema(self) -> Json:
        """See Shape."""
        properties: Json = {}
        required: list[Json] = []
        for f in self.fields:
            variants = f.variants()
            for variant in sorted(variants, key=lambda v: v != f.key):
                schema = f.shape.schema()
                if isinstance(f.shape, (Number, Span)):
                    schema = f.shape.schema_in(unit_under(f.key, variant, f.unit))
                properties[variant] = {"description": told(f), **schema} if told(f) else schema
            if f.required:
                required.append({"anyOf": [{"required": [variant]} for variant in variants]})
        result: Json = {"type": "object", "properties": properties, "additionalProperties": False}
        if required:
            result["allOf"] = required
        return {"description": self.about, **result} if self.about else result


def told(f: Field) -> str:
    """A field's meaning and default for people."""
    return f"{f.about} ({f.default} unless given)" if f.about and f.default else f.about


def unit_under(declared: str, key: str, unit: Unit) -> Unit:
    """The unit in which a value stands under ``key``, one of the variants of ``declared``."""
    return unit if key == declared or unit == PLAIN else unit_of(key)


def build(checked: Checked, values: Mapping[str, Scalar], faults: list[Fault]) -> Any:
    """What was read, with a value for every formula and a dataclass for every block; None where a fault was found."""
    if isinstance(checked, Term):
        return _value(checked, values, faults)
    if isinstance(checked, Reference):
        return checked.name
    if isinstance(checked, Given):
        return checked.value
    if isinstance(checked, Draft):
        before = len(faults)
        given = {name: build(item, values, faults) for name, item in checked.values.items()}
        if len(faults) > before:
            return None
        try:
            return checked.make(**given)
        except ValueError as error:
            faults.append(fault_of(checked.entry, error))
            return None
    if isinstance(checked, Mapping):
        return {key: build(item, values, faults) for key, item in checked.items()}
    return tuple(build(item, values, faults) for item in checked) if isinstance(checked, tuple) else checked


def folded(checked: Checked) -> Checked:
    """The same with everything built already that holds no formula, so that ``build`` has only the rest to do."""
    if isinstance(checked, Draft):
        values = {name: folded(item) for name, item in checked.values.items()}
        return _whole(Draft(checked.make, values, checked.entry), values.values())
    if isinstance(checked, Mapping):
        items = {key: folded(item) for key, item in checked.items()}
        return _whole(items, items.values())
    if isinstance(checked, tuple):
        parts = tuple(folded(item) for item in checked)
        return _whole(parts, parts)
    return Given(checked.name) if isinstance(checked, Reference) else checked


def _whole(checked: Checked, parts: Iterable[Checked]) -> Checked:
    if any(isinstance(part, (Term, Draft, Mapping, tuple)) for part in parts):
        return checked
    faults: list[Fault] = []
    made = build(checked, {}, faults)
    return checked if faults else Given(made)


def _value(term: Term, values: Mapping[str, Scalar], faults: list[Fault]) -> Scalar | None:
    try:
        return term.value(values)
    except ValueError as error:
        shown = ", ".join(f"${name} = {values[name]}" for name in term.formula.names() if name in values)
        fault = fault_of(term.entry, error)
        faults.append(term.entry.fault(f"{fault.problem} with {shown}" if shown else fault.problem, fault.remedy))
        return None
