"""Whether a rehearsed draw counts: pure checks on its history, one line of reason for each that fails."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rarebit.history import History, Verdict
from rarebit.run import artefacts, criticality
from rarebit.run.artefacts.shapes import shrunk
from rarebit.scenario import Band, Collision, ConcreteScenario, HiddenUntil, Seen

_SPEED_SHARE, _SPEED_MPS = 0.1, 1.0
_STAYS_M = 0.4
_TYRES_MPS2 = 12.0  # no road tyre brakes harder; a pair about to touch asks for any amount


def judge(scenario: ConcreteScenario, history: History) -> Verdict:
    """Checks the rehearsal of ``scenario``: no artefact, the event as planned, and the spec's criteria."""
    first_us = next((event.time_us for event in history.events if event.kind == "rule"), None)
    first = None if first_us is None else int(np.searchsorted(history.time_us, first_us))
    measures = _measures(scenario, history, first or 0) if first is not None or not scenario.story else {}
    reasons = [*_rules(scenario, history), *artefacts.found(scenario, history), *_plans(scenario, history, first)]
    for criterion in scenario.accept:
        match criterion:
            case Band():
                reasons += _band(criterion, scenario, history, first)
            case HiddenUntil():
                reasons += _hidden(criterion, history)
            case Seen():
                reasons += _seen(criterion, history, first)
    reasons += _touches(scenario, history)
    return Verdict(
        accepted=not reasons,
        reasons=tuple(reasons),
        measures={name: value for name, value in measures.items() if math.isfinite(value)},
        first_event_us=first_us,
    )


# ------------------------------------------------------------------------------------------------ measures


def measure(name: str, actors: tuple[str, ...], scenario: ConcreteScenario, history: History, first: int) -> float:
    """One measure over the ticks from ``first`` on; inf where nothing came of it.

    "max_required_decel_mps2" is inf, too, once braking could not have kept the two apart (more than 12 m/s^2 was needed, or
    they touched): such a draw has no required deceleration.

    Raises:
        ValueError: an unknown measure, or the wrong number of actors.
    """
    if name == "ego_speed_at_event_mps":
        return float(np.linalg.norm(history.tracks["ego"].velocity_mps[first]))
    if len(actors) != 2:
        raise ValueError(f"{name}: got {len(actors)} actors, expected 2")
    track_a, track_b = history.tracks[actors[0]], history.tracks[actors[1]]
    a, b = criticality.boxes(track_a)[first:], criticality.boxes(track_b)[first:]
    match name:
        case "min_ttc_s":
            return float(criticality.time_to_collision_s(a, b).min())
        case "min_distance_m":
            flat, high = criticality.distance_m(a, b), criticality.height_gap_m(track_a, track_b)[first:]
            return float(np.hypot(flat, high).min())
        case "max_required_decel_mps2":
            needed = float(criticality.required_deceleration_mps2(a, b).max())
            return needed if needed <= _TYRES_MPS2 else math.inf
        case "post_encroachment_s":
            step_s = float(history.time_us[1] - history.time_us[0]) * 1e-6
            return criticality.post_encroachment_s(a, b, step_s)
    raise ValueError(f"{name}: unknown measure")


def _measures(scenario: ConcreteScenario, history: History, first: int) -> dict[str, float]:
    """The report's measures: the most critical over all hazards."""
    others = [name for name in scenario.hazards if name in history.tracks]
    result = {"ego_speed_at_event_mps": measure("ego_speed_at_event_mps", ("ego",), scenario, history, first)}
    for name, worst in (
        ("min_ttc_s", min),
        ("min_distance_m", min),
        ("max_required_decel_mps2", max),
        ("post_encroachment_s", min),
    ):
        values = [measure(name, ("ego", other), scenario, history, first) for other in others]
        if values:
            result[name] = float(worst(values))
    return result


# ------------------------------------------------------------------------------------------------ criteria


def _band(band: Band, scenario: ConcreteScenario, history: History, first: int | None) -> Iterator[str]:
    missing = [name for name in band.actors if name not in history.tracks]
    if missing:
        yield f"{band.measure}: {', '.join(missing)} not in the scene"
    elif first is not None:
        value = measure(band.measure, band.actors, scenario, history, first)
        if not band.low <= value <= band.high:
            who = " and ".join(band.actors)
            yield f"{band.measure} of {who}: {value:.2f}, expected {band.low:g} to {band.high:g}"


def _hidden(criterion: HiddenUntil, history: History) -> Iterator[str]:
    at_us = next((e.time_us for e in history.events if e.kind == "rule" and e.name == criterion.event), None)
    seen = history.visible_fraction.get(criterion.actor)
    if seen is None:
        yield f"{criterion.actor}: not in the scene"
    elif at_us is not None:
        before = np.flatnonzero((history.time_us <= at_us) & (seen > criterion.max_fraction))
        if len(before):
            first = before[0]
            yield (
                f"{criterion.actor}: visible to {seen[first]:.0%} at {history.time_us[first] * 1e-6:.1f} s, "
                f"expected at most {criterion.max_fraction:.0%} until {criterion.event} at {at_us * 1e-6:.1f} s"
            )


def _seen(criterion: Seen, history: History, first: int | None) -> Iterator[str]:
    seen = history.visible_fraction.get(criterion.actor)
    if seen is None:
        yield f"{criterion.actor}: not in the scene"
    elif first is not None:
        span = history.time_us[first:] <= history.time_us[first] + criterion.within_s * 1e6
        looked = seen[first:][span]
        best = float(np.nanmax(looked)) if np.isfinite(looked).any() else 0.0
        if best < criterion.fraction:
            yield (
                f"{criterion.actor}: visible to {best:.0%} at most within {criterion.within_s:g} s of the event, "
                f"expected {criterion.fraction:.0%}"
            )


def _touches(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    rule = next((c for c in scenario.accept if isinstance(c, Collision)), Collision())
    partners = [event.name.split("/", 1)[1] for event in history.events if event.kind == "collision"]
    partners += [name for name in _inside_ego(history) if name not in partners]  # some servers tell no touch of a walker
    story = {*scenario.hazards, *(name for r in scenario.story for name, _ in r.do)}
    for partner in partners:
        if partner not in story:
            yield f"ego touched {partner}, which is not part of the story"
        elif not (rule.allowed or rule.required):
            yield f"ego touched {partner}, and the spec allows no collision"
    if rule.required and not story & set(partners):
        yield "ego touched nobody, and the spec requires a collision"


def _inside_ego(history: History) -> Iterator[str]:
    """Actors whose box is deep in the ego's at some tick."""
    ego = history.tracks["ego"]
    for name, track in history.tracks.items():
        if name != "ego":
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
