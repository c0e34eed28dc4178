"""The block ``accept``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rarebit.core.errors import Fault
from rarebit.language.band import BandShape
from rarebit.language.construct import constructs
from rarebit.language.criteria.collision import with_touching
from rarebit.language.kinds import Criterion
from rarebit.packs import Pack, in_use
from rarebit.reading.dataclass_shapes import record_of
from rarebit.reading.entries import Entry
from rarebit.reading.records import Field, Record
from rarebit.reading.shapes import Checked, Json, Many, Shape
from rarebit.reading.units import PLAIN, Unit, unit_of

_MOST = 20


class AcceptShape:
    """A key for every measure, with a band, and for every criterion."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        return _record(in_use()).check(entry, unit, faults)

    def schema(self) -> Json:
        """See Shape."""
        return _record(in_use()).schema()


def _criteria(**given: Any) -> tuple[Criterion, ...]:
    """The criteria of the block in the order of their names."""
    found: list[Criterion] = []
    for _, value in sorted(given.items()):
        found += value if isinstance(value, tuple) else (value,)
    return with_touching(found)


@cache
def _record(_packs: tuple[Pack, ...]) -> Record:
    bands: Mapping[str, Shape] = {name: BandShape(make) for name, make in constructs("measure").items()}
    others: Mapping[str, Shape] = {name: InPlace(make) for name, make in constructs("criterion").items()}
    fields = [
        Field(name, name, Many(shape, single=True, low=1, high=_MOST), unit_of(name), False) for name, shape in bands.items()
    ]
    for name, shape in others.items():
        once = isinstance(shape, InPlace) and shape.is_word
        fields.append(Field(name, name, shape if once else Many(shape, single=True, low=1, high=_MOST), PLAIN, False))
    return Record(_criteria, tuple(fields), "what a draw must show to be recorded; others are redrawn")


@dataclass(frozen=True, slots=True)
class InPlace:
    """A construct under its own name: a block of its keys, or the bare value if it has a field of that name."""

    make: type[Any]

    @property
    def is_word(self) -> bool:
        """Whether a bare value stands for it."""
        return any(f.key == self.make.registered.name for f in record_of(self.make).fields)

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        if self.is_word and not isinstance(entry.value, dict):
            return record_of(self.make).draft(entry, {self.make.registered.name: entry}, faults)
        return record_of(self.make).check(entry, unit, faults)

    def schema(self) -> Json:
        """See Shape."""
        record = record_of(self.make)
        if not self.is_word:
            return record.schema()
        word = next(f for f in record.fields if f.key == self.make.registered.name)
        return {"description": record.about, **word.shape.schema()}
