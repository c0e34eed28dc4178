"""The speed limit where a vehicle is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carlite.opendrive import RoadNetwork

_SPACING_M = 5.0
_REACH_M = 8.0
_KPH = 3.6


class SpeedLimits:
    """Limits of all driving lanes, found by the nearest of points spread along their centre lines.

    Args:
        network: the map; its ``<speed>`` records give the limits.
    """

    def __init__(self, network: RoadNetwork) -> None:
        points, limits = _samples(network)
        self._tree = cKDTree(points) if len(limits) else None
        self._limits_kph = limits * _KPH

    def at(self, locations: NDArray[np.float64], otherwise_kph: NDArray[np.float64]) -> NDArray[np.float64]:
        """Limits in km/h at (n, 3) world points; ``otherwise_kph`` (n,) where no lane with a limit is within 8 m."""
        if self._tree is None or not len(locations):
            return otherwise_kph
        distance, index = self._tree.query(locations, distance_upper_bound=_REACH_M)
        found = np.isfinite(distance)
        return np.where(found, self._limits_kph[np.where(found, index, 0)], otherwise_kph)


def _samples(network: RoadNetwork) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (n, 3) along driving lanes with a limit, and the limits (n,) in m/s."""
    points, limits = [np.zeros((0, 3))], [np.zeros(0)]
    for road in network.roads.values():
        for section in road.sections:
            length = section.end_m - section.start_m
            s = section.start_m + np.linspace(0.0, length, max(2, int(length / _SPACING_M) + 1))
            for lane in section.lanes:
                limit = road.speed_limit_mps(section, lane, float(s[0]))
                if lane.type != "driving" or limit is None:
                    continue
                inner, outer = road.lane_borders(section, lane.id, s)
                points.append(road.surface(s, 0.5 * (inner + outer)))
                limits.append(np.full(len(s), limit))
    return np.concatenate(points), np.concatenate(limits)
