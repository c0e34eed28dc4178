"""Shapes made of keys: records, choices between records, maps of names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from rarebit.core.errors import Fault
from rarebit.language.shapes import Checked, Json, Number, Shape, Term, nearest, rescale, unit_variants
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import Scalar
from rarebit.reading.units import PLAIN, UNITS, Unit, unit_of


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a record.

    Attributes:
        name: with its unit; the same key with another unit of the kind is read too and converted.
        default: used where the key is absent; None leaves the key out of the checked data.
    """

    name: str
    shape: Shape
    required: bool = False
    default: Scalar | tuple[Scalar, ...] | None = None

    def unit(self) -> Unit:
        """The unit that the name says."""
        return unit_of(self.name)


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys."""

    fields: tuple[Field, ...]
    about: str = ""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        if not isinstance(entry.value, dict):
            example = ", ".join(f.name for f in self.fields[:3])
            faults.append(entry.fault("is not a block of keys", f"write it with keys such as {example}"))
            return {}
        return self._check_keys(entry, entry.value, unit, faults)

    def _check_keys(self, entry: Entry, given: dict[str, Entry], unit: Unit, faults: list[Fault]) -> Checked:
        fields = {f.name: f for f in self.fields}
        names = {variant: name for f in self.fields for variant, name in unit_variants(f.name, f.unit()).items()}
        result: dict[str, Checked] = {}
        for key, item in given.items():
            name = names.get(key)
            if name is None:
                faults.append(item.fault("is not a known key", self._advice(key, names)))
            elif name in result:
                faults.append(item.fault(f"says {name} a second time in another unit", "keep one of the two"))
            else:
                inner = unit_of(key) if fields[name].unit() != PLAIN else unit
                checked = fields[name].shape.check(item, inner, faults)
                result[name] = _in_unit(checked, inner, fields[name].unit()) if fields[name].unit() != PLAIN else checked
        for f in self.fields:
            if f.name in result:
                continue
            if f.required:
                faults.append(entry.fault(f"{f.name} is missing", f"add {f.name}"))
            elif f.default is not None:
                result[f.name] = f.default
        return result

    def _advice(self, key: str, names: Mapping[str, str]) -> str:
        stem = key[: -len(unit_of(key).suffix) - 1] if unit_of(key).suffix else key
        for f in self.fields:
            if f.unit().suffix and stem in (f.name, f.name[: -len(f.unit().suffix) - 1]):
                return f"write it with its unit: {', '.join(unit_variants(f.name, f.unit()))}"
        advice = nearest(key, names)
        return advice if advice.startswith("did") else nearest(key, [f.name for f in self.fields])

    def schema(self) -> Json:
        properties: Json = {}
        required: list[Json] = []
        for f in self.fields:
            variants = unit_variants(f.name, f.unit())
            schema = f.shape.schema()
            for variant in sorted(variants, key=lambda v: v != f.name):
                properties[variant] = schema
            if f.required:
                required.append({"anyOf": [{"required": [variant]} for variant in variants]})
        result: Json = {"type": "object", "properties": properties, "additionalProperties": False}
        if required:
            result["allOf"] = required
        return {"description": self.about, **result} if self.about else result


@dataclass(frozen=True, slots=True)
class Headed:
    """One of several records, told apart by the first key (the head) of each."""

    records: tuple[Record, ...]
    what: str
    about: str = ""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        heads = [record.fields[0] for record in self.records]
        if not isinstance(entry.value, dict):
            faults.append(entry.fault(f"is not {self.what}", f"write one of {', '.join(h.name for h in heads)} with its value"))
            return {}
        present = [
            (record, head)
            for record, head in zip(self.records, heads, strict=True)
            if any(variant in entry.value for variant in unit_variants(head.name, head.unit()))
        ]
        if len(present) != 1:
            known = [variant for head in heads for variant in unit_variants(head.name, head.unit())]
            got = next(iter(entry.value), "")
            problem = f"is not {self.what}" if not present else f"is {' and '.join(h.name for _, h in present)} at once"
            faults.append(entry.fault(problem, nearest(got, known) if not present else "keep one of them"))
            return {}
        record, head = present[0]
        return {"is": head.name, **record.check(entry, unit, faults)}

    def schema(self) -> Json:
        options = []
        for record in self.records:
            head = record.fields[0]
            schema = replace(record, fields=(replace(head, required=True), *record.fields[1:])).schema()
            options.append(schema)
        return {**({"description": self.about} if self.about else {}), "anyOf": options}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A record whose other keys depend on the word under ``tag``."""

    tag: str
    records: Mapping[str, Record]
    about: str = ""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        if not isinstance(entry.value, dict) or self.tag not in entry.value:
            faults.append(entry.fault(f"has no {self.tag}", f"add {self.tag}: one of {', '.join(sorted(self.records))}"))
            return {}
        word = entry.value[self.tag]
        record = self.records.get(word.value) if isinstance(word.value, str) else None
        if record is None:
            faults.append(word.fault("is not known", nearest(str(word.value), self.records)))
            return {}
        rest = {key: item for key, item in entry.value.items() if key != self.tag}
        checked = record.check(Entry(rest, entry.path, entry.file), unit, faults)
        return {"is": self.tag, self.tag: word.value, "parameters": checked}

    def schema(self) -> Json:
        options = []
        for word, record in sorted(self.records.items()):
            schema = record.schema()
            properties = {self.tag: {"const": word, "description": record.about}, **schema["properties"]}
            options.append({**schema, "properties": properties, "required": [self.tag]})
        return {"anyOf": options}


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping from free names to values of one shape."""

    item: Shape
    what: str
    about: str = ""
    reserved: tuple[str, ...] = ()

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        if not isinstance(entry.value, dict):
            faults.append(entry.fault(f"is not a list of named {self.what}s", f"write <name of the {self.what}>: ..."))
            return {}
        result: dict[str, Checked] = {}
        for key, item in entry.value.items():
            if not re.fullmatch(_NAME, key):
                faults.append(item.fault(f"{key!r} is no name", "use small letters, digits and _, a letter first"))
            elif key in self.reserved:
                faults.append(item.fault(f"{key!r} cannot name a {self.what}", "choose another name"))
            result[key] = self.item.check(item, unit_of(key) if self.what == "parameter" else PLAIN, faults)
        return result

    def schema(self) -> Json:
        result: Json = {
            "type": "object",
            "patternProperties": {f"^{_NAME}$": self.item.schema()},
            "additionalProperties": False,
        }
        return {"description": self.about, **result} if self.about else result


_NAME = r"[a-z][a-z0-9_]{0,59}"


def _in_unit(checked: Checked, unit: Unit, declared: Unit) -> Checked:
    """Numbers under a key in another unit, in the declared one."""
    if isinstance(checked, Term):
        return replace(checked, unit=unit, declared=declared)
    if isinstance(checked, tuple):
        return tuple(_in_unit(item, unit, declared) for item in checked)
    if isinstance(checked, dict):
        return {key: _in_unit(item, unit, declared) if key in _INHERITING else item for key, item in checked.items()}
    return rescale(checked, unit, declared) if isinstance(checked, (int, float)) else checked


_INHERITING = ("in",)


def quantity(name: str, low: float, high: float, about: str, *, required: bool = False, default: float | None = None) -> Field:
    """A field that holds a number in the unit of its name, within a range in that unit."""
    return Field(name, Number(low, high, UNITS.get(unit_of(name).suffix, PLAIN), about=about), required, default)
