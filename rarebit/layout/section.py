"""The road crosswise at a point of ego's way: which lanes lie beside it, and which one a word of the spec means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.roads.route import nearest_on

PAVED = ("driving", "parking", "shoulder", "biking", "border", "bidirectional", "stop", "entry", "exit", "onramp", "offramp")
MIN_PARKING_M = 1.8  # narrower strips beside the road are no room for a vehicle
BESIDE_ROAD_M = 1.0  # how far off the pavement people and things stand where there is no sidewalk
MIN_CYCLING_M = 1.2
EDGE_OF_LANE_M = 0.3  # from a cyclist at the edge of a lane to that edge
OFF_LANE_M = 0.1  # clear distance of a vehicle that stands beside the driving lanes


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A lane crosswise: its centre's offset from ego's way (left positive), whether it travels ego's way."""

    key: LaneKey
    kind: str
    offset_m: float
    width_m: float
    same_way: bool
    point_m: NDArray[np.float64]
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a word of the spec leads: a lane, or a place beside the lanes.

    Attributes:
        offset_m: from ego's way, positive to the left.
        slot: the lane; None beside the lanes.
        note: says which fallback was taken; "" if none.
    """

    offset_m: float
    slot: Slot | None
    note: str = ""


def cross_section(lane_map: LaneMap, key: LaneKey, point_m: NDArray[np.float64], yaw_rad: float) -> tuple[Slot, ...]:
    """All lanes beside (and with) lane ``key`` at a point of it, from the left edge to the right."""
    middle = _slot(lane_map, key, point_m, yaw_rad, same_way=True)
    left = _outwards(lane_map, key, point_m, yaw_rad, "left")
    right = _outwards(lane_map, key, point_m, yaw_rad, "right")
    return (*reversed(left), middle, *right)


def _outwards(lane_map: LaneMap, key: LaneKey, point_m: NDArray[np.float64], yaw_rad: float, side: str) -> list[Slot]:
    found: list[Slot] = []
    same_way, seen = True, {key}
    while True:
        lane = lane_map.lanes[key]
        towards_left = (side == "left") == same_way
        onward = lane.left if towards_left else lane.right
        if onward is None or onward in seen or onward not in lane_map.lanes:
            return found
        same_way = same_way == (lane.left_same_way if towards_left else lane.right_same_way)
        key = onward
        seen.add(key)
        found.append(_slot(lane_map, key, point_m, yaw_rad, same_way=same_way))


def _slot(lane_map: LaneMap, key: LaneKey, point_m: NDArray[np.float64], yaw_rad: float, *, same_way: bool) -> Slot:
    lane = lane_map.lanes[key]
    foot, index = nearest_on(lane.centre, point_m)
    across = (foot - point_m)[:2] @ np.array([-math.sin(yaw_rad), math.cos(yaw_rad)])
    return Slot(
        key=key,
        kind=lane.kind,
        offset_m=float(across),
        width_m=float(lane.width_m[index]),
        same_way=same_way,
        point_m=foot,
        index=index,
    )


def driving(slots: Sequence[Slot], *, same_way: bool) -> list[Slot]:
    """The driving lanes of one direction, from left to right."""
    return [slot for slot in slots if slot.kind == "driving" and slot.same_way == same_way]


def paved_edges(slots: Sequence[Slot]) -> tuple[float, float]:
    """Offsets of the left and the right edge of what is paved, median strips in between included."""
    paved = [slot for slot in slots if slot.kind in PAVED]
    return max(s.offset_m + s.width_m / 2 for s in paved), min(s.offset_m - s.width_m / 2 for s in paved)


def find_spot(word: str, slots: Sequence[Slot], base: Slot, width_m: float, *, fallback: bool) -> Spot | None:
    """The place that ``word`` means, seen from lane ``base``.

    Args:
        width_m: of the box that will stand there.
        fallback: whether another place at the kerb will do where the road lacks the one that is asked for:

            * parking: a shoulder of 1.8 m or more; else beside the outermost driving lane, 0.1 m off it;
            * shoulder: beside the outermost driving lane; sidewalk: 1 m beside the pavement;
            * biking: a shoulder of 1.2 m or more; else the edge of the outermost driving lane, inside it.

    Returns:
        None if the road has nothing of the kind. Driving lanes are never exchanged for others.
    """
    if word == "same":
        return Spot(offset_m=base.offset_m, slot=base)
    head, _, tail = word.partition("_")
    if head in ("left", "right"):
        return _beside(head, int(tail), slots, base)
    if head == "opposite":
        return _opposite(int(tail), slots, base)
    return _roadside(head, tail, slots, base, width_m, fallback)


def _side(side: str, slots: Sequence[Slot], base: Slot) -> list[Slot]:
    """Lanes on one side of ``base`` as seen in its direction of travel, the nearest first."""
    at = next(i for i, slot in enumerate(slots) if slot.key == base.key)
    towards_left = (side == "left") == base.same_way
    return list(reversed(slots[:at])) if towards_left else list(slots[at + 1 :])


def _beside(side: str, count: int, slots: Sequence[Slot], base: Slot) -> Spot | None:
    same = [slot for slot in _side(side, slots, base) if slot.kind == "driving" and slot.same_way == base.same_way]
    return Spot(offset_m=same[count - 1].offset_m, slot=same[count - 1]) if 1 <= count <= len(same) else None


def _opposite(count: int, slots: Sequence[Slot], base: Slot) -> Spot | None:
    for side in ("left", "right"):
        lanes = [slot for slot in _side(side, slots, base) if slot.kind == "driving" and slot.same_way != base.same_way]
        if 1 <= count <= len(lanes):
            return Spot(offset_m=lanes[count - 1].offset_m, slot=lanes[count - 1])
    return None


def _roadside(kind: str, side: str, slots: Sequence[Slot], base: Slot, width_m: float, fallback: bool) -> Spot | None:
    outer = _side(side, slots, base)
    needed = {"parking": MIN_PARKING_M}.get(kind, 0.5)
    instead = {"parking": MIN_PARKING_M, "biking": MIN_CYCLING_M}
    for wanted in (kind, "shoulder") if kind in instead and fallback else (kind,):
        for slot in outer:
            if slot.kind == wanted and slot.width_m >= (needed if wanted == kind else instead[kind]):
                verb = "rides" if kind == "biking" else "stands"
                note = "" if wanted == kind else f"no {kind} lane on the {side}, {verb} on the shoulder"
                sign = 1.0 if (side == "left") == base.same_way else -1.0
                over = max(0.0, width_m / 2 + OFF_LANE_M - slot.width_m / 2) if kind == "parking" else 0.0
                return Spot(offset_m=slot.offset_m + sign * over, slot=slot, note=note)  # wide ones stand further out
    if not fallback:
        return None
    sign = 1.0 if (side == "left") == base.same_way else -1.0
    if kind in ("parking", "shoulder", "biking"):
        lanes = [
            slot for slot in (base, *outer) if slot.kind == "driving" and (slot.same_way == base.same_way or kind != "biking")
        ]
        edge = max(sign * slot.offset_m + slot.width_m / 2 for slot in lanes)
        if kind == "biking":
            note = f"no biking lane on the {side}, rides at the edge of the outermost lane"
            return Spot(offset_m=sign * (edge - EDGE_OF_LANE_M - width_m / 2), slot=None, note=note)
        note = f"no {kind} lane on the {side}, stands beside the outermost lane"
        return Spot(offset_m=sign * (edge + OFF_LANE_M + width_m / 2), slot=None, note=note)
    left, right = paved_edges(slots)
    edge = left if sign > 0 else -right
    note = f"no {kind} lane on the {side}, stands beside the road"
    return Spot(offset_m=sign * (edge + BESIDE_ROAD_M), slot=None, note=note)
