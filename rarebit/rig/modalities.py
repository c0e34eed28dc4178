"""Finds the kinds of sensors: every module of a pack's ``sensors/`` folder with a ``MODALITY``."""

from __future__ import annotations

from functools import cache

from rarebit.packs import Pack, builtin
from rarebit.rig.modality import Modality


def modalities(packs: tuple[Pack, ...] = ()) -> dict[str, Modality]:
    """Every modality of the built-in pack and of ``packs`` by name, in alphabetical order.

    Raises:
        ValueError: two have one name.
        ImportError: a module of a pack cannot be imported.
    """
    return _modalities((builtin(), *packs))


@cache
def _modalities(packs: tuple[Pack, ...]) -> dict[str, Modality]:
    found: dict[str, Modality] = {}
    for pack in packs:
        for module in pack.modules("sensors"):
            modality = getattr(module, "MODALITY", None)
            if isinstance(modality, Modality):
                if modality.name in found:
                    raise ValueError(f"{pack.folder}: sensors: two modalities are called {modality.name!r}; rename one")
                found[modality.name] = modality
    return dict(sorted(found.items()))
