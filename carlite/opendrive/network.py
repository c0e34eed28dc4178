"""Roads and lanes of an OpenDRIVE map, evaluated in CARLA's frame.

``s`` runs along a road's reference line and ``t`` across it, positive to the left as in OpenDRIVE. Points are CARLA's: y is
OpenDRIVE's -y, yaw is -heading, in degrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carlite.opendrive.objects import ROADRUNNER_VENDORS, MapObject, Signal, SignalReference
from carlite.opendrive.piecewise import ZERO, Cubics
from carlite.opendrive.planview import PlanView

Array = NDArray[np.float64]
_PROBE_M = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadMark:
    """The marking on a lane's outer border, from ``start_m`` (along s, from the section's start) to the next one.

    Attributes:
        type: OpenDRIVE's word, such as "solid", "broken", "solid solid", "curb", "none".
        colour: "white", "yellow", "standard" ...
        width_m: of one line.
        dash_m: (length, gap) of a broken line.
    """

    start_m: float
    type: str
    colour: str
    width_m: float
    dash_m: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane of a section.

    Attributes:
        id: positive to the left of the reference line, negative to the right, never 0.
        type: OpenDRIVE's word, such as "driving", "sidewalk", "parking".
        width: width in metres over s from the section's start; None where ``border`` is given instead.
        border: t of the outer border over s from the section's start, counted from the lane offset.
        height: (k, 3) of (start, inner, outer) metres above the road; empty if the map tells none.
        marks: of the outer border, by start.
        speeds_mps: (start, limit) records, by start; None for no limit.
        predecessor: id of the lane before, in the same road or the one linked.
        successor: id of the lane after.
    """

    id: int
    type: str
    width: Cubics | None = None
    border: Cubics | None = None
    height: Array = field(default_factory=lambda: np.zeros((0, 3)))
    marks: tuple[RoadMark, ...] = ()
    speeds_mps: tuple[tuple[float, float | None], ...] = ()
    predecessor: int | None = None
    successor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSection:
    """A stretch of road with a constant set of lanes.

    Attributes:
        start_m, end_m: along the road.
        left: lanes 1, 2, ... outwards.
        right: lanes -1, -2, ... outwards.
        centre_marks: of the reference line.
    """

    start_m: float
    end_m: float
    left: tuple[Lane, ...]
    right: tuple[Lane, ...]
    centre_marks: tuple[RoadMark, ...] = ()

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """All lanes from the leftmost to the rightmost."""
        return (*reversed(self.left), *self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a road runs into: a road ("start" or "end" of it) or a junction."""

    kind: str
    id: int
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A cross-section height polynomial at one s: z(t) over t records (``<shape>``)."""

    s: float
    profile: Cubics


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """A road with its geometry.

    Attributes:
        id: unique.
        length_m: along the reference line.
        junction: id of the junction that the road connects inside of, -1 for none.
        elevation, superelevation, lane_offset: over s; metres, radians, metres.
        crossfall: (left, right) cross slopes in radians over s, downwards from the reference line.
        shapes: lateral profiles by s.
        speeds_mps: (start, limit) records of the road, by start; None for no limit.
        bridges, tunnels: (start, end) stretches of s that the map calls so.
        left_hand: whether traffic keeps to the left.
    """

    id: int
    name: str
    length_m: float
    junction: int
    plan: PlanView
    elevation: Cubics
    superelevation: Cubics
    lane_offset: Cubics
    sections: tuple[LaneSection, ...]
    crossfall: tuple[Cubics, Cubics] = (ZERO, ZERO)
    shapes: tuple[Shape, ...] = ()
    predecessor: Link | None = None
    successor: Link | None = None
    speeds_mps: tuple[tuple[float, float | None], ...] = ()
    objects: tuple[MapObject, ...] = ()
    signals: tuple[Signal, ...] = ()
    signal_references: tuple[SignalReference, ...] = ()
    bridges: tuple[tuple[float, float], ...] = ()
    tunnels: tuple[tuple[float, float], ...] = ()
    left_hand: bool = False

    def reference(self, s: ArrayLike) -> tuple[Array, Array]:
        """Points (n, 3) in metres and yaws (n,) in degrees of the reference line at ``s`` (n,)."""
        at = np.atleast_1d(np.asarray(s, np.float64))
        x, y, heading = self.plan.evaluate(at)
        return np.stack([x, -y, self.elevation(np.clip(at, 0.0, self.length_m))], -1), -np.degrees(heading)

    def surface(self, s: ArrayLike, t: ArrayLike) -> Array:
        """Points (n, 3) of the road's surface at ``s`` and ``t`` (n,), without lane heights (kerbs)."""
        at, across = np.broadcast_arrays(np.atleast_1d(np.asarray(s, np.float64)), np.asarray(t, np.float64))
        x, y, heading = self.plan.evaluate(at)
        inside = np.clip(at, 0.0, self.length_m)
        bank = self.superelevation(inside)
        flat = across * np.cos(bank)
        z = self.elevation(inside) + across * np.sin(bank) + self._profile(inside, across)
        return np.stack([x - flat * np.sin(heading), -(y + flat * np.cos(heading)), z], -1)

    def borders(self, section: LaneSection, s: ArrayLike) -> Array:
        """t of all lane borders of ``section`` at ``s`` (n,): (n, lanes + 1), from the leftmost border to the rightmost."""
        at = np.atleast_1d(np.asarray(s, np.float64))
        offset = self.lane_offset(at)
        columns = [offset]
        for side, sign in ((section.left, 1.0), (section.right, -1.0)):
            outer = offset
            walked = []
            for lane in side:
                if lane.width is not None:
                    outer = outer + sign * np.maximum(lane.width(at - section.start_m), 0.0)
                elif lane.border is not None:
                    outer = offset + lane.border(at - section.start_m)
                walked.append(outer)
            columns = [*reversed(walked), *columns] if sign > 0 else [*columns, *walked]
        return np.stack(columns, -1)

    def lane_borders(self, section: LaneSection, lane_id: int, s: ArrayLike) -> tuple[Array, Array]:
        """t of the inner and of the outer border of one lane at ``s``, each (n,)."""
        columns = self.borders(section, s)
        inner = len(section.left) - lane_id + (1 if lane_id > 0 else 0) - (1 if lane_id < 0 else 0)
        outer = inner + (-1 if lane_id > 0 else 1)
        return columns[:, inner], columns[:, outer]

    def lane_yaw_deg(self, section: LaneSection, lane_id: int, s: ArrayLike) -> Array:
        """Yaws (n,) in degrees, along s, of a lane at ``s`` (n,), which turns off the reference line where widths change."""
        at = np.atleast_1d(np.asarray(s, np.float64))
        before, after = (np.clip(at + step, section.start_m, section.end_m) for step in (-_PROBE_M, _PROBE_M))
        here, back, ahead = (np.mean(self.lane_borders(section, lane_id, where), axis=0) for where in (at, before, after))
        aside = (ahead - back) / np.maximum(after - before, 1e-9)
        _, yaw_deg = self.reference(at)
        return np.asarray(yaw_deg - np.degrees(np.arctan2(aside, np.maximum(1.0 - self.plan.curvature(at) * here, 1e-3))))

    def section_at(self, s: float) -> LaneSection:
        """The lane section that holds ``s``."""
        for section in reversed(self.sections):
            if s >= section.start_m - 1e-9:
                return section
        return self.sections[0]

    def speed_limit_mps(self, section: LaneSection, lane: Lane, s: float) -> float | None:
        """The limit on a lane at ``s`` in m/s: of the record that holds there, the lane's or else the road's; None for none."""
        for records, at in ((lane.speeds_mps, s - section.start_m), (self.speeds_mps, s)):
            valid = [limit for start, limit in records if start <= at + 1e-9]
            if valid:
                return valid[-1]
        return None

    def _profile(self, s: Array, t: Array) -> Array:
        z = np.zeros_like(t)
        left, right = self.crossfall
        if not (left.is_zero and right.is_zero):
            z -= np.abs(t) * np.tan(np.where(t > 0.0, left(s), right(s)))
        if self.shapes:
            at = np.array([shape.s for shape in self.shapes])
            heights = np.stack([shape.profile(t) for shape in self.shapes])
            after = np.clip(np.searchsorted(at, s, side="right"), 0, len(at) - 1)
            before = np.clip(after - 1, 0, None)
            span = np.maximum(at[after] - at[before], 1e-9)
            share = np.clip((s - at[before]) / span, 0.0, 1.0)
            rows = np.arange(len(t))
            z += (1.0 - share) * heights[before, rows] + share * heights[after, rows]
        return z


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Signals that change together; the order of a junction's controllers is their sequence.

    Attributes:
        signal_ids: as the map names them; towns name a signal once for every way through the junction that it governs.
    """

    id: str
    name: str
    sequence: int
    signal_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A way through a junction: from ``incoming`` road on ``connecting`` road; (from, to) lane ids."""

    incoming: int
    connecting: int
    contact: str
    lane_links: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction:
    """A junction with the ids of its controllers, in the map's order."""

    id: int
    name: str
    connections: tuple[Connection, ...]
    controller_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadNetwork:
    """A whole map.

    Attributes:
        roads: by id, in the map's order.
        junctions: by id.
        controllers: by id.
        origin_deg: (latitude, longitude) of the geoReference; CARLA's default (42, 2) where absent.
        vendor: of the program that wrote the file.
    """

    roads: dict[int, Road]
    junctions: dict[int, Junction]
    controllers: dict[str, Controller]
    origin_deg: tuple[float, float]
    vendor: str = ""

    def signals(self) -> Iterator[tuple[Road, Signal]]:
        """All signals with the road each stands at, in the map's order (references left out)."""
        for road in self.roads.values():
            for signal in road.signals:
                yield road, signal


def is_roadrunner(network: RoadNetwork) -> bool:
    """Whether RoadRunner wrote the map, as it did CARLA's towns."""
    return any(vendor in network.vendor for vendor in ROADRUNNER_VENDORS)
