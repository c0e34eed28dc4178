"""From a client's actor description to a blueprint and attribute values."""

from __future__ import annotations

import math

import numpy as np

from carlite import library
from carlite.actors import Kind
from carlite.errors import CallError
from carlite.library import Attribute, AttributeType, Blueprint
from carlite.mesh import Box

INVALID_DESCRIPTION = "Spawn failed because of invalid actor description"
COLLISION = "Spawn failed because of collision at spawn position"
NO_PARENT = "unable to attach actor: parent actor not found"
SOLID_KINDS = frozenset({Kind.VEHICLE, Kind.WALKER})
CLIENT_SIDE_SENSORS = frozenset({"sensor.other.lane_invasion"})
EYES = ("sensor.camera.", "sensor.lidar.", "sensor.other.radar", "sensor.other.obstacle")  # what sees actors by rays
_TRIGGER_CM = 100.0
_LARGEST_INT = 1 << 31
# Unreal moves a pawn that would stand in something aside if a small step helps; in metres, nearest first.
SIDESTEPS = np.array(
    [(0.0, 0.0, 0.0)]
    + [
        (radius_m * math.cos(k * math.pi / 4.0), radius_m * math.sin(k * math.pi / 4.0), 0.0)
        for radius_m in (0.25, 0.5)
        for k in range(8)
    ]
)


def checked_description(type_id: str, given: dict[str, str]) -> tuple[Blueprint, dict[str, str]]:
    """The blueprint and the value of each of its attributes, the client's where it gave one.

    Attributes that the blueprint does not have are ignored, as clients of other versions send some.

    Raises:
        CallError: for an unknown id, a value of the wrong type, or one that a restricted attribute does not list.
    """
    blueprint = library.find(type_id)
    if blueprint is None:
        raise CallError(INVALID_DESCRIPTION)
    values = blueprint.defaults()
    for attribute in blueprint.attributes:
        text = given.get(attribute.id)
        if text is None or text == attribute.value:
            continue
        if not _is_legal(attribute, text):
            raise CallError(INVALID_DESCRIPTION)
        values[attribute.id] = text
    return blueprint, values


def box_of(blueprint: Blueprint, attributes: dict[str, str]) -> Box:
    """The bounding box in the actor's frame; that of a trigger comes from its attributes (centimetres)."""
    if blueprint.kind is Kind.TRIGGER:
        x, y, z = (library.number(attributes.get(f"extent_{axis}", "0")) / _TRIGGER_CM for axis in "xyz")
        return Box(centre=(0.0, 0.0, 0.0), half_extent=(x, y, z))
    return Box(centre=blueprint.centre, half_extent=blueprint.half_extent)


def _is_legal(attribute: Attribute, text: str) -> bool:
    if attribute.restricted and text not in attribute.recommended:
        return False
    if attribute.type is AttributeType.BOOL:
        return text.lower() in {"true", "false"}
    try:
        if attribute.type is AttributeType.INT:
            return -_LARGEST_INT <= float(text) < _LARGEST_INT  # "64.0" counts as 64, as in CARLA
        if attribute.type is AttributeType.FLOAT:
            return math.isfinite(library.number(text))
        if attribute.type is AttributeType.RGB_COLOR:
            return len([int(part) for part in text.split(",")]) == 3
    except ValueError:
        return text == attribute.value
    return True
