"""The block ``populate``."""

from __future__ import annotations

from functools import cache

from rarebit.core.errors import Fault
from rarebit.language.construct import constructs
from rarebit.packs import Pack, in_use
from rarebit.reading.dataclass_shapes import Nested
from rarebit.reading.entries import Entry
from rarebit.reading.records import Field, Record
from rarebit.reading.shapes import Checked, Json, Many
from rarebit.reading.units import PLAIN, Unit

_MOST = 20


class PopulateShape:
    """A key for every kind of company, with its own keys once or several times."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        return _record(in_use()).check(entry, unit, faults)

    def schema(self) -> Json:
        """See Shape."""
        return _record(in_use()).schema()


@cache
def _record(_packs: tuple[Pack, ...]) -> Record:
    fields = tuple(
        Field(name, name, Many(Nested(make), single=True, low=1, high=_MOST), PLAIN, False)
        for name, make in constructs("company").items()
    )
    return Record(dict, fields, "company that the story does not name")
