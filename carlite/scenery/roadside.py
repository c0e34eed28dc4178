"""The two sides of every road, as the polylines along which things are placed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.opendrive import Road
from carlite.scenery.lanes import DRIVABLE, WALKABLE
from carlite.scenery.strips import LaneStrip
from carlite.scenery.verges import outward_normals

Array = NDArray[np.float64]
_DEFAULT_SPEED_MPS = 13.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of one section of a road.

    Attributes:
        edge: (n, 3) outermost border of the road.
        outward: (n, 2) unit vectors away from the road.
        walked: (n,) metres along ``edge``.
        walk: strip of the sidewalk, None without one.
        strips: of this side, from the reference line outwards.
        yaw_deg: (n,) of the traffic on this side.
        speed_mps: limit, a usual one where the map tells none.
        ends_in_junction: whether the section's (start, end) touches a junction.
    """

    road: Road
    edge: Array
    outward: Array
    walked: Array
    walk: LaneStrip | None
    strips: list[LaneStrip]
    yaw_deg: Array
    speed_mps: float
    ends_in_junction: tuple[bool, bool]

    @property
    def length_m(self) -> float:
        """Of the edge."""
        return float(self.walked[-1])

    def is_in_tunnel(self, walked_m: float) -> bool:
        """Whether the road has a roof at that place."""
        s = float(np.interp(walked_m, self.walked, self.strips[-1].s))
        return any(start <= s <= end for start, end in self.road.tunnels)

    def at(self, walked_m: float, outward_m: float = 0.0) -> tuple[Array, Array, float]:
        """Point (3,) ``outward_m`` beyond the edge, outward unit vector (2,), and traffic yaw in degrees."""
        across = np.array([np.interp(walked_m, self.walked, column) for column in self.outward.T])
        across /= max(float(np.linalg.norm(across)), 1e-9)
        point = np.array([np.interp(walked_m, self.walked, column) for column in self.edge.T])
        point[:2] += outward_m * across
        nearest = int(np.searchsorted(self.walked, walked_m).clip(0, len(self.walked) - 1))
        return point, across, float(self.yaw_deg[nearest])


def sides(strips: list[LaneStrip]) -> list[Side]:
    """Both sides of every road section, in the order of the strips."""
    by_side: dict[tuple[int, float, bool], list[LaneStrip]] = {}
    for strip in strips:
        by_side.setdefault((strip.road.id, strip.section.start_m, strip.lane.id > 0), []).append(strip)
    found = []
    for (_, _, is_left), of in by_side.items():
        outwards = sorted(of, key=lambda strip: abs(strip.lane.id))
        side = _side(outwards, is_left=is_left)
        if side is not None:
            found.append(side)
    return found


def _side(outwards: list[LaneStrip], *, is_left: bool) -> Side | None:
    last = outwards[-1]
    edge = last.outer
    steps = np.linalg.norm(np.diff(edge[:, :2], axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    if walked[-1] < 1.0 or np.any(steps < 1e-6) or not any(strip.lane.type in DRIVABLE for strip in outwards):
        return None
    road, section = last.road, last.section
    _, yaw = road.reference(last.s)
    driving = next(strip for strip in outwards if strip.lane.type in DRIVABLE)
    walks = [strip for strip in outwards if strip.lane.type in WALKABLE]
    first, final = road.sections[0] is section, road.sections[-1] is section
    return Side(
        road=road,
        edge=edge,
        outward=outward_normals(edge, outwards[0].inner if len(outwards) > 1 else last.inner),
        walked=walked,
        walk=walks[0] if walks else None,
        strips=outwards,
        yaw_deg=yaw + (180.0 if is_left else 0.0),
        speed_mps=road.speed_limit_mps(section, driving.lane, section.start_m) or _DEFAULT_SPEED_MPS,
        ends_in_junction=(
            first and road.predecessor is not None and road.predecessor.kind == "junction",
            final and road.successor is not None and road.successor.kind == "junction",
        ),
    )
