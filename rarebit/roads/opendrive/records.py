"""What an OpenDRIVE 1.4 text says, as plain records: roads with their lanes, objects and signals, junctions, controllers.

Frame and signs are OpenDRIVE's: right-handed, ``s`` along a road's reference line, ``t`` across it (positive to the left),
lane ids positive to the left. Metres, radians, m/s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Traffic = Literal["right", "left"]
"""The side of the road that traffic keeps to."""


@dataclass(frozen=True, slots=True)
class RoadMark:
    """The line on a lane's outer edge (or the centre line): OpenDRIVE type, colour, width."""

    type: str
    colour: str = "standard"
    width_m: float = 0.12


@dataclass(frozen=True, slots=True)
class Cubic:
    """From station ``s_m`` on, ``a + b ds + c ds^2 + d ds^3``: a height, a lane offset, or (from a section's start) a width."""

    s_m: float
    a: float
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0


Rise = Cubic
"""A piece of a road's height."""


def ramp(from_m: float, length_m: float, start: float, end: float) -> tuple[Cubic, Cubic]:
    """From ``start`` to ``end`` over ``length_m`` without kinks, and constant behind."""
    way = end - start
    rising = Cubic(from_m, start, 0.0, 3.0 * way / length_m**2, -2.0 * way / length_m**3)
    return rising, Cubic(from_m + length_m, end)


@dataclass(frozen=True, slots=True)
class LaneText:
    """One lane: OpenDRIVE type, width, the mark on its outer edge, speed limit (0: none), height above the road.

    Attributes:
        widths: in place of ``width_m`` where the width changes, stations from the section's start.
        predecessor, successor: lane ids in the section or road before and after; None where there is none.
    """

    type: str
    width_m: float
    mark: RoadMark
    speed_mps: float = 0.0
    height_m: float = 0.0
    widths: tuple[Cubic, ...] = ()
    predecessor: int | None = None
    successor: int | None = None


@dataclass(frozen=True, slots=True)
class Bend:
    """A piece of the reference line: its length and curvature in 1/m, positive to the left."""

    length_m: float
    curvature: float


@dataclass(frozen=True, slots=True)
class Start:
    """Where a reference line begins."""

    x_m: float = 0.0
    y_m: float = 0.0
    heading_rad: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of one set of lanes, each side listed from the centre outwards."""

    s_m: float = 0.0
    left: Sequence[LaneText]
    right: Sequence[LaneText]
    centre: RoadMark


@dataclass(frozen=True, slots=True)
class RoadLink:
    """What a road runs into: ``kind`` is "road" (then ``contact`` says which end of it) or "junction"."""

    kind: Literal["road", "junction"]
    id: int
    contact: Literal["start", "end", ""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectText:
    """A thing of the road, such as a crosswalk or a stop line; ``outline`` are (u, v) in the object's own frame."""

    id: int
    name: str
    type: str
    s_m: float
    t_m: float
    length_m: float
    width_m: float
    outline: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalText:
    """A sign or a traffic light, on the ground at (s, t), for the traffic of ``along`` (+1 along s, -1 against).

    Attributes:
        lanes: the ids it governs, lowest and highest.
        value: a number and its unit, such as (50, "km/h"); None for none.
    """

    id: int
    name: str
    type: str
    subtype: str
    s_m: float
    t_m: float
    along: int
    lanes: tuple[int, int]
    value: tuple[float, str] | None = None
    dynamic: bool = False
    height_m: float = 0.7
    width_m: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadText:
    """A road."""

    id: int = 1
    name: str
    kind: str
    speed_mps: float
    start: Start = Start()
    bends: Sequence[Bend]
    rises: Sequence[Rise] = (Rise(0.0, 0.0),)
    lane_offset: Sequence[Cubic] = (Cubic(0.0, 0.0),)
    sections: Sequence[Section]
    junction: int = -1
    predecessor: RoadLink | None = None
    successor: RoadLink | None = None
    objects: Sequence[ObjectText] = ()
    signals: Sequence[SignalText] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A way through a junction: a connecting road that begins where ``incoming`` ends; lane ids as (from, to)."""

    incoming: int
    connecting: int
    lane_links: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JunctionText:
    """A junction; ``controllers`` in the order of their turns."""

    id: int
    name: str
    connections: Sequence[Connection]
    controllers: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerText:
    """Signals that change together."""

    id: int
    sequence: int
    signals: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkText:
    """A whole map. ``reach_m`` bounds it on all sides."""

    name: str
    reach_m: float
    traffic: Traffic = "right"
    roads: Sequence[RoadText]
    junctions: Sequence[JunctionText] = ()
    controllers: Sequence[ControllerText] = ()
