"""The speed limit where a vehicle is.

CARLA's own server knows no speed records: a vehicle starts with 30 km/h and keeps what the last sign told it. The signs of
CARLA's towns are not in their OpenDRIVE files, whose records are defaults of the editor (55 mph between shops). So streets of
such a map have CARLA's 30 km/h, its other roads their record up to CARLA's highest sign of the towns, 90 km/h. Maps of other
makers mean their records as they are. Roads inside junctions, which seldom have a record, take the limit of the road before
them, and no more than fits the bend.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carlite.opendrive import Lane, LaneSection, Link, Road, RoadNetwork, is_roadrunner

Array = NDArray[np.float64]
_SPACING_M = 5.0
_REACH_M = 8.0
_BESIDE_M = 0.1
_KPH = 3.6
_STREET_MPS, _TOWN_ROAD_MPS = 30.0 / _KPH, 90.0 / _KPH
_BEND_MPS2 = 6.0  # sideways, in a bend: the Traffic Manager drives at the limit


class SpeedLimits:
    """Limits of all driving lanes, found by the nearest of points spread along their centre lines.

    Args:
        network: the map; its ``<speed>`` records give the limits.
    """

    def __init__(self, network: RoadNetwork) -> None:
        points, limits = _samples(network)
        self._tree = cKDTree(points) if len(limits) else None
        self._limits_kph = limits * _KPH

    def at(self, locations: Array, otherwise_kph: Array) -> Array:
        """Limits in km/h at (n, 3) world points; ``otherwise_kph`` (n,) where no lane with a limit is within 8 m."""
        if self._tree is None or not len(locations):
            return otherwise_kph
        distance, index = self._tree.query(locations, distance_upper_bound=_REACH_M)
        found = np.isfinite(distance)
        return np.where(found, self._limits_kph[np.where(found, index, 0)], otherwise_kph)


def _samples(network: RoadNetwork) -> tuple[Array, Array]:
    """Points (n, 3) along driving lanes, and the limits (n,) in m/s, of lanes that have one."""
    streets = _streets(network) if is_roadrunner(network) else None
    points, limits = [np.zeros((0, 3))], [np.zeros(0)]
    for road in network.roads.values():
        for section in road.sections:
            s = _stations(road, section)
            for lane in section.lanes:
                if lane.type != "driving":
                    continue
                inner, outer = road.lane_borders(section, lane.id, s)
                centre = road.surface(s, 0.5 * (inner + outer))
                limit = _limits(network, road, section, lane, s, streets)
                if road.junction != -1:
                    limit = np.minimum(limit, np.sqrt(_BEND_MPS2 * _tightest_m(centre)))
                points.append(centre[np.isfinite(limit)])
                limits.append(limit[np.isfinite(limit)])
    return np.concatenate(points), np.concatenate(limits)


def _stations(road: Road, section: LaneSection) -> Array:
    """Values of s along a section, close by on both sides of where a limit begins."""
    even = np.linspace(section.start_m, section.end_m, max(2, int((section.end_m - section.start_m) / _SPACING_M) + 1))
    starts = [start for start, _ in road.speeds_mps]
    starts += [section.start_m + start for lane in section.lanes for start, _ in lane.speeds_mps]
    inside = np.array([start for start in starts if section.start_m < start < section.end_m], np.float64)
    return np.unique(np.concatenate([even, inside, np.maximum(inside - _BESIDE_M, section.start_m)]))


def _limits(network: RoadNetwork, road: Road, section: LaneSection, lane: Lane, s: Array, streets: set[int] | None) -> Array:
    """Limits (n,) in m/s of a lane at ``s`` (n,), NaN where there is none; inside a junction that of the road before it."""
    if road.junction != -1 and all(road.speed_limit_mps(section, lane, at) is None for at in s.tolist()):
        link = road.predecessor if lane.id < 0 else road.successor
        before = None if link is None or link.kind != "road" else network.roads.get(link.id)
        if link is not None and before is not None and before.junction == -1:
            at_end = link.contact == "end"
            section = before.sections[-1 if at_end else 0]
            lane = next((other for other in section.lanes if other.type == "driving"), lane)
            road, s = before, np.full(len(s), before.length_m if at_end else 0.0)
    limits = np.array([road.speed_limit_mps(section, lane, at) for at in s.tolist()], np.float64)
    if streets is None:
        return limits
    return np.minimum(limits, _STREET_MPS if road.id in streets else _TOWN_ROAD_MPS)


def _streets(network: RoadNetwork) -> set[int]:
    """Roads with a sidewalk, or with traffic lights at one end."""
    lit = {junction.id for junction in network.junctions.values() if junction.controller_ids}

    def ends_at_lights(link: Link | None) -> bool:
        return link is not None and link.kind == "junction" and link.id in lit

    return {
        road.id
        for road in network.roads.values()
        if any(lane.type == "sidewalk" for section in road.sections for lane in section.lanes)
        or ends_at_lights(road.predecessor)
        or ends_at_lights(road.successor)
        or road.junction in lit
    }


def _tightest_m(centre: Array) -> float:
    """The smallest radius of a line of points (n, 3), infinite for a straight one."""
    steps = np.diff(centre[:, :2], axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    if len(lengths) < 2 or lengths.min() < 1e-6:
        return np.inf
    headings = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    bends = np.abs(np.diff(headings)) / (0.5 * (lengths[1:] + lengths[:-1]))
    return float(1.0 / max(bends.max(), 1e-9))
