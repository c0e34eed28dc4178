"""What the traffic lights of a junction show during a scene, arm by arm."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from rarebit.core.errors import SceneError
from rarebit.layout.placed import ArmPhases, Placed
from rarebit.layout.site import Approach
from rarebit.roads.path import Path
from rarebit.roads.timing import pace
from rarebit.scenario import ArmLights, ConcreteScenario, LightState

YELLOW_S = 3.0
"""How long yellow lasts before red."""

_FACING = {"near": "opposite", "opposite": "near", "left": "right", "right": "left"}
_GO = ("green", "yellow")
_ALWAYS_S = -1e9


def phases(scenario: ConcreteScenario, approach: Approach, placed: Mapping[str, Placed]) -> tuple[ArmPhases, ...]:
    """The phases of every arm with lights; () if the scenario leaves them to the server.

    An arm that the scenario does not name shows what the facing arm shows, or red if that is not named either.

    Raises:
        SceneError: two arms that cross each other would both let traffic go.
    """
    if not scenario.signals:
        return ()
    named = {lights.arm: lights for lights in scenario.signals}
    timelines: dict[str, tuple[tuple[float, LightState], ...]] = {
        arm: _timeline(lights, _arrival_s(scenario, arm, placed)) for arm, lights in named.items()
    }
    for arm in approach.arms:
        timelines.setdefault(arm, timelines.get(_FACING[arm], ((_ALWAYS_S, "red"),)))
    _check(scenario, {arm: timelines[arm] for arm in approach.arms})
    return tuple(
        ArmPhases(arm=name, signals=arm.signals, changes=_from_start(timelines[name]))
        for name, arm in sorted(approach.arms.items())
        if arm.signals
    )


def _timeline(lights: ArmLights, arrival_s: float) -> tuple[tuple[float, LightState], ...]:
    first: list[tuple[float, LightState]] = [(_ALWAYS_S, lights.state)]
    if lights.for_s is not None:
        onset = arrival_s - lights.for_s
        before: dict[LightState, list[tuple[float, LightState]]] = {
            "red": [(_ALWAYS_S, "green"), (onset - YELLOW_S, "yellow")],
            "yellow": [(_ALWAYS_S, "green")],
            "green": [(_ALWAYS_S, "red")],
            "off": [],
        }
        first = [*before[lights.state], (onset if before[lights.state] else _ALWAYS_S, lights.state)]
    return (*first, *lights.changes)


def _arrival_s(scenario: ConcreteScenario, arm: str, placed: Mapping[str, Placed]) -> float:
    """When the first of the story's traffic from an arm reaches the junction; 0 if nobody comes."""
    times = []
    for plan in (scenario.ego, *scenario.actors):
        one = placed.get(plan.name)
        if one is not None and one.path_m is not None and plan.place.arm == arm and plan.speed_mps > 0.0:
            before = (plan.place.before_m or 0.0) if plan.role == "ego" else -one.station_m
            times.append(pace(Path(one.path_m)).travel_s(0.0, before, plan.speed_mps))
    return min(times, default=0.0)


def _from_start(timeline: tuple[tuple[float, LightState], ...]) -> tuple[tuple[float, LightState], ...]:
    past = [state for time_s, state in timeline if time_s <= 0.0]
    return ((0.0, past[-1]), *((round(time_s, 3), state) for time_s, state in timeline if time_s > 0.0))


def _check(scenario: ConcreteScenario, timelines: Mapping[str, tuple[tuple[float, LightState], ...]]) -> None:
    """No two arms that cross each other let traffic go at once."""
    times = sorted({max(time_s, 0.0) for timeline in timelines.values() for time_s, _ in timeline})
    for one, other in itertools.combinations(sorted(timelines), 2):
        if _FACING[one] == other:
            continue
        for time_s in times:
            shown = [[s for t, s in timelines[arm] if t <= time_s][-1] for arm in (one, other)]
            if all(state in _GO for state in shown) and time_s <= scenario.duration_s:
                raise SceneError(
                    f"{scenario.scenario}: signals: {one} shows {shown[0]} and {other} {shown[1]} at {time_s:.1f} s; "
                    "their ways cross: let one be red"
                )
