"""Families that specs name: generated roads and company on them.

Each module with a ``FAMILY`` in the ``generators/`` folder of a pack is one family.
"""

from __future__ import annotations

from functools import cache

from rarebit.families.family import PopulateFamily, RoadFamily
from rarebit.packs import builtin


@cache
def road_families() -> dict[str, RoadFamily]:
    """Every road family by name, in alphabetical order."""
    return {name: family for name, family in _families().items() if isinstance(family, RoadFamily)}


@cache
def populate_families() -> dict[str, PopulateFamily]:
    """Every populate family by name, in alphabetical order."""
    return {name: family for name, family in _families().items() if isinstance(family, PopulateFamily)}


@cache
def _families() -> dict[str, RoadFamily | PopulateFamily]:
    found: dict[str, RoadFamily | PopulateFamily] = {}
    for module in builtin().modules("generators"):
        family = getattr(module, "FAMILY", None)
        if isinstance(family, (RoadFamily, PopulateFamily)):
            if family.name in found:
                raise ValueError(f"generators: two families are called {family.name!r}")
            found[family.name] = family
    return dict(sorted(found.items()))
