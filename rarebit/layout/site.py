"""Finds the junction where a scenario with arms takes place, and the arm that ego comes on.

The conditions of ``road.site`` must hold, every arm that the scenario names must be there, and from each arm the turns that are
asked for. Among the arms that fit the scenario's own random number picks one; the others are for when something is in the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError
from rarebit.layout.stretch import BEHIND_M, EGO_ROAD, needed_m
from rarebit.layout.way import Way
from rarebit.roads.junctions import Arm, Junction, junctions
from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.roads.route import Route, Turn, follow, heading_at_end
from rarebit.scenario import ActorPlan, ConcreteScenario, TownRoad, Value

_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """A junction as ego comes to it.

    Attributes:
        arms: by their names as ego sees them.
    """

    junction: Junction
    arms: Mapping[str, Arm]

    def way(self, lane_map: LaneMap, plan: ActorPlan, ahead_m: float) -> Way:
        """The way of an actor with an arm: station 0 is the end of the lane that leads to the junction."""
        arm = self.arms[plan.place.arm or "near"]
        key = entry_lane(lane_map, arm, plan.route, plan.place.lane)
        index = len(lane_map.lanes[key].centre) - 1
        return Way(lane_map, follow(lane_map, key, index, ahead_m=ahead_m, behind_m=_BACK_M, turns=[plan.route]), turns=True)


_BACK_M = 3.0 * BEHIND_M


def speaks_of_arms(scenario: ConcreteScenario) -> bool:
    """Whether the scenario takes place at a junction."""
    return bool(scenario.signals) or any(plan.place.arm for plan in (scenario.ego, *scenario.actors))


def approaches(scenario: ConcreteScenario, lane_map: LaneMap) -> list[Approach]:
    """The junctions and arms where it may take place, the one to take first.

    Raises:
        SceneError: none fits; it lists what was searched and what each lacks.
    """
    searched: list[str] = []
    fitting: list[Approach] = []
    query = scenario.road.site if isinstance(scenario.road, TownRoad) else {}
    for junction in junctions(lane_map):
        lacking = [name for name, wanted in query.items() if not _condition(name)(junction, wanted)]
        found = [] if lacking else [_approach(lane_map, junction, near, scenario) for near in _near_arms(junction, scenario)]
        fitting += [one for one in found if isinstance(one, Approach)]
        reasons = lacking or sorted({one for one in found if isinstance(one, str)})
        searched.append(f"  junction {junction.id} ({len(junction.arms)} arms, {_control(junction)}): {'; '.join(reasons)}")
    if not fitting:
        what = ", ".join(f"{name}: {wanted}" for name, wanted in query.items()) or "what the scenario asks for"
        head = (
            f"{scenario.scenario}: no junction of {lane_map.name} has {what}; relax road.site or choose another road. Searched:"
        )
        raise SceneError("\n".join([head, *(searched[:_LISTED] or ["  the map has no junction"]), *_rest(searched)]))
    draw = scenario.road.draw if isinstance(scenario.road, TownRoad) else 0.0
    first = min(int(draw * len(fitting)), len(fitting) - 1)
    return fitting[first:] + fitting[:first]


def _rest(searched: list[str]) -> list[str]:
    return [f"  and {len(searched) - _LISTED} more"] if len(searched) > _LISTED else []


def ego_way(scenario: ConcreteScenario, lane_map: LaneMap, approach: Approach) -> Way:
    """Ego's way with station 0 where ego starts."""
    before = scenario.ego.place.before_m or 0.0
    way = approach.way(lane_map, scenario.ego, needed_m(scenario) + BEHIND_M)
    route = way.route
    moved = Route(points_m=route.points_m, station_m=route.station_m + before, keys=route.keys)
    return Way(lane_map, moved, turns=scenario.ego.route != "straight")


def entry_lane(lane_map: LaneMap, arm: Arm, turn: Turn, lane: str) -> LaneKey:
    """The lane of an arm for a turn: "rightmost", "leftmost" or "middle" of those that lead so; else the one nearest the kerb.

    Raises:
        SceneError: none leads so.
    """
    fitting = arm.entries_for(turn)
    if not fitting:
        raise SceneError(f"no lane leads {turn}")
    ordered = sorted(fitting, key=lambda key: _aside(lane_map, arm, key), reverse=True)  # from left to right
    last = len(ordered) - 1
    at = {"leftmost": 0, "rightmost": last, "middle": last - last // 2}.get(lane)
    return ordered[(last if keeps_right(lane_map, arm) else 0) if at is None else at]


def keeps_right(lane_map: LaneMap, arm: Arm) -> bool:
    """Whether traffic on an arm keeps to the right: who comes leaves the others on the left."""
    if not arm.exits:
        return True
    entering = sum(_aside(lane_map, arm, key) for key in arm.entries) / len(arm.entries)
    leaving = [lane_map.lanes[key].centre[0, :2] for key in arm.exits]
    return entering < sum(_across(lane_map, arm, point) for point in leaving) / len(leaving)


def _aside(lane_map: LaneMap, arm: Arm, key: LaneKey) -> float:
    return _across(lane_map, arm, lane_map.lanes[key].centre[-1, :2])


def _across(lane_map: LaneMap, arm: Arm, point_m: NDArray[np.float64]) -> float:
    """How far to the left a point lies for who comes to the junction on this arm."""
    heading = heading_at_end(lane_map.lanes[arm.entries[0]])
    return float(point_m @ np.array([-np.sin(heading), np.cos(heading)]))


# ------------------------------------------------------------------------------------------------ what fits


def _near_arms(junction: Junction, scenario: ConcreteScenario) -> list[Arm]:
    arms = [arm for arm in junction.arms if arm.entries]
    if isinstance(scenario.road, TownRoad):
        return arms
    return [arm for arm in arms if any(key.road == EGO_ROAD for key in arm.entries)]


def _approach(lane_map: LaneMap, junction: Junction, near: Arm, scenario: ConcreteScenario) -> Approach | str:
    """The junction as seen from an arm, or what it lacks."""
    arms = junction.seen_from(near)
    plans = [plan for plan in (scenario.ego, *scenario.actors) if plan.place.arm]
    for plan in plans:
        arm = arms.get(plan.place.arm or "")
        if arm is None:
            return f"no arm {plan.place.arm}"
        if not arm.entries_for(plan.route):
            return f"no lane leads {plan.route} from the arm {plan.place.arm}"
    for lights in scenario.signals:
        if lights.arm in arms and not arms[lights.arm].signals and arms[lights.arm].entries:
            return f"no traffic light on the arm {lights.arm}"
        if lights.arm not in arms:
            return f"no arm {lights.arm}"
    limits = [lane_map.lanes[key].speed_limit_mps for key in near.entries]
    speed = scenario.ego.speed_mps
    if isinstance(scenario.road, TownRoad) and any(limit is not None and speed > 1.6 * limit for limit in limits):
        return f"ego is too fast for its limit of {3.6 * min(limit for limit in limits if limit is not None):.0f} km/h"
    return Approach(junction=junction, arms=arms)


def _control(junction: Junction) -> str:
    return "traffic lights" if junction.is_signalised else "no lights"


_CONDITIONS: dict[str, Callable[[Junction, Value], bool]] = {
    "junction": lambda junction, wanted: wanted == "any" or junction.is_signalised == (wanted == "signalised"),
    "arms_min": lambda junction, wanted: len(junction.arms) >= int(wanted),
    "arms_max": lambda junction, wanted: len(junction.arms) <= int(wanted),
    "id": lambda junction, wanted: junction.id == int(wanted),
}


def _condition(name: str) -> Callable[[Junction, Value], bool]:
    if name not in _CONDITIONS:
        raise SceneError(f"road.site.{name}: no such condition; known are {', '.join(_CONDITIONS)}")
    return _CONDITIONS[name]
