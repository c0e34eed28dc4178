"""Stop and yield signs, which hold vehicles as a red light would, and speed limit signs.

CARLA shows a vehicle before such a sign a red state without a light. It holds a stop for two seconds at least, and both kinds
for as long as somebody is on a road of the junction that crosses the vehicle's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from carlite.actors import Actor, ActorStates
from carlite.opendrive import GovernedLane, Road, RoadNetwork
from carlite.world.zones import Visits, ZoneTable, sign_zone_of, zone_of

_STOP_S = 2.0
_CHECK_STEP_M = 2.0
_PATIENCE_S = 20.0  # two signs that wait for each other must not wait for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingWay:
    """A sign before a junction.

    Attributes:
        hold_s: how long every vehicle stands at least.
        lanes: on which it holds vehicles.
    """

    hold_s: float
    lanes: list[GovernedLane]

    @classmethod
    def stop(cls, lanes: list[GovernedLane]) -> GivingWay:
        """A stop sign."""
        return cls(hold_s=_STOP_S, lanes=lanes)

    @classmethod
    def give_way(cls, lanes: list[GovernedLane]) -> GivingWay:
        """A yield sign."""
        return cls(hold_s=0.0, lanes=lanes)


class GiveWaySigns:
    """All stop and yield signs of a map.

    Args:
        network: the map.
        signs: those that govern a lane.
    """

    def __init__(self, network: RoadNetwork, signs: Sequence[GivingWay]) -> None:
        self._hold_s = np.array([sign.hold_s for sign in signs])
        self._zones = ZoneTable([[zone_of(lane) for lane in sign.lanes] for sign in signs])
        self._crossing = [_crossing(network, sign.lanes) for sign in signs]
        self._visits = Visits(len(signs))
        self._waited_s: dict[tuple[int, int], float] = {}

    def remove(self, sign: int) -> None:
        """Takes a sign away, by its place in the order given at first."""
        self._zones.close(sign)

    def held(self, delta_s: float, states: ActorStates, vehicles: Sequence[Actor]) -> NDArray[np.bool_]:
        """Which vehicles have to stand (vehicles,)."""
        held = np.zeros(len(vehicles), bool)
        if not self._zones.signals or not vehicles:
            return held
        rows = np.array([vehicle.row for vehicle in vehicles])
        inside, before = self._zones.occupied(states, vehicles)
        was_inside, was_held = self._visits.recall(states, rows)
        waits = inside & ((was_held & was_inside) | (~was_inside & before))
        visits: dict[tuple[int, int], float] = {}
        for vehicle, sign in zip(*(index.tolist() for index in np.nonzero(waits)), strict=True):
            key = (vehicles[vehicle].id, sign)
            waited_s = visits[key] = self._waited_s.get(key, -delta_s) + delta_s
            if waited_s < self._hold_s[sign] or (waited_s < _PATIENCE_S and self._is_crossed(sign, states, rows, vehicle)):
                held[vehicle] = True
            else:
                waits[vehicle, sign] = False
        self._waited_s = visits
        self._visits.keep(states, rows, inside, waits)
        return held

    def _is_crossed(self, sign: int, states: ActorStates, rows: NDArray[np.intp], waiting: int) -> bool:
        others = np.delete(rows, waiting)
        place = states.location[others]
        return bool(np.any(shapely.contains_xy(self._crossing[sign], place[:, 0], place[:, 1])))


def _crossing(network: RoadNetwork, lanes: Sequence[GovernedLane]) -> BaseGeometry:
    """The driving lanes inside the junction that cross the way of ``lanes`` and begin at other roads."""
    own = [network.roads[key] for lane in lanes for key in lane.entered]
    begins = {_origin(road) for road in own}
    junctions = {road.junction for road in own}
    way = shapely.union_all([_driven(road) for road in own])
    others = [
        _driven(road)
        for road in network.roads.values()
        if road.junction != -1 and road.junction in junctions and _origin(road) not in begins
    ]
    area = shapely.union_all([other for other in others if other.intersects(way)])
    shapely.prepare(area)
    return area


def _origin(road: Road) -> int:
    """The road that a connecting road leads away from."""
    forward = any(lane.type == "driving" for section in road.sections for lane in section.right)
    link = road.predecessor if forward else road.successor
    return -1 if link is None else link.id


def _driven(road: Road) -> BaseGeometry:
    pieces = []
    for section in road.sections:
        count = max(2, int((section.end_m - section.start_m) / _CHECK_STEP_M) + 1)
        s = np.linspace(section.start_m, section.end_m, count)
        for lane in section.lanes:
            if lane.type == "driving":
                inner, outer = road.lane_borders(section, lane.id, s)
                ring = np.concatenate([road.surface(s, inner), road.surface(s, outer)[::-1]])
                pieces.append(shapely.make_valid(shapely.Polygon(ring[:, :2])))
    return shapely.union_all(pieces)


class SpeedSigns:
    """Speed limit signs: a vehicle that passes one keeps its limit until the map's own records tell another.

    Args:
        signs: (limit in km/h, lanes) of each.
    """

    def __init__(self, signs: Sequence[tuple[float, list[GovernedLane]]]) -> None:
        self._limits_kph = np.array([limit for limit, _ in signs])
        self._zones = ZoneTable([[sign_zone_of(lane) for lane in lanes] for _, lanes in signs])
        self._passed: dict[int, tuple[float, float]] = {}

    def remove(self, sign: int) -> None:
        """Takes a sign away, by its place in the order given at first; who has passed it keeps its limit."""
        self._zones.close(sign)

    def limits(self, states: ActorStates, vehicles: Sequence[Actor], recorded_kph: NDArray[np.float64]) -> NDArray[np.float64]:
        """Limits in km/h (vehicles,).

        Args:
            states: of all actors.
            vehicles: those to be told.
            recorded_kph: what the map's speed records say where each vehicle is, or the limit it had where they are silent.
        """
        if not self._zones.signals:
            return recorded_kph
        limits = recorded_kph.copy()
        inside, _ = self._zones.occupied(states, vehicles)
        passed = {}
        for number, vehicle in enumerate(vehicles):
            recorded = float(recorded_kph[number])
            if inside[number].any():
                sign = float(self._limits_kph[int(np.argmax(inside[number]))])
                passed[vehicle.id] = (sign, recorded)
            elif vehicle.id in self._passed and recorded in self._passed[vehicle.id]:
                passed[vehicle.id] = self._passed[vehicle.id]
            if vehicle.id in passed:
                limits[number] = passed[vehicle.id][0]
        self._passed = passed
        return limits
