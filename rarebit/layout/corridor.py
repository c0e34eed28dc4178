"""A way along lanes: the polyline that a vehicle follows from a lane's point through its successors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.roads.lane_map import Lane, LaneKey, LaneMap

_MIN_STEP_M = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """A polyline along lanes, in the direction of travel.

    Attributes:
        points_m: (n, 3).
        station_m: (n,) distance along it in the ground plane; 0 where it was started from.
        keys: lane of each point.
    """

    points_m: NDArray[np.float64]
    station_m: NDArray[np.float64]
    keys: tuple[LaneKey, ...]

    @property
    def start_m(self) -> float:
        """Smallest station, 0 or negative."""
        return float(self.station_m[0])

    @property
    def end_m(self) -> float:
        """Largest station."""
        return float(self.station_m[-1])

    def at(self, station_m: float) -> tuple[NDArray[np.float64], float, LaneKey]:
        """Point (3,), heading in radians and lane at a station; raises ValueError off the ends."""
        if not self.start_m - 1e-6 <= station_m <= self.end_m + 1e-6:
            raise ValueError(
                f"station {station_m:.1f} m is off the road, which runs from {self.start_m:.1f} to {self.end_m:.1f} m"
            )
        i = int(np.clip(np.searchsorted(self.station_m, station_m), 1, len(self.station_m) - 1))
        a, b = self.station_m[i - 1], self.station_m[i]
        share = float(np.clip((station_m - a) / (b - a), 0.0, 1.0))
        step = self.points_m[i] - self.points_m[i - 1]
        return self.points_m[i - 1] + share * step, float(np.arctan2(step[1], step[0])), self.keys[i if share > 0.5 else i - 1]

    def cut(self, from_m: float, to_m: float) -> NDArray[np.float64]:
        """(n, 3) points from one station to another, n >= 2, both ends exact; clipped to the corridor."""
        from_m, to_m = max(from_m, self.start_m), min(to_m, self.end_m)
        inside = (self.station_m > from_m + _MIN_STEP_M) & (self.station_m < to_m - _MIN_STEP_M)
        return np.vstack([self.at(from_m)[0], self.points_m[inside], self.at(max(to_m, from_m))[0]])


def follow(lane_map: LaneMap, key: LaneKey, index: int, *, ahead_m: float, behind_m: float = 0.0) -> Corridor:
    """The way from point ``index`` of a lane: straight on at junctions, ``ahead_m`` far or to the end of the road, and back."""
    lanes = lane_map.lanes
    forward, forward_keys = _chain(lanes, key, index, ahead_m, ahead=True)
    backward, backward_keys = _chain(lanes, key, index, behind_m, ahead=False)
    points = np.vstack([backward[:0:-1], forward])
    keys = (*backward_keys[:0:-1], *forward_keys)
    station = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points[:, :2], axis=0).T))])
    return Corridor(points_m=points, station_m=station - station[len(backward) - 1], keys=keys)


def _chain(
    lanes: Mapping[LaneKey, Lane], key: LaneKey, index: int, reach_m: float, *, ahead: bool
) -> tuple[NDArray[np.float64], list[LaneKey]]:
    """(n, 3) points from the start on, the start first, with their lanes; n >= 2 if ``ahead``."""
    lane = lanes[key]
    points = lane.centre[index:] if ahead else lane.centre[index::-1]
    chunks, keys = [points], [key] * len(points)
    length, visited = _length(points), {key}
    while length < reach_m:
        onward = straightest(lanes, key, ahead=ahead)
        if onward is None or onward in visited:
            break
        key = onward
        visited.add(key)
        points = lanes[key].centre if ahead else lanes[key].centre[::-1]
        length += _length(points) + float(np.hypot(*(points[0, :2] - chunks[-1][-1, :2])))
        chunks.append(points)
        keys += [key] * len(points)
    whole = np.vstack(chunks)
    steps = np.hypot(*np.diff(whole[:, :2], axis=0).T)
    keep = np.concatenate([[True], (steps >= _MIN_STEP_M) & (np.cumsum(steps) - steps < reach_m)])
    if ahead and keep.sum() < 2:
        return np.vstack([whole[0], _beyond(lane)]), [key, key]
    return whole[keep], [k for k, inside in zip(keys, keep, strict=True) if inside]


def _length(points_m: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(points_m[:, :2], axis=0).T).sum())


def _beyond(lane: Lane) -> NDArray[np.float64]:
    """A point just beyond a lane's end, so that a way from its last point still has a direction."""
    step = lane.centre[-1] - lane.centre[-2]
    beyond: NDArray[np.float64] = lane.centre[-1] + step * (0.1 / max(float(np.linalg.norm(step)), 1e-9))
    return beyond


def straightest(lanes: Mapping[LaneKey, Lane], key: LaneKey, *, ahead: bool) -> LaneKey | None:
    """The continuation that turns least, the lowest key among equals; None at a dead end."""
    options = [k for k in (lanes[key].successors if ahead else lanes[key].predecessors) if k in lanes]
    return min(options, key=lambda k: (round(_turn(lanes[key], lanes[k], ahead), 3), k), default=None)


def _turn(lane: Lane, onward: Lane, ahead: bool) -> float:
    """Angle between a lane's end and the far end of its continuation."""
    here = lane.centre[-1] - lane.centre[-2] if ahead else lane.centre[1] - lane.centre[0]
    there = onward.centre[-1] - onward.centre[-2] if ahead else onward.centre[1] - onward.centre[0]
    return abs(float(wrap(np.arctan2(there[1], there[0]) - np.arctan2(here[1], here[0]))))


def wrap(angle_rad: float | np.floating) -> float:
    """An angle in (-pi, pi]."""
    return float(-((-angle_rad + np.pi) % (2.0 * np.pi) - np.pi))


def shifted(points_m: NDArray[np.float64], offset_m: float) -> NDArray[np.float64]:
    """(n, 3) polyline moved to its left by ``offset_m`` (right if negative), heights kept."""
    if offset_m == 0.0:
        return points_m
    along = np.gradient(points_m[:, :2], axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    moved = points_m.copy()
    moved[:, :2] += offset_m * np.column_stack([-along[:, 1], along[:, 0]])
    return moved


def nearest_on(points_m: NDArray[np.float64], point_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """The point (3,) of a polyline nearest to another in the ground plane, and the index of the nearest vertex."""
    nearest = int(np.argmin(np.square(points_m[:, :2] - point_m[:2]).sum(axis=1)))
    best, index, least = points_m[nearest], nearest, np.inf
    for i in (nearest - 1, nearest):
        if not 0 <= i < len(points_m) - 1:
            continue
        start, step = points_m[i], points_m[i + 1] - points_m[i]
        share = float(np.clip((point_m[:2] - start[:2]) @ step[:2] / max(step[:2] @ step[:2], 1e-12), 0.0, 1.0))
        foot = start + share * step
        distance = math.hypot(*(foot[:2] - point_m[:2]))
        if distance < least:
            best, index, least = foot, i + int(share > 0.5), distance
    return best, index
