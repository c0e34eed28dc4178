"""A route with the road crosswise along it, looked up once a station."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.layout.errors import NoRoomError
from rarebit.layout.section import Slot, cross_section
from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.roads.route import Route


class Way:
    """What an actor's place counts along: ego's route, or that of an arm of the junction.

    Attributes:
        route: its stations are those of the places on it.
        turns: whether it leaves the straight way at a junction, so that paths must follow it.
    """

    def __init__(self, lane_map: LaneMap, route: Route, *, turns: bool = False) -> None:
        self._map, self.route, self.turns = lane_map, route, turns
        self._sections: dict[float, tuple[Slot, ...]] = {}

    def at(self, station_m: float) -> tuple[NDArray[np.float64], float, LaneKey]:
        """Point (3,), heading in radians and lane at a station.

        Raises:
            NoRoomError: the road ends before it.
        """
        try:
            return self.route.at(station_m)
        except ValueError as error:
            raise NoRoomError(str(error)) from error

    def slots(self, station_m: float) -> tuple[Slot, ...]:
        """The road crosswise; NoRoomError where there is none."""
        if station_m not in self._sections:
            point, yaw, key = self.at(station_m)
            self._sections[station_m] = cross_section(self._map, key, point, yaw)
        return self._sections[station_m]

    def slots_before_junction(self, station_m: float) -> tuple[Slot, ...]:
        """The road crosswise where it enters the junction that a station lies in; as it is there if it lies in none."""
        if self._map.lanes[self.at(station_m)[2]].junction is None:
            return self.slots(station_m)
        inside = np.array([self._map.lanes[key].junction is not None for key in self.route.keys])
        before = np.flatnonzero(~inside & (self.route.station_m < station_m))
        return self.slots(float(self.route.station_m[before[-1]]) if len(before) else station_m)

    def own_slot(self, station_m: float) -> Slot:
        """The lane that the route itself runs in."""
        return min(self.slots(station_m), key=lambda slot: (abs(slot.offset_m), slot.key))
