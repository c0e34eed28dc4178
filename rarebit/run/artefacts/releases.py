"""A load leaves what carries it when nobody let it go, or stays although somebody did."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rarebit.history import History
from rarebit.run.artefacts.case import Case
from rarebit.run.artefacts.heights import base_m, carried_by
from rarebit.run.movers.speed import GRAVITY_MPS2
from rarebit.scenario import ConcreteScenario

_STAYS_M = 0.3
_LEAVES_S = 1.5
_SLACK_S = 0.3
_FALLEN = 0.8


def releases(case: Case) -> Iterator[str]:
    """What is placed above the ground stays where it is carried until a rule moves it, then leaves, then falls."""
    scenario, history, step_s = case.scenario, case.history, case.step_s
    for plan in scenario.actors:
        if (
            plan.place.height_m <= 0.0
            or plan.name not in history.tracks
            or (plan.speed_mps > 0.0 and not _start(history, plan.name))
        ):
            continue
        carrier = _start(history, plan.name)
        off = _off_place_m(history, plan.name, carrier)
        end = case.end(plan.name)
        released = released_tick(scenario, history, plan.name)
        before = np.flatnonzero(off[: min(end, len(off) if released is None else released + 1)] > _STAYS_M)
        holder = carrier or "its place"
        if len(before):
            yield f"{plan.name}: left {holder} at {before[0] * step_s:.1f} s, before a rule let it go"
        elif released is not None:
            later = released + round(_LEAVES_S / step_s)
            if later < end and off[later] < _STAYS_M:
                yield f"{plan.name}: was let go at {released * step_s:.1f} s and stays on {holder}"
            else:
                yield from _hangs(history, plan.name, plan.place.height_m, released, end, step_s)


def released_tick(scenario: ConcreteScenario, history: History, name: str) -> int | None:
    """When the first rule moved ``name``; None if none did."""
    rules = {rule.name for rule in scenario.story for who, _ in rule.do if who == name}
    fired = [event.time_us for event in history.events if event.kind == "rule" and event.name in rules]
    return int(np.searchsorted(history.time_us, min(fired))) if fired else None


def _start(history: History, name: str) -> str | None:
    """The vehicle that carries ``name`` at time 0."""
    return next((other for other, bears in carried_by(history, name).items() if bears[0]), None)


def _off_place_m(history: History, name: str, carrier: str | None) -> NDArray[np.float64]:
    """(n,) how far ``name`` is from where it was at time 0, as its carrier sees it."""
    place = history.tracks[name].position_m
    if carrier is None:
        return np.asarray(np.linalg.norm(place - place[0], axis=1))
    track = history.tracks[carrier]
    offset = place - track.position_m
    cos, sin = np.cos(track.yaw_rad), np.sin(track.yaw_rad)
    seen = np.stack([cos * offset[:, 0] + sin * offset[:, 1], -sin * offset[:, 0] + cos * offset[:, 1], offset[:, 2]], axis=1)
    return np.asarray(np.linalg.norm(seen - seen[0], axis=1))


def _hangs(history: History, name: str, height_m: float, released: int, end: int, step_s: float) -> Iterator[str]:
    """Told if it does not come down within the time that a fall takes once nothing bears it."""
    held = np.zeros(len(history.time_us), np.bool_)
    for bears in carried_by(history, name).values():
        held |= bears
    free = np.flatnonzero(~held[released:end])
    if not len(free):
        return
    down = released + int(free[0]) + math.ceil((math.sqrt(2.0 * height_m / GRAVITY_MPS2) + _SLACK_S) / step_s)
    base = base_m(history.tracks[name])
    if down < end and base[down] > base[0] - _FALLEN * height_m:
        yield f"{name}: was let go at {released * step_s:.1f} s and hangs in the air"
