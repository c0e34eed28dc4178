"""Finds the kinds of sensors: every module of a pack's ``sensors/`` folder with a ``MODALITY``."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from rarebit.packs import collect, in_use
from rarebit.rig.modality import Modality


def modalities() -> dict[str, Modality]:
    """Every modality of the packs in use by name, in alphabetical order.

    Raises:
        SpecError: two have one name, or a module of a pack cannot be imported.
    """
    return collect("sensors", _of_module, in_use())


def _of_module(module: ModuleType) -> Iterator[tuple[str, Modality]]:
    modality = getattr(module, "MODALITY", None)
    if isinstance(modality, Modality):
        yield modality.name, modality
