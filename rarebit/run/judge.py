"""Whether a rehearsed draw counts: pure checks on its history, one line of reason for each that fails."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rarebit import criticality
from rarebit.grip import grip_of
from rarebit.history import History, RunView, Verdict
from rarebit.language.construct import constructs
from rarebit.language.criteria.collision import with_touching
from rarebit.run import artefacts
from rarebit.run.artefacts.shapes import shrunk
from rarebit.scenario import ConcreteScenario

_SPEED_SHARE, _SPEED_MPS = 0.1, 1.0
_STAYS_M = 0.4


def judge(scenario: ConcreteScenario, history: History) -> Verdict:
    """Checks the rehearsal of ``scenario``: no artefact, the event as planned, and the spec's criteria."""
    first_us = next((event.time_us for event in history.events if event.kind == "rule"), None)
    first = None if first_us is None else int(np.searchsorted(history.time_us, first_us))
    run = _run_view(scenario, history, first if scenario.story else 0)
    measures = _measures(scenario, run) if run.first is not None else {}
    reasons = [*_rules(scenario, history), *artefacts.found(scenario, history), *_plans(scenario, history, first)]
    reasons += [reason for criterion in with_touching(scenario.accept) for reason in criterion.judge(run)]
    measures["road_grip"] = grip_of(scenario.weather)
    return Verdict(
        accepted=not reasons,
        reasons=tuple(reasons),
        measures={name: value for name, value in measures.items() if math.isfinite(value)},
        first_event_us=first_us,
    )


def _run_view(scenario: ConcreteScenario, history: History, first: int | None) -> RunView:
    told = [event.name.split("/", 1)[1] for event in history.events if event.kind == "collision"]
    inside = [name for name in _inside_ego(history) if name not in told]  # some servers tell no touch of a walker
    story = {*scenario.hazards, *(name for rule in scenario.story for name, _ in rule.do)}
    return RunView(history=history, first=first, touched=(*told, *inside), story=frozenset(story))


def _measures(scenario: ConcreteScenario, run: RunView) -> dict[str, float]:
    """The report's measures: the most critical over all hazards."""
    result = {}
    hazards = [name for name in scenario.hazards if name in run.history.tracks]
    for name, make in constructs("measure").items():
        values = [measure.value(run) for measure in make.of_hazards(hazards)]
        if values:
            result[name] = float(min(values) if make.worse == "low" else max(values))
    return result


def _inside_ego(history: History) -> Iterator[str]:
    """Actors whose box is deep in the ego's at some tick."""
    ego = history.tracks["ego"]
    for name, track in history.tracks.items():
        if name != "ego":
            reach = (np.linalg.norm(ego.size_lwh_m[:2]) + np.linalg.norm(track.size_lwh_m[:2])) / 2.0
            close = np.linalg.norm(ego.position_m[:, :2] - track.position_m[:, :2], axis=1) < reach
            if not close.any():
                continue
            apart = criticality.distance_m(criticality.boxes(ego), shrunk(track)) + criticality.height_gap_m(ego, track)
            if (apart <= 0.0).any():
                yield name


# ------------------------------------------------------------------------------------------------ the event as planned


def _rules(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    fired = {event.name for event in history.events if event.kind == "rule"}
    for rule in scenario.story:
        if rule.name not in fired:
            yield f"{rule.name}: never happened within {scenario.duration_s:g} s"


def _plans(scenario: ConcreteScenario, history: History, first: int | None) -> Iterator[str]:
    """Speeds and places at the first event are as drawn: it is the scenario that was asked for."""
    if first is None:
        return
    for plan in (scenario.ego, *scenario.actors):
        track = history.tracks.get(plan.name)
        if track is None:
            if plan.role in ("hazard", "occluder"):
                yield f"{plan.name}: found no room on the map"
        elif plan.name == "ego" or (plan.role == "hazard" and plan.speed_mps > 0.0 and track.type_id.startswith("vehicle.")):
            speed = float(np.linalg.norm(track.velocity_mps[first]))
            if abs(speed - plan.speed_mps) > max(_SPEED_MPS, _SPEED_SHARE * plan.speed_mps):
                yield f"{plan.name}: {speed:.1f} m/s at the event, planned {plan.speed_mps:.1f}"
        elif plan.speed_mps <= 0.0 and plan.role != "traffic":
            moved = float(np.linalg.norm(track.position_m[first] - track.position_m[0]))
            if moved > _STAYS_M and plan.place.height_m <= 0.0:
                yield f"{plan.name}: moved {moved:.1f} m before the event, planned to stand"
