"""Signals and objects that stand at a road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        validity: (lowest, highest) lane ids that it governs.
        inertial: x, y, z, heading in the map's frame, for one that stands elsewhere than ``s`` and ``t`` say.
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
    inertial: tuple[float, float, float, float] | None = None

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
