"""What each lane of a section is made of and how high it lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.opendrive import Lane, LaneSection
from carlite.scenery.shapes import ASPHALT, BIKE_LANE, GRASS, GRAVEL, GUTTER, ISLAND, SIDEWALK, Look

Array = NDArray[np.float64]
KERB_M = 0.15
_RAISED = {"sidewalk": SIDEWALK, "walking": SIDEWALK, "curb": SIDEWALK, "median": ISLAND}
_BIKE = ("biking",)
DRIVABLE = (
    *(
        "driving",
        "entry",
        "exit",
        "offRamp",
        "onRamp",
        "connectingRamp",
        "bidirectional",
        "parking",
        "stop",
        "biking",
        "restricted",
    ),
    *("mwyEntry", "mwyExit", "slipLane", "bus", "taxi", "HOV", "special1", "special2", "special3", "roadWorks", "tram", "rail"),
)
WALKABLE = ("sidewalk", "walking", "curb")


@dataclass(frozen=True, slots=True)
class LaneLook:
    """A lane's surface and its default height above the road, metres."""

    look: Look
    raise_m: float

    @property
    def is_raised(self) -> bool:
        return self.raise_m > 0.0


def lane_look(section: LaneSection, lane: Lane) -> LaneLook:
    """The look of one lane from its type and its place in the cross-section."""
    if lane.type in _RAISED:
        return LaneLook(_RAISED[lane.type], KERB_M)
    if lane.type in _BIKE:
        return LaneLook(BIKE_LANE, 0.0)
    if lane.type in DRIVABLE:
        return LaneLook(ASPHALT, 0.0)
    side = section.left if lane.id > 0 else section.right
    at = abs(lane.id) - 1
    outward = side[at + 1 :]
    walks_outward = any(other.type in WALKABLE for other in outward)
    drives_outward = any(other.type in DRIVABLE for other in outward)
    width = _first_width(lane)
    if drives_outward:
        return LaneLook(ASPHALT, 0.0)
    if lane.type == "none":
        return LaneLook(GRASS, 0.0)
    if walks_outward or lane.type == "shoulder":
        is_gutter = any(mark.type == "curb" for mark in lane.marks) and width < 0.9
        return LaneLook(GUTTER if is_gutter or (lane.type == "border" and width < 0.9) else ASPHALT, 0.0)
    if width < 0.9:
        return LaneLook(GUTTER, 0.0)
    # Wide borders outside the carriageway: a gravel shoulder, and grass at the very edge.
    is_last_of_many = not outward and at > 0 and side[at - 1].type == lane.type
    return LaneLook(GRASS if is_last_of_many else GRAVEL, 0.0)


def lane_heights(lane: Lane, look: LaneLook, ds: Array) -> tuple[Array, Array]:
    """Heights above the road of a lane's inner and outer border at ``ds`` from the section's start, each (n,) metres."""
    if len(lane.height):
        row = np.searchsorted(lane.height[:, 0], ds + 1e-9, side="right") - 1
        told = row >= 0
        return np.where(told, lane.height[row, 1], look.raise_m), np.where(told, lane.height[row, 2], look.raise_m)
    flat = np.full(len(ds), look.raise_m)
    return flat, flat


def _first_width(lane: Lane) -> float:
    return float(np.max(lane.width.coefficients[:, 0])) if lane.width is not None else 3.0
