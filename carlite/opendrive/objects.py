"""Signals and objects that stand at a road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from carlite.opendrive.network import Road

Array = NDArray[np.float64]
ROADRUNNER_VENDORS = ("VectorZero", "MathWorks")  # makers of RoadRunner
_LIGHT_TYPES = frozenset({"1000001", "1000002", *(str(code) for code in range(1000007, 1000021)), "F", "W", "A"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A sign or a traffic light.

    Attributes:
        id: as the map gives it; CARLA's OpenDRIVE id.
        s, t, z_offset_m: where it stands.
        heading_offset_rad: counter-clockwise from the road's heading (turned by 180 degrees for orientation "-").
        orientation: "+" for traffic along s, "-" against, "none" both.
        value: for instance a speed; None if the map gives none.
        validity: (from, to) lane ids that it governs; empty for all.
    """

    id: str
    name: str
    s: float
    t: float
    z_offset_m: float
    heading_offset_rad: float
    orientation: str
    dynamic: bool
    country: str
    type: str
    subtype: str
    value: float | None
    unit: str
    text: str
    width_m: float
    height_m: float
    validity: tuple[tuple[int, int], ...] = ()

    @property
    def is_traffic_light(self) -> bool:
        """True for the types that CARLA makes traffic lights of."""
        return self.type in _LIGHT_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReference:
    """A signal of any road that governs lanes of this one.

    Attributes:
        id: of the signal.
        s: where it takes effect.
        orientation, validity: as of a ``Signal``.
    """

    id: str
    s: float
    orientation: str
    validity: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Copies of an object along a road; ``distance_m`` 0 is one continuous body."""

    s: float
    length_m: float
    distance_m: float
    t_start: float
    t_end: float
    z_start_m: float
    z_end_m: float
    height_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapObject:
    """A thing of the map: crosswalk, parking space, stop line, tree, barrier ...

    Attributes:
        heading_rad: counter-clockwise from the road's heading.
        corners: (k, 3) s, t, dz or u, v, dz of the outline, empty if there is none.
        corners_are_road: True if ``corners`` are (s, t), False if (u, v) in the object's own frame.
    """

    id: str
    name: str
    type: str
    s: float
    t: float
    z_offset_m: float
    heading_rad: float
    orientation: str
    length_m: float
    width_m: float
    height_m: float
    radius_m: float
    corners: Array
    corners_are_road: bool = False
    corner_height_m: float = 0.0
    repeats: tuple[Repeat, ...] = ()

    def outline(self, road: Road) -> Array:
        """World corners (k, 3) in CARLA's frame: the outline, or the box of length and width; empty without either."""
        corners = self.corners
        if self.corners_are_road:
            points = road.surface(corners[:, 0], corners[:, 1])
            points[:, 2] += corners[:, 2]
            return points
        if not len(corners):
            if self.length_m <= 0.0 or self.width_m <= 0.0:
                return np.zeros((0, 3))
            half_l, half_w = 0.5 * self.length_m, 0.5 * self.width_m
            corners = np.array([[half_l, half_w, 0.0], [-half_l, half_w, 0.0], [-half_l, -half_w, 0.0], [half_l, -half_w, 0.0]])
        location, yaw_deg = place(road, self.s, self.t, self.z_offset_m, self.heading_rad)
        yaw = np.radians(yaw_deg)
        u, v, z = corners.T
        # v is to the left, CARLA's y to the right.
        x = location[0] + u * np.cos(yaw) + v * np.sin(yaw)
        y = location[1] + u * np.sin(yaw) - v * np.cos(yaw)
        return np.stack([x, y, location[2] + z], -1)


def place(road: Road, s: float, t: float, z_offset_m: float, heading_offset_rad: float) -> tuple[Array, float]:
    """World location (3,) and yaw in degrees (CARLA's frame) of something at (s, t) of a road."""
    location = road.surface([s], [t])[0]
    location[2] += z_offset_m
    _, yaw_deg = road.reference([s])
    return location, float(yaw_deg[0] - np.degrees(heading_offset_rad))


def signal_pose(road: Road, signal: Signal) -> tuple[Array, float]:
    """World location (3,) in metres and yaw in degrees of a signal as CARLA computes them: road heading plus hOffset.

    CARLA leaves the orientation out, and its client moves lights that stand on a lane aside by 0.25 m, which is not done here.
    """
    return place(road, signal.s, signal.t, signal.z_offset_m, signal.heading_offset_rad)


def facing_yaw_deg(road: Road, signal: Signal, *, vendor: str) -> float:
    """Yaw in degrees (CARLA's frame) of the direction that a signal's face looks in, towards the traffic it governs.

    OpenDRIVE counts hOffset from the traffic that the sign governs, so the face looks the other way; orientation "-" means the
    traffic against the road. RoadRunner, which wrote CARLA's towns, has turned hOffset for that already and gives "+" and "-"
    the other way round (seen on the stop signs of Town10HD and the lights of Town01 and Town02).
    """
    _, yaw_deg = signal_pose(road, signal)
    if vendor in ROADRUNNER_VENDORS:
        return yaw_deg + 180.0
    return yaw_deg + (0.0 if signal.orientation == "-" else 180.0)
