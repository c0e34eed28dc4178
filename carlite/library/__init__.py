"""The blueprint library of CARLA 0.9.16, and carlite's extensions (``carlite.*``)."""

from __future__ import annotations

from functools import cache

from carlite.library.blueprint import Attribute, AttributeType, Blueprint, VehiclePreset, number, paint
from carlite.library.tables import read_all

__all__ = ["Attribute", "AttributeType", "Blueprint", "VehiclePreset", "blueprints", "find", "find_uid", "number", "paint"]


@cache
def blueprints() -> tuple[Blueprint, ...]:
    """All blueprints in definition order; read once."""
    return read_all()


@cache
def _by_id() -> dict[str, Blueprint]:
    return {blueprint.id: blueprint for blueprint in blueprints()}


def find(type_id: str) -> Blueprint | None:
    """The blueprint of that id, or None."""
    return _by_id().get(type_id)


def find_uid(uid: int) -> Blueprint | None:
    """The blueprint of that uid, or None."""
    return blueprints()[uid - 1] if 1 <= uid <= len(blueprints()) else None
