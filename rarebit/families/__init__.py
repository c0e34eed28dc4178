"""Families that specs name: generated roads and company on them.

Each module with a ``FAMILY`` in the ``generators/`` folder of a pack is one family.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType

from rarebit.families.family import PopulateFamily, RoadFamily
from rarebit.packs import Pack, collect, in_use


def road_families() -> dict[str, RoadFamily]:
    """Every road family of the packs in use by name, in alphabetical order.

    Raises:
        SpecError: two families have one name; says both places.
    """
    return {name: family for name, family in _families(in_use()).items() if isinstance(family, RoadFamily)}


def populate_families() -> dict[str, PopulateFamily]:
    """Every populate family of the packs in use by name, in alphabetical order.

    Raises:
        SpecError: two families have one name; says both places.
    """
    return {name: family for name, family in _families(in_use()).items() if isinstance(family, PopulateFamily)}


@cache
def _families(packs: tuple[Pack, ...]) -> dict[str, RoadFamily | PopulateFamily]:
    return collect("generators", _family_of, packs)


def _family_of(module: ModuleType) -> list[tuple[str, RoadFamily | PopulateFamily]]:
    family = getattr(module, "FAMILY", None)
    return [(family.name, family)] if isinstance(family, (RoadFamily, PopulateFamily)) else []
