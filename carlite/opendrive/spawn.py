"""Where vehicles can be put: spawn points of a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.opendrive.network import LaneSection, Road, RoadNetwork

_RAISE_M = 0.5
_MIN_STRETCH_M = 10.0
_SPACING_M = 40.0
_FROM_END_M = 4.0


def spawn_points(network: RoadNetwork) -> NDArray[np.float64]:
    """(n, 2, 3): location in metres, 0.5 m above the lane, and (pitch, yaw, roll) in degrees.

    On every driving lane of a road outside junctions, one at its entry and one each further 40 m, so that small maps give
    enough of them; in the order of the map. A map of junction roads alone gives one at each entry of those.
    """
    for outside in (True, False):
        points = [
            point
            for road in network.roads.values()
            if (road.junction == -1) == outside
            for section in road.sections
            for point in _of_section(road, section, long_only=outside)
        ]
        if points:
            return np.array(points)
    return np.zeros((0, 2, 3))


def _of_section(road: Road, section: LaneSection, *, long_only: bool) -> list[NDArray[np.float64]]:
    length = section.end_m - section.start_m
    if long_only and length < _MIN_STRETCH_M:
        return []
    points = []
    for lane in section.lanes:
        if lane.type != "driving":
            continue
        walked = np.arange(min(_FROM_END_M, 0.5 * length), max(length - _FROM_END_M, 0.5 * length + 1e-6), _SPACING_M)
        s = section.start_m + walked if lane.id < 0 else section.end_m - walked
        inner, outer = road.lane_borders(section, lane.id, s)
        wide = np.abs(outer - inner) > 2.0
        locations = road.surface(s, 0.5 * (inner + outer))
        _, yaw = road.reference(s)
        slope = np.degrees(np.arctan(road.elevation.slope(s)))
        for at in np.flatnonzero(wide):
            forward = lane.id < 0
            rotation = [slope[at] if forward else -slope[at], yaw[at] if forward else yaw[at] + 180.0, 0.0]
            rotation[1] = (rotation[1] + 180.0) % 360.0 - 180.0
            points.append(np.array([locations[at] + [0.0, 0.0, _RAISE_M], rotation]))
    return points
