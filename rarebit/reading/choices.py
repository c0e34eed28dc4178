"""Shapes of blocks that are one of several, and of mappings from free names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from rarebit.core.errors import Fault
from rarebit.reading.advice import nearest
from rarebit.reading.entries import Entry
from rarebit.reading.records import Record
from rarebit.reading.shapes import Checked, Json, Shape
from rarebit.reading.units import PLAIN, Unit, unit_of

NAME = r"[a-z][a-z0-9_]{0,59}"


@dataclass(frozen=True, slots=True)
class Headed:
    """One of several blocks, told apart by a key (the head) that each must have; a block without keys is a bare word.

    Attributes:
        records: by head.
        what: such as "a condition".
    """

    records: Mapping[str, Record]
    what: str
    about: str = ""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        if isinstance(entry.value, str) and entry.value in self.records and not self.records[entry.value].fields:
            return self.records[entry.value].draft(entry, {}, faults)
        if not isinstance(entry.value, dict):
            words = entry.value if isinstance(entry.value, str) else ""
            advice = nearest(words, self.records)
            known = ", ".join(self.records)
            remedy = advice if advice.startswith("did") else f"write one of {known} with its value"
            faults.append(entry.fault(f"is not {self.what}", remedy))
            return None
        head = self._head(entry, entry.value, faults)
        return None if head is None else self.records[head].check(entry, unit, faults)

    def _head(self, entry: Entry, given: Mapping[str, Entry], faults: list[Fault]) -> str | None:
        heads = {head: self._variants(head) for head in self.records}
        present = [head for head, variants in heads.items() if any(variant in given for variant in variants)]
        # A head may be a further key of another block: {lights_on: ..., lights_off: ...} is lights_on.
        present = [head for head in present if not any(self._owns(other, head) for other in present if other != head)]
        if len(present) == 1:
            return present[0]
        if present:
            faults.append(entry.fault(f"is {' and '.join(present)} at once", "keep one of them"))
            return None
        known = [variant for variants in heads.values() for variant in variants]
        close = [match for key in given for match in difflib.get_close_matches(key, known, n=1, cutoff=0.7)]
        if close:
            faults.append(entry.fault(f"is not {self.what}", f"did you mean {close[0]}?"))
            return None
        meant = max(heads, key=lambda head: sum(key in self._keys(head) for key in given))
        if any(key in self._keys(meant) for key in given):
            faults.append(entry.fault(f"is not {self.what}: {meant} is missing", f"add {meant}"))
        else:
            got = next(iter(given), "")
            faults.append(entry.fault(f"is not {self.what}", nearest(got, known)))
        return None

    def _variants(self, head: str) -> list[str]:
        return list(next((f.variants() for f in self.records[head].fields if f.key == head), {head: head}))

    def _keys(self, head: str) -> set[str]:
        return {variant for f in self.records[head].fields for variant in f.variants()}

    def _owns(self, head: str, other: str) -> bool:
        """Whether ``other`` is a further key of ``head`` and not the other way round, or of both and ``head`` comes first."""
        if other not in self._keys(head):
            return False
        return head not in self._keys(other) or list(self.records).index(head) < list(self.records).index(other)

    def schema(self) -> Json:
        """See Shape."""
        options: list[Json] = []
        for head, record in self.records.items():
            if not record.fields:
                options.append({"const": head, "description": record.about})
                continue
            fields = tuple(replace(f, required=True) if f.key == head else f for f in record.fields)
            options.append(replace(record, fields=fields).schema())
        return {**({"description": self.about} if self.about else {}), "anyOf": options}


@dataclass(frozen=True, slots=True)
class Tagged:
    """One of several blocks, told apart by the word under ``tag``."""

    tag: str
    records: Mapping[str, Record]
    about: str = ""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        if not isinstance(entry.value, dict) or self.tag not in entry.value:
            faults.append(entry.fault(f"has no {self.tag}", f"add {self.tag}: one of {', '.join(sorted(self.records))}"))
            return None
        word = entry.value[self.tag]
        record = self.records.get(word.value) if isinstance(word.value, str) else None
        if record is None:
            faults.append(word.fault("is not known", nearest(str(word.value), self.records)))
            return None
        return record.draft(entry, {key: item for key, item in entry.value.items() if key != self.tag}, faults)

    def schema(self) -> Json:
        """See Shape."""
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
    pattern: str = NAME
    rule: str = "use small letters, digits and _, a letter first"

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        if not isinstance(entry.value, dict):
            faults.append(entry.fault(f"is not a list of named {self.what}s", f"write <name of the {self.what}>: ..."))
            return {}
        result: dict[str, Checked] = {}
        for key, item in entry.value.items():
            if not re.fullmatch(self.pattern, key):
                faults.append(item.fault(f"{key!r} is no name", self.rule))
            elif key in self.reserved:
                faults.append(item.fault(f"{key!r} cannot name a {self.what}", "choose another name"))
            result[key] = self.item.check(item, unit_of(key) if self.what == "parameter" else PLAIN, faults)
        return result

    def schema(self) -> Json:
        """See Shape."""
        result: Json = {
            "type": "object",
            "patternProperties": {f"^{self.pattern}$": self.item.schema()},
            "additionalProperties": False,
        }
        return {"description": self.about, **result} if self.about else result
