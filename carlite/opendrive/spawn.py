"""Where vehicles can be put: spawn points of a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.opendrive.network import LaneSection, Road, RoadNetwork

_RAISE_M = 0.5
_MIN_STRETCH_M = 10.0
_SPACING_M = 20.0
_MOST = 400  # no more than the largest of CARLA's towns has; longer roads get them further apart
_FROM_END_M = 4.0
_LEAST_WIDTH_M = 2.0
_ENTRY_RAISE_M = 3.0


def spawn_points(network: RoadNetwork) -> NDArray[np.float64]:
    """(n, 2, 3): location in metres, 0.5 m above the lane, and (pitch, yaw, roll) in degrees.

    On every driving lane of a road outside junctions, one at its entry and one each further 20 m (more in a large map), in the
    order of the map. A map of junction roads alone gives one at each entry of those.
    """
    for outside in (True, False):
        sections = [
            (road, section)
            for road in network.roads.values()
            if (road.junction == -1) == outside
            for section in road.sections
            if not outside or section.end_m - section.start_m >= _MIN_STRETCH_M
        ]
        length = sum((section.end_m - section.start_m) * len(_driving(section)) for _, section in sections)
        spacing = max(_SPACING_M, length / _MOST)
        points = [point for road, section in sections for point in _of_section(road, section, spacing)]
        if points:
            return np.array(points)
    return np.zeros((0, 2, 3))


def entry_points(network: RoadNetwork) -> NDArray[np.float64]:
    """(n, 2, 3): as CARLA gives a world that it generates: where driving lanes enter a road, junctions' included, 3 m above it.

    Lanes along the road enter where it starts, those against it where it ends (the other way round in left-hand traffic). Ways
    that part at one place give points that fall together, in CARLA too.
    """
    points = []
    for road in network.roads.values():
        for at_start, section, s in ((True, road.sections[0], 0.0), (False, road.sections[-1], road.length_m)):
            for lane_id in _driving(section):
                if ((lane_id < 0) != road.left_hand) == at_start:
                    points += _along(road, section, lane_id, np.array([s]), _ENTRY_RAISE_M, 0.0)
    return np.array(points).reshape(-1, 2, 3)


def _driving(section: LaneSection) -> list[int]:
    return [lane.id for lane in section.lanes if lane.type == "driving"]


def _of_section(road: Road, section: LaneSection, spacing: float) -> list[NDArray[np.float64]]:
    length = section.end_m - section.start_m
    points = []
    for lane_id in _driving(section):
        walked = np.arange(min(_FROM_END_M, 0.5 * length), max(length - _FROM_END_M, 0.5 * length + 1e-6), spacing)
        forward = (lane_id < 0) != road.left_hand
        s = section.start_m + walked if forward else section.end_m - walked
        points += _along(road, section, lane_id, s, _RAISE_M, _LEAST_WIDTH_M)
    return points


def _along(
    road: Road, section: LaneSection, lane_id: int, s: NDArray[np.float64], raise_m: float, least_m: float
) -> list[NDArray[np.float64]]:
    """Points at the middle of a lane, those where it is wide enough, looking along it as its traffic does."""
    inner, outer = road.lane_borders(section, lane_id, s)
    middle = 0.5 * (inner + outer)
    locations = road.surface(s, middle)
    yaw = road.lane_yaw_deg(section, lane_id, s)
    slope = np.degrees(np.arctan(road.elevation.slope(np.clip(s, 0.0, road.length_m))))
    forward = (lane_id < 0) != road.left_hand
    points = []
    for at in np.flatnonzero(np.abs(outer - inner) >= least_m):
        heading = yaw[at] if forward else yaw[at] + 180.0
        rotation = [slope[at] if forward else -slope[at], (heading + 180.0) % 360.0 - 180.0, 0.0]
        points.append(np.array([locations[at] + [0.0, 0.0, raise_m], rotation]))
    return points
