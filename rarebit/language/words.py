"""Words of the language: lanes, models, lights, and the patterns of names."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from rarebit.reading.choices import NAME
from rarebit.reading.marks import Fixed, Matches, OneOf

LANE = r"same|(?:left|right|opposite)_[1-9]|(?:shoulder|parking|sidewalk|biking)_(?:left|right)"
LANES = (
    *("same", "left_1", "right_1", "opposite_1"),
    *(f"{kind}_{side}" for kind in ("shoulder", "parking", "sidewalk") for side in ("left", "right")),
)
LIGHTS = (  # carla.VehicleLightState
    *("Position", "LowBeam", "HighBeam", "Brake", "RightBlinker", "LeftBlinker"),
    *("Reverse", "Fog", "Interior", "Special1", "Special2"),
)

Lane: TypeAlias = Annotated[str, Matches(LANE, "left_1", LANES)]
"""A lane as seen from an actor: of its direction, of the other, or beside the road."""

Light: TypeAlias = Annotated[str, OneOf(LIGHTS)]
Lights: TypeAlias = tuple[Light, ...]
"""Lights of a vehicle, by CARLA's names."""

Model: TypeAlias = Annotated[
    str, Matches(r"(?:vehicle|walker|static\.prop|carlite)\.[A-Za-z0-9_ .-]+", "vehicle.mercedes.sprinter")
]
"""A CARLA blueprint, or walker.child, walker.adult for any such figure."""

ScenarioName: TypeAlias = Annotated[str, Matches(NAME, "child_from_behind_van"), Fixed()]
Tag: TypeAlias = Annotated[str, Matches(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*", "vru.pedestrian"), Fixed()]
Text: TypeAlias = Annotated[str, Fixed()]
