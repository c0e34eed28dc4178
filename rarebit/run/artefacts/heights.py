"""How high everybody is, from boxes alone: a history holds no map, but vehicles on their wheels show where the ground is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.history import History, Track
from rarebit.run.carrying import TOUCHES_M
from rarebit.scenario import ConcreteScenario

EVERY_TICKS = 2
"""Heights are looked at every so many ticks."""

_SURE_M = 0.35
_SLOPE = 0.12  # the steepest roads that families and towns have
_AS_NEAR_M = 3.0


def base_m(track: Track) -> NDArray[np.float64]:
    """(n,) height of the underside of its box."""
    return np.asarray(track.position_m[:, 2] - track.size_lwh_m[2] / 2.0)


def above_ground_m(scenario: ConcreteScenario, history: History, name: str) -> NDArray[np.float64]:
    """(m,) by how much ``name`` is surely above (positive) or below (negative) the ground, 0 where it may stand on it.

    One value every ``EVERY_TICKS``. The ground is where the nearest places lie that vehicles came through; it may rise or fall
    on the way there, and one road may lead over another.
    """
    track = history.tracks[name]
    flying = {plan.name for plan in scenario.actors if plan.place.height_m > 0.0}
    wheels = [t for t in history.tracks.values() if t.type_id.startswith("vehicle.") and t.name not in {name, *flying}]
    here, base = track.position_m[::EVERY_TICKS, :2], base_m(track)[::EVERY_TICKS]
    if not wheels:
        return np.zeros(len(base))
    places = np.concatenate([t.position_m[::EVERY_TICKS, :2] for t in wheels])
    ground = np.concatenate([base_m(t)[::EVERY_TICKS] for t in wheels])
    away = np.sqrt((places[:, 0] - here[:, None, 0]) ** 2 + (places[:, 1] - here[:, None, 1]) ** 2)
    off = base[:, None] - ground[None]
    beyond = np.where(away < away.min(axis=1)[:, None] + _AS_NEAR_M, np.abs(off) - _SURE_M - _SLOPE * away, np.inf)
    best = beyond.argmin(axis=1)
    rows = np.arange(len(base))
    return np.asarray(np.sign(off[rows, best]) * np.maximum(beyond[rows, best], 0.0))


def carried_by(history: History, name: str) -> dict[str, NDArray[np.bool_]]:
    """For each vehicle that ever bears ``name``: (n,) at which ticks it does, with its roof or bed under the middle of it."""
    load = history.tracks[name]
    result = {}
    for other in history.tracks.values():
        if other.name == name or not other.type_id.startswith("vehicle."):
            continue
        offset = load.position_m[:, :2] - other.position_m[:, :2]
        cos, sin = np.cos(other.yaw_rad), np.sin(other.yaw_rad)
        along, across = cos * offset[:, 0] + sin * offset[:, 1], -sin * offset[:, 0] + cos * offset[:, 1]
        # Until the two are clear of each other: a load slides off with its middle behind the roof's edge.
        reach = float(np.linalg.norm(load.size_lwh_m[:2])) / 2.0
        over = (np.abs(along) < other.size_lwh_m[0] / 2.0 + reach) & (np.abs(across) < other.size_lwh_m[1] / 2.0 + reach)
        top = other.position_m[:, 2] + other.size_lwh_m[2] / 2.0
        bears = over & (np.abs(base_m(load) - top) < TOUCHES_M + 0.05)
        if bears.any():
            result[other.name] = bears
    return result
