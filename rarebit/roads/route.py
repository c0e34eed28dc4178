"""A route: the polyline along lanes that a vehicle follows, with its turns at junctions.

A pose on it is (route, station, offset): stations count along it in the ground plane, offsets are positive to the left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rarebit.roads.lane_map import Lane, LaneKey, LaneMap

Turn = Literal["straight", "left", "right"]

STRAIGHT_RAD = math.radians(40.0)
"""A way through a junction that turns by less counts as straight on."""

_MIN_STEP_M = 0.05
_OPENS_M = 1.2  # narrower at its start: a lane that opens beside another


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
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
        """(n, 3) points from one station to another, n >= 2, both ends exact; clipped to the route."""
        from_m, to_m = max(from_m, self.start_m), min(to_m, self.end_m)
        inside = (self.station_m > from_m + _MIN_STEP_M) & (self.station_m < to_m - _MIN_STEP_M)
        return np.vstack([self.at(from_m)[0], self.points_m[inside], self.at(max(to_m, from_m))[0]])


class NoWayError(ValueError):
    """A junction has no such turn; the message says which it has."""


def follow(
    lane_map: LaneMap, key: LaneKey, index: int, *, ahead_m: float, behind_m: float = 0.0, turns: Sequence[Turn] = ()
) -> Route:
    """The way from point ``index`` of a lane, ``ahead_m`` far or to the end of the road, and back.

    Args:
        turns: at the junctions ahead, one after the other; straight on where they say nothing.

    Raises:
        NoWayError: a junction ahead has no such turn from the lane that leads there.
    """
    lanes = lane_map.lanes
    forward, forward_keys = _ahead(lanes, key, index, ahead_m, list(turns))
    backward, backward_keys = _behind(lanes, key, index, behind_m)
    points = np.vstack([backward[:0:-1], forward])
    keys = (*backward_keys[:0:-1], *forward_keys)
    station = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points[:, :2], axis=0).T))])
    return Route(points_m=points, station_m=station - station[len(backward) - 1], keys=keys)


def _ahead(
    lanes: Mapping[LaneKey, Lane], key: LaneKey, index: int, reach_m: float, turns: list[Turn]
) -> tuple[NDArray[np.float64], list[LaneKey]]:
    """(n, 3) points from the start on, the start first, with their lanes; n >= 2."""
    lane = lanes[key]
    chunks, keys = [lane.centre[index:]], [key] * (len(lane.centre) - index)
    length, visited = _length(chunks[0]), {key}
    while length < reach_m:
        onward = _onward(lanes, key, turns)
        if onward is None or onward in visited:
            break
        key = onward
        visited.add(key)
        points = lanes[key].centre
        length += _length(points) + float(np.hypot(*(points[0, :2] - chunks[-1][-1, :2])))
        chunks.append(points)
        keys += [key] * len(points)
    whole, kept = _thinned(chunks, keys, reach_m)
    if len(whole) < 2:
        return np.vstack([whole[0], _beyond(lane)]), [kept[0], kept[0]]
    return whole, kept


def _onward(lanes: Mapping[LaneKey, Lane], key: LaneKey, turns: list[Turn]) -> LaneKey | None:
    """The next lane; takes the first of ``turns`` where a junction begins."""
    onward = straightest(lanes, key, ahead=True)
    if not turns or onward is None or lanes[key].junction is not None or lanes[onward].junction is None:
        return onward
    turn = turns.pop(0)
    ways = ways_through(lanes, key)
    fitting = [way for way in ways if way.turn == turn]
    if not fitting:
        found = ", ".join(sorted({str(way.turn) for way in ways})) or "nowhere"
        raise NoWayError(f"no way {turn} from road {key.road} lane {key.lane}: it leads {found}")
    ideal = {"straight": 0.0, "left": math.pi / 2.0, "right": -math.pi / 2.0}[turn]
    return min(fitting, key=lambda way: (round(abs(way.angle_rad - ideal), 3), way.keys[0])).keys[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way through a junction.

    Attributes:
        keys: its lanes inside the junction.
        exit: the lane behind it.
        angle_rad: how far it turns, positive to the left.
        turn: in a word; None for a U-turn.
    """

    keys: tuple[LaneKey, ...]
    exit: LaneKey
    angle_rad: float
    turn: Turn | None


def ways_through(lanes: Mapping[LaneKey, Lane], entry: LaneKey) -> list[Way]:
    """All ways through the junction that ``entry`` leads to, in the order of their keys; [] where it leads to none."""
    found = []
    for first in sorted(lanes[entry].successors):
        if lanes[first].junction is None:
            continue
        keys = [first]
        while True:
            onward = straightest(lanes, keys[-1], ahead=True)
            if onward is None or onward in keys or lanes[onward].junction is None:
                break
            keys.append(onward)
        if onward is None or onward in keys:
            continue
        angle = wrap(heading_at_end(lanes[keys[-1]]) - heading_at_start(lanes[first]))
        found.append(Way(keys=tuple(keys), exit=onward, angle_rad=angle, turn=_word(angle)))
    return found


def _word(angle_rad: float) -> Turn | None:
    if abs(angle_rad) <= STRAIGHT_RAD:
        return "straight"
    if abs(angle_rad) > math.radians(150.0):
        return None
    return "left" if angle_rad > 0.0 else "right"


def _behind(
    lanes: Mapping[LaneKey, Lane], key: LaneKey, index: int, reach_m: float
) -> tuple[NDArray[np.float64], list[LaneKey]]:
    """(n, 3) points backwards from the start, the start first, with their lanes."""
    chunks, keys = [lanes[key].centre[index::-1]], [key] * (index + 1)
    length, visited = _length(chunks[0]), {key}
    while length < reach_m:
        back = straightest(lanes, key, ahead=False)
        beside = widens_from(lanes, key) if back is None and len(keys) > 1 else None
        if beside is not None:
            joined = _from_beside(lanes[key], lanes[beside])[::-1]
            chunks[-1] = joined[len(joined) - len(chunks[-1]) :]
            back = straightest(lanes, beside, ahead=False)
        if back is None or back in visited:
            break
        key = back
        visited.add(key)
        points = lanes[key].centre[::-1]
        length += _length(points) + float(np.hypot(*(points[0, :2] - chunks[-1][-1, :2])))
        chunks.append(points)
        keys += [key] * len(points)
    return _thinned(chunks, keys, reach_m)


def widens_from(lanes: Mapping[LaneKey, Lane], key: LaneKey) -> LaneKey | None:
    """The lane that a turn lane opens beside: this one begins without width and nothing leads to it."""
    lane = lanes[key]
    if lane.predecessors or lane.width_m[0] > _OPENS_M:
        return None
    beside = [(lane.left, lane.left_same_way), (lane.right, lane.right_same_way)]
    for other, same_way in beside:
        if other is not None and same_way and other in lanes and lanes[other].kind == lane.kind and lanes[other].predecessors:
            return other
    return None


def _from_beside(lane: Lane, beside: Lane) -> NDArray[np.float64]:
    """(n, 3) centre of an opening lane, blended over from the lane beside it while it widens."""
    share = np.clip(lane.width_m / max(float(lane.width_m.max()), 1e-6), 0.0, 1.0)[:, None]
    along = np.linspace(0.0, len(beside.centre) - 1.0, len(lane.centre))
    at = np.arange(len(beside.centre))
    other = np.column_stack([np.interp(along, at, beside.centre[:, axis]) for axis in range(3)])
    return np.asarray(other + share * (lane.centre - other))


def _thinned(
    chunks: list[NDArray[np.float64]], keys: list[LaneKey], reach_m: float
) -> tuple[NDArray[np.float64], list[LaneKey]]:
    """The points of all chunks within reach, without those that lie on each other."""
    whole = np.vstack(chunks)
    steps = np.hypot(*np.diff(whole[:, :2], axis=0).T)
    keep = np.concatenate([[True], (steps >= _MIN_STEP_M) & (np.cumsum(steps) - steps < reach_m)])
    return whole[keep], [key for key, inside in zip(keys, keep, strict=True) if inside]


def _length(points_m: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(points_m[:, :2], axis=0).T).sum())


def _beyond(lane: Lane) -> NDArray[np.float64]:
    """A point just beyond a lane's end, so that a way from its last point still has a direction."""
    step = lane.centre[-1] - lane.centre[-2]
    beyond: NDArray[np.float64] = lane.centre[-1] + step * (0.1 / max(float(np.linalg.norm(step)), 1e-9))
    return beyond


def heading_at_start(lane: Lane) -> float:
    """Direction of travel where a lane begins."""
    step = lane.centre[1] - lane.centre[0]
    return math.atan2(step[1], step[0])


def heading_at_end(lane: Lane) -> float:
    """Direction of travel where a lane ends."""
    step = lane.centre[-1] - lane.centre[-2]
    return math.atan2(step[1], step[0])


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
        share = min(max(float((point_m[:2] - start[:2]) @ step[:2] / max(step[:2] @ step[:2], 1e-12)), 0.0), 1.0)
        foot = start + share * step
        distance = math.hypot(*(foot[:2] - point_m[:2]))
        if distance < least:
            best, index, least = foot, i + int(share > 0.5), distance
    return best, index
