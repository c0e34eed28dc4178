"""Whether a rehearsed draw counts: pure checks on its history, one line of reason for each that fails."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rarebit.history import History, Track, Verdict
from rarebit.motions import Cross, Roll, SetSpeed
from rarebit.run import criticality
from rarebit.scenario import Band, Collision, ConcreteScenario, HiddenUntil, Rule, Seen

_SPEED_SHARE, _SPEED_MPS = 0.1, 1.0
_STAYS_M = 0.4
_MOVES_M = 0.3
_MOVES_AFTER_S = 1.5
_JUMP_M = 0.5
_FALL_MPS = 8.0
_TYRES_MPS2 = 12.0  # no road tyre brakes harder; a pair about to touch asks for any amount
_OVERLAP_SHRINK_M = 0.15


def judge(scenario: ConcreteScenario, history: History) -> Verdict:
    """Checks the rehearsal of ``scenario``: no artefact, the event as planned, and the spec's criteria."""
    first_us = next((event.time_us for event in history.events if event.kind == "rule"), None)
    first = None if first_us is None else int(np.searchsorted(history.time_us, first_us))
    measures = _measures(scenario, history, first or 0) if first is not None or not scenario.story else {}
    reasons = [*_rules(scenario, history), *_artefacts(scenario, history), *_plans(scenario, history, first)]
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
            apart = criticality.distance_m(criticality.boxes(ego), _shrunk(track)) + criticality.height_gap_m(ego, track)
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


def _artefacts(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """What a simulator does that the world does not."""
    for event in history.events:
        if event.kind == "artefact":
            yield event.name
    step_s = float(history.time_us[1] - history.time_us[0]) * 1e-6
    flying = {plan.name for plan in scenario.actors if plan.place.height_m > 0.0}
    for name, track in history.tracks.items():
        motion = np.diff(track.position_m, axis=0)
        way = np.linalg.norm(track.velocity_mps, axis=1)
        jump = np.linalg.norm(motion, axis=1) - np.maximum(way[1:], way[:-1]) * step_s
        if len(jump) and jump.max() > _JUMP_M:
            tick = int(jump.argmax())
            yield f"{name}: jumped {jump[tick]:.1f} m at {history.time_us[tick + 1] * 1e-6:.1f} s"
        elif len(motion) and name not in flying and (-motion[:, 2] / step_s).max() > _FALL_MPS:
            yield f"{name}: fell through the ground"
    yield from _overlaps(history)
    yield from _passages(scenario, history)
    for rule in scenario.story:
        yield from _unmoved(rule, history)


def _overlaps(history: History) -> Iterator[str]:
    """Actors inside each other at time 0."""
    tracks = list(history.tracks.values())
    for i, a in enumerate(tracks):
        rest = [b for b in tracks[i + 1 :] if _near(a, b)]
        for b in rest:
            shrunk = [_shrunk(track)[0:1] for track in (a, b)]
            if criticality.distance_m(*shrunk)[0] <= 0.0 and criticality.height_gap_m(a, b)[0] <= 0.0:
                yield f"{a.name} and {b.name} stand inside each other at the start"


def _passages(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """Vehicles and hazards that drive or roll through others than the ego."""
    tracks = [track for name, track in history.tracks.items() if name != "ego"]
    for i, a in enumerate(tracks):
        for b in tracks[i + 1 :]:
            bodies = any(t.type_id.startswith("vehicle.") or t.name in scenario.hazards for t in (a, b))
            reach = (np.linalg.norm(a.size_lwh_m[:2]) + np.linalg.norm(b.size_lwh_m[:2])) / 2.0
            close = np.flatnonzero(np.linalg.norm(a.position_m[:, :2] - b.position_m[:, :2], axis=1) < reach)
            if not bodies or not len(close) or not (_moves(a) or _moves(b)):
                continue
            apart = criticality.distance_m(_shrunk(a)[close], _shrunk(b)[close]) + criticality.height_gap_m(a, b)[close]
            if (apart <= 0.0).any():
                tick = close[int(np.argmax(apart <= 0.0))]
                yield f"{a.name} and {b.name} went through each other at {history.time_us[tick] * 1e-6:.1f} s"


def _moves(track: Track) -> bool:
    return bool(np.linalg.norm(track.position_m[-1] - track.position_m[0]) > _STAYS_M)


def _shrunk(track: Track) -> criticality.Boxes:
    size: NDArray[np.float64] = np.maximum(track.size_lwh_m[:2] - _OVERLAP_SHRINK_M, 0.05)
    return dataclasses.replace(criticality.boxes(track), size_lw_m=size)


def _near(a: Track, b: Track) -> bool:
    reach = (np.linalg.norm(a.size_lwh_m[:2]) + np.linalg.norm(b.size_lwh_m[:2])) / 2.0
    return bool(np.linalg.norm(a.position_m[0, :2] - b.position_m[0, :2]) < reach)


def _unmoved(rule: Rule, history: History) -> Iterator[str]:
    """Actors that were told to go and did not."""
    at_us = next((e.time_us for e in history.events if e.kind == "rule" and e.name == rule.name), None)
    if at_us is None:
        return
    start = int(np.searchsorted(history.time_us, at_us))
    later = int(np.searchsorted(history.time_us, at_us + _MOVES_AFTER_S * 1e6))
    for name, maneuver in rule.do:
        goes = isinstance(maneuver, Cross | Roll) or (isinstance(maneuver, SetSpeed) and maneuver.speed_mps > 0.5)
        if not goes or name not in history.tracks or later >= len(history.time_us):
            continue
        moved = float(np.linalg.norm(history.tracks[name].position_m[later] - history.tracks[name].position_m[start]))
        if moved < _MOVES_M:
            yield f"{name}: did not move within {_MOVES_AFTER_S:g} s of {rule.name}"
