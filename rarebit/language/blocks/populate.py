"""The block ``populate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

from rarebit.core.errors import Fault
from rarebit.families import populate_families
from rarebit.families.family import PopulateFamily
from rarebit.language.blocks.parameters import fields_of
from rarebit.packs import Pack, in_use
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import Scalar
from rarebit.reading.records import Field, Record
from rarebit.reading.shapes import Checked, Json, Many
from rarebit.reading.units import PLAIN, Unit

_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Some company that the story does not name.

    Attributes:
        family: that makes it.
        parameters: all of them.
    """

    family: str
    parameters: Mapping[str, Scalar]


class PopulateShape:
    """A key for every family, with its parameters once or several times."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        return _record(in_use()).check(entry, unit, faults)

    def schema(self) -> Json:
        """See Shape."""
        return _record(in_use()).schema()


def _company(family: PopulateFamily, /, **given: Scalar) -> Company:
    return Company(family=family.name, parameters={p.name: given.get(p.name, p.default) for p in family.parameters})


@cache
def _record(_packs: tuple[Pack, ...]) -> Record:
    fields = []
    for family in populate_families().values():
        one = Record(partial(_company, family), fields_of(family.parameters), family.about)
        fields.append(Field(family.name, family.name, Many(one, single=True, low=1, high=_MOST), PLAIN, False))
    return Record(dict, tuple(fields), "company that the story does not name")
