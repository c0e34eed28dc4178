"""Finds where on a map a scenario takes place.

The conditions of ``where`` must hold. Among the places where they do, those count that suit the story best: enough road ahead,
the lanes that the actors ask for, no junction and no sharp bend between ego and who stands beside the road, a speed limit that
is not far from ego's speed. The scenario's own random number picks one of the best.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError
from rarebit.layout.section import MIN_PARKING_M, Slot, cross_section, driving, find_spot
from rarebit.roads.lane_map import Lane, LaneKey, LaneMap
from rarebit.roads.opendrive.records import Traffic
from rarebit.roads.route import Route, follow
from rarebit.scenario import ActorPlan, ConcreteScenario, TemplateRoad, TownRoad, Value

STEP_M = 10.0
BEHIND_M = 120.0
_BEHIND_EGO_M = 80.0  # of a generated road, at most, for what stands behind ego
EGO_ROAD = 1
"""Number of the road that ego starts on, in every template."""

_BEND_RAD = np.radians(8.0)
_MARGIN_M = 60.0
_NOWHERE_M = 1e9
_BRISK_S = 2.2  # from the start to ego's reaction in a fast scene
_LATERAL_MPS2, _SLOWING_MPS2 = 3.5, 3.5  # as ego drives


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A place to start: point ``index`` of a lane, and what lies ahead of it.

    Attributes:
        ahead_m: length of the road straight on. straight_m: until it has turned by 8 degrees. junction_m: to the next junction.
        slots: the road crosswise.
        bend_pm: largest curvature (1/m) from the start to the end of each 10 m ahead.
    """

    key: LaneKey
    index: int
    ahead_m: float
    behind_m: float
    straight_m: float
    junction_m: float
    slots: tuple[Slot, ...]
    speed_limit_mps: float | None
    bend_pm: NDArray[np.float64]


def suited(scenario: ConcreteScenario, lane_map: LaneMap) -> list[Stretch]:
    """Places where ego may start, the one to take first; the others are for when something of the map is in the way there.

    Raises:
        SceneError: no place fulfils the conditions; it lists the nearest misses.
    """
    needed = needed_m(scenario)
    candidates = _survey(lane_map, scenario.ego.place.lane, _traffic(scenario), needed)
    if not candidates:
        raise SceneError(f"{lane_map.name}: no driving lane outside junctions; choose another road")
    if not isinstance(scenario.road, TownRoad):
        start = min(max(candidates[0].ahead_m - needed, 20.0), _BEHIND_EGO_M + _driven_by_traffic_m(scenario))
        return [min(candidates, key=lambda c: abs(c.behind_m - start))]
    query = scenario.road.query
    fitting = [c for c in candidates if not _misses(c, query)]
    if not fitting:
        raise SceneError(_no_match(scenario, lane_map, candidates, query))
    lane_penalties: dict[LaneKey, float] = {}
    for c in fitting:
        if c.key not in lane_penalties:
            lane_penalties[c.key] = sum(_lane_penalty(plan, c) for plan in _named(scenario)) + _company_penalty(scenario, c)
    penalties = [lane_penalties[c.key] + _penalty(c, scenario, needed) for c in fitting]
    order = sorted(range(len(fitting)), key=lambda i: (penalties[i], i))
    best = [i for i in order if penalties[i] <= penalties[order[0]]]
    first = min(int(scenario.road.draw * len(best)), len(best) - 1)
    # Strides through the best, so that the second choice is not ten metres from the first.
    stride = next(s for s in (7, 11, 13, 1) if math.gcd(s, len(best)) == 1)
    turned = [best[(first + stride * i) % len(best)] for i in range(len(best))]
    return [fitting[i] for i in [*turned, *order[len(best) :]]]


def _driven_by_traffic_m(scenario: ConcreteScenario) -> float:
    """How far the traffic drives: who comes towards ego needs that much road behind it."""
    ways = [plan.speed_mps for plan in scenario.actors if plan.role == "traffic" and plan.model.startswith("vehicle.")]
    return max(ways, default=0.0) * scenario.duration_s


def needed_m(scenario: ConcreteScenario) -> float:
    """Length of road that the ego may drive, with a margin to see ahead."""
    far = max((plan.place.ahead_m for plan in _named(scenario)), default=0.0)
    return max(scenario.ego.speed_mps * scenario.duration_s, far) + _MARGIN_M


_surveyed: list[tuple[LaneMap, tuple[str, Traffic | None, int], list[Stretch]]] = []  # the last few: draws are tried on one map


def _survey(lane_map: LaneMap, word: str, traffic: Traffic | None, needed: float) -> list[Stretch]:
    """Every place where ego could start, remembered for the next draw on the same map."""
    reach = 100 * math.ceil(needed / 100.0)
    asked = (word, traffic, reach)
    for known, key, found in _surveyed:
        if known is lane_map and key == asked:
            return found
    lanes = _lanes_for(word, lane_map, traffic)
    made = [c for lane_key, slots in lanes for c in _candidates(lane_map, lane_key, slots, float(reach))]
    _surveyed.append((lane_map, asked, made))
    del _surveyed[:-6]
    return made


def _traffic(scenario: ConcreteScenario) -> Traffic | None:
    """The side that traffic of a template keeps to; None on a town."""
    if not isinstance(scenario.road, TemplateRoad):
        return None
    return "left" if scenario.road.parameters.get("traffic") == "left" else "right"


def _lanes_for(word: str, lane_map: LaneMap, traffic: Traffic | None) -> list[tuple[LaneKey, tuple[Slot, ...]]]:
    """Driving lanes that ``word`` (rightmost, leftmost, middle) can mean, and the road crosswise.

    Of a template those alone that lead along the stations of road 1.
    """
    found = []
    for key, lane in sorted(lane_map.lanes.items()):
        if lane.kind != "driving" or lane.junction is not None:
            continue
        if traffic is not None and (key.road != EGO_ROAD or (key.lane < 0) != (traffic == "right")):
            continue
        slots = cross_section(lane_map, key, lane.centre[len(lane.centre) // 2], _yaw(lane, len(lane.centre) // 2))
        keys = [slot.key for slot in driving(slots, same_way=True)]
        wanted = {"leftmost": 0, "middle": len(keys) - 1 - (len(keys) - 1) // 2}.get(word, len(keys) - 1)
        if keys[wanted] == key:
            found.append((key, slots))
    return found


def _yaw(lane: Lane, index: int) -> float:
    step = lane.centre[min(index + 1, len(lane.centre) - 1)] - lane.centre[max(index - 1, 0)]
    return float(np.arctan2(step[1], step[0]))


def _candidates(lane_map: LaneMap, key: LaneKey, slots: tuple[Slot, ...], needed: float) -> list[Stretch]:
    lane = lane_map.lanes[key]
    way = follow(lane_map, key, 0, ahead_m=_length(lane.centre) + needed + 200.0)
    behind = -follow(lane_map, key, 0, ahead_m=1.0, behind_m=BEHIND_M).start_m
    turned = _turned(way)
    bends = np.abs(turned - np.interp(way.station_m - STEP_M, way.station_m, turned)) / STEP_M
    in_junction = np.array([lane_map.lanes[k].junction is not None for k in way.keys])
    found = []
    last = max(_length(lane.centre) - 1.0, 0.0)
    for start in np.arange(0.0, last + 1e-9, STEP_M):
        i = int(np.searchsorted(way.station_m, start))
        bent = np.flatnonzero(np.abs(turned[i:] - turned[i]) > _BEND_RAD)
        junctions = np.flatnonzero(in_junction[i:])
        found.append(
            Stretch(
                key=key,
                index=int(np.argmin(np.hypot(*(lane.centre[:, :2] - way.points_m[i, :2]).T))),
                ahead_m=way.end_m - float(start),
                behind_m=behind + float(start),
                straight_m=float(way.station_m[i + bent[0]] if len(bent) else way.end_m) - float(start),
                junction_m=float(way.station_m[i + junctions[0]] - start) if len(junctions) else _NOWHERE_M,
                slots=slots,
                speed_limit_mps=lane.speed_limit_at(float(start)),
                bend_pm=_worst(way.station_m[i:] - start, bends[i:]),
            )
        )
    return found


def _worst(ahead_m: NDArray[np.float64], bends_pm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(40,) largest curvature on the first 10 m, 20 m, and so on."""
    reach = np.searchsorted(ahead_m, STEP_M * np.arange(1, 41))
    largest = np.maximum.accumulate(bends_pm)
    return np.asarray(largest[np.clip(reach - 1, 0, len(largest) - 1)], np.float64)


def _turned(way: Route) -> NDArray[np.float64]:
    """(n,) heading of each point, without jumps of a whole turn."""
    step = np.diff(way.points_m[:, :2], axis=0)
    headings = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
    return np.append(headings, headings[-1])


def _length(points_m: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(points_m[:, :2], axis=0).T).sum())


# ------------------------------------------------------------------------------------------------ conditions


def _has(kind: str) -> Callable[[Stretch, Value], bool]:
    def test(stretch: Stretch, side: Value) -> bool:
        at = next(i for i, slot in enumerate(stretch.slots) if slot.key == stretch.key)
        least = MIN_PARKING_M if kind == "parking" else 0.5
        left = any(slot.kind == kind and slot.width_m >= least for slot in stretch.slots[:at])
        right = any(slot.kind == kind and slot.width_m >= least for slot in stretch.slots[at + 1 :])
        return {"left": left, "right": right, "both": left and right}.get(str(side), left or right)

    return test


def _lane_count(stretch: Stretch) -> int:
    return len(driving(stretch.slots, same_way=True))


_CONDITIONS: dict[str, Callable[[Stretch, Value], bool]] = {
    "sidewalk": _has("sidewalk"),
    "parking": _has("parking"),
    "shoulder": _has("shoulder"),
    "straight_m": lambda c, v: c.straight_m >= float(v),
    "length_m": lambda c, v: c.ahead_m >= float(v),
    "lanes_min": lambda c, v: _lane_count(c) >= int(v),
    "lanes_max": lambda c, v: _lane_count(c) <= int(v),
    "speed_limit_min_mps": lambda c, v: c.speed_limit_mps is not None and c.speed_limit_mps >= float(v) - 0.01,
    "speed_limit_max_mps": lambda c, v: c.speed_limit_mps is not None and c.speed_limit_mps <= float(v) + 0.01,
    "junction_within_m": lambda c, v: c.junction_m <= float(v),
    "no_junction_within_m": lambda c, v: c.junction_m >= float(v),
    "one_way": lambda c, v: bool(driving(c.slots, same_way=False)) != bool(v),
}


def _misses(stretch: Stretch, query: Mapping[str, Value]) -> list[str]:
    unknown = [name for name in query if name not in _CONDITIONS]
    if unknown:
        raise SceneError(f"where.{unknown[0]}: no such condition; known are {', '.join(_CONDITIONS)}")
    return [name for name, wanted in query.items() if not _CONDITIONS[name](stretch, wanted)]


def _no_match(scenario: ConcreteScenario, lane_map: LaneMap, candidates: list[Stretch], query: Mapping[str, Value]) -> str:
    wanted = ", ".join(f"{name}: {value}" for name, value in query.items())
    nearest = sorted(candidates, key=lambda c: (len(_misses(c, query)), -c.straight_m))[:3]
    lines = [
        f"  road {c.key.road} lane {c.key.lane}: fails {', '.join(_misses(c, query))} (straight {c.straight_m:.0f} m, length "
        f"{c.ahead_m:.0f} m, {_lane_count(c)} lanes, "
        f"{'no junction' if c.junction_m >= _NOWHERE_M else f'junction after {c.junction_m:.0f} m'}, "
        f"beside it {', '.join(sorted({slot.kind for slot in c.slots}))})"
        for c in nearest
    ]
    head = f"{scenario.scenario}: no stretch of {lane_map.name} has {wanted}; relax `where`. Nearest misses:"
    return "\n".join([head, *lines])


# ------------------------------------------------------------------------------------------------ what suits the story


def _penalty(stretch: Stretch, scenario: ConcreteScenario, needed: float) -> float:
    """How badly a place suits the story, 0 for well; in coarse steps, so that many places are equally good."""
    short = max(0.0, needed - stretch.ahead_m) / needed
    total = np.ceil(short * 10.0)
    named = _named(scenario)
    far = max((plan.place.ahead_m for plan in named), default=0.0)
    standing = [plan for plan in named if plan.speed_mps == 0.0]
    if standing and stretch.junction_m < far + 25.0:
        total += 4.0
    if stretch.straight_m < min(far + 30.0, 100.0):
        total += 2.0
    if stretch.behind_m < 20.0:
        total += 0.5
    total += math.ceil(8.0 * _slowed(stretch, scenario.ego.speed_mps))
    return float(total)


def _slowed(stretch: Stretch, speed_mps: float) -> float:
    """Share of its speed (squared) that bends ahead would take from ego before the event is over, 0 to 1."""
    before_m = STEP_M * np.arange(len(stretch.bend_pm)) - speed_mps * _BRISK_S
    allowed = _LATERAL_MPS2 / np.maximum(stretch.bend_pm, 1e-6) + 2.0 * _SLOWING_MPS2 * np.maximum(before_m, 0.0)
    return float(np.clip(1.0 - allowed.min() / max(speed_mps, 0.1) ** 2, 0.0, 1.0))


def _named(scenario: ConcreteScenario) -> list[ActorPlan]:
    return [plan for plan in scenario.actors if plan.role in ("hazard", "occluder", "static")]


def _company_penalty(scenario: ConcreteScenario, stretch: Stretch) -> float:
    """For roads that lack what parked cars, traffic and passers-by ask for, and for a speed limit far from ego's speed."""
    base = next(slot for slot in stretch.slots if slot.key == stretch.key)
    words = {plan.place.lane for plan in scenario.actors if plan.role in ("parked", "traffic")}
    kinds = sorted(word for word in words if word.startswith(("sidewalk", "parking")) or word == "opposite_1")
    lacking = [word for word in kinds if find_spot(word, stretch.slots, base, 2.0, fallback=False) is None]
    limit, speed = stretch.speed_limit_mps, scenario.ego.speed_mps
    unusual = limit is not None and not 0.5 * limit <= speed <= 1.4 * limit
    return 0.5 * len(lacking) + float(unusual)


def _lane_penalty(plan: ActorPlan, stretch: Stretch) -> float:
    base = next(slot for slot in stretch.slots if slot.key == stretch.key)
    if plan.place.reference != "ego":
        return 0.0
    if find_spot(plan.place.lane, stretch.slots, base, 2.0, fallback=False) is not None:
        return 0.0
    spot = find_spot(plan.place.lane, stretch.slots, base, 2.0, fallback=True)
    if spot is None:
        return 20.0
    return 1.0 if spot.slot is None else 0.5
