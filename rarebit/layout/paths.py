"""What an actor drives or walks along, and the lanes it may change to."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rarebit.layout.placed import Stand
from rarebit.layout.room import Room
from rarebit.layout.section import Slot
from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.roads.route import Route, follow, shifted
from rarebit.scenario import ActorPlan, ConcreteScenario

EXTRA_PATH_M = 60.0
"""Paths are that much longer than what is driven on them."""


class Paths:
    """Paths of the actors of one scenario, each along its way."""

    def __init__(self, scenario: ConcreteScenario, lane_map: LaneMap, room: Room) -> None:
        self._scenario, self._map, self._room = scenario, lane_map, room

    def path(
        self, plan: ActorPlan, stand: Stand, base_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
        """Points (n, 3) from ``base_m`` (3,) on and the speed limits (n,) there; (None, None) for what stays."""
        moves = plan.role in ("ego", "hazard", "traffic")
        along: Route | None = None
        if plan.model.startswith("vehicle.") and moves:
            along = self._drive(plan, stand)
        elif plan.model.startswith("walker.") and plan.speed_mps > 0.0 and moves:
            along = self._walk(plan, stand)
        if along is None:
            return None, None
        points = along.points_m
        points[0] = base_m
        limits = [self._limit(key, point) for key, point in zip(along.keys, along.points_m, strict=True)]
        return points, np.array([np.nan if limit is None else limit for limit in limits])

    def _limit(self, key: LaneKey, point_m: NDArray[np.float64]) -> float | None:
        lane = self._map.lanes[key]
        if not lane.later_limits:
            return lane.speed_limit_mps
        nearest = int(np.argmin(np.hypot(*(lane.centre[:, :2] - point_m[:2]).T)))
        return lane.speed_limit_at(float(lane.station_m[nearest]))

    def _drive(self, plan: ActorPlan, stand: Stand) -> Route:
        length = max(plan.speed_mps, self._scenario.ego.speed_mps) * self._scenario.duration_s + EXTRA_PATH_M
        slot = stand.slot
        if slot is not None and slot.kind == "driving" and slot.same_way == stand.forward and not stand.way.turns:
            way = follow(self._map, slot.key, slot.index, ahead_m=length)
            offset = stand.offset_m - slot.offset_m if stand.forward else slot.offset_m - stand.offset_m
        else:
            whole = stand.way.route if stand.forward else _reversed(stand.way.route)
            sign = 1.0 if stand.forward else -1.0
            way, offset = _tail(whole, sign * stand.station_m, length), sign * stand.offset_m
        return Route(points_m=shifted(way.points_m, offset), station_m=way.station_m, keys=way.keys)

    def _walk(self, plan: ActorPlan, stand: Stand) -> Route | None:
        """Along ego's way, forwards or backwards, up to the next junction or the first thing that stands there."""
        forward = math.cos(plan.place.heading_rad) >= 0.0
        length = plan.speed_mps * self._scenario.duration_s + 5.0
        whole = stand.way.route
        inside = np.flatnonzero(whole.station_m > stand.station_m if forward else whole.station_m < stand.station_m)
        steps = inside if forward else inside[::-1]
        keep: list[int] = []
        for i in steps:
            if abs(whole.station_m[i] - stand.station_m) > length or self._room.in_junction(whole.keys[i]):
                break
            keep.append(int(i))
        if len(keep) < 3:
            return None
        start = whole.at(stand.station_m)[0]
        points = np.vstack([start, whole.points_m[keep]])
        moved = shifted(points, stand.offset_m if forward else -stand.offset_m)
        free = self._room.free_points(moved, plan.name)
        if free < 3:
            return None
        station = np.concatenate([[0.0], np.abs(whole.station_m[keep] - stand.station_m)])
        keys = tuple(whole.keys[i] for i in (keep[0], *keep))
        return Route(points_m=moved[:free], station_m=station[:free], keys=keys[:free])


def lane_shifts(slots: tuple[Slot, ...], stand: Stand) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Offsets to the lanes on the left and right of who travels ``stand``'s way; ego's lane counts for an overtaker, too."""
    lanes = [slot for slot in slots if slot.kind == "driving" and slot.same_way == stand.forward]
    sign = 1.0 if stand.forward else -1.0
    moves = sorted(sign * (slot.offset_m - stand.offset_m) for slot in lanes)
    right = tuple(move for move in reversed(moves) if move < -1.0)
    return tuple(move for move in moves if move > 1.0), right


def _reversed(way: Route) -> Route:
    """The way back; stations change their sign."""
    return Route(points_m=way.points_m[::-1], station_m=-way.station_m[::-1], keys=way.keys[::-1])


def _tail(way: Route, station_m: float, length_m: float) -> Route:
    """The part of a way from a station on, its points exact at the start."""
    start, _, key = way.at(station_m)
    after = (way.station_m > station_m + 0.05) & (way.station_m <= station_m + length_m)
    if not after.any():
        after[-1] = True
    keys = tuple(k for k, inside in zip(way.keys, after, strict=True) if inside)
    points = np.vstack([start, way.points_m[after]])
    return Route(points_m=points, station_m=np.concatenate([[0.0], way.station_m[after] - station_m]), keys=(key, *keys))
