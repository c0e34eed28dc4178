"""Somebody speeds up, slows down or turns as no tyre, hoof or shoe can."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rarebit.grip import grip_of
from rarebit.history import Track
from rarebit.run.artefacts.case import Case
from rarebit.run.movers.speed import GRAVITY_MPS2

_MARGIN = 1.3  # servers' tyres hold somewhat more than the road's friction is said to be
_WINDOW_TICKS = 2  # one tick alone may be a server's rounding
_LEGS_WINDOW_TICKS = 4  # a step takes that long
_ORDER_TICKS = 2


def accelerations(case: Case) -> Iterator[str]:
    """Those whose velocity along the ground changes faster than friction allows: ``1.3 * grip * g``.

    By what they report and by where they were. Exempt are an allowed collision and what comes after it, the tick at which a
    rule sends a thing off, and the direction (not the speed) of walkers, who turn on the spot.
    """
    limit = _MARGIN * grip_of(case.scenario.weather) * GRAVITY_MPS2
    step_s, sent = case.step_s, _sent(case)
    for name, track in case.history.tracks.items():
        last = case.end(name)
        legs = track.type_id.startswith("walker.")
        window = _LEGS_WINDOW_TICKS if legs else _WINDOW_TICKS
        moved = np.diff(track.position_m[:last, :2], axis=0) / step_s
        for velocity in (track.velocity_mps[:last, :2], moved):
            change = _change(velocity, window, speed_only=legs) / (window * step_s)
            if not track.type_id.startswith(("vehicle.", "walker.")):
                for tick in sent.get(name, ()):
                    change[max(tick - window - 1, 0) : tick + _ORDER_TICKS] = 0.0
            if len(change) and change.max() > limit:
                tick = int(np.argmax(change > limit))
                yield (
                    f"{name}: {_worst(track, velocity, tick, window)} at {change.max():.0f} m/s^2 at "
                    f"{case.time_s(tick):.1f} s, expected at most {limit:.1f} on this road"
                )
                break


def _change(velocity_mps: NDArray[np.float64], window: int, *, speed_only: bool) -> NDArray[np.float64]:
    """(n - window,) change of velocity, or of speed, over ``window`` ticks."""
    if len(velocity_mps) <= window:
        return np.empty(0)
    if speed_only:
        speed = np.linalg.norm(velocity_mps, axis=1)
        return np.asarray(np.abs(speed[window:] - speed[:-window]))
    return np.asarray(np.linalg.norm(velocity_mps[window:] - velocity_mps[:-window], axis=1))


def _worst(track: Track, velocity_mps: NDArray[np.float64], tick: int, window: int) -> str:
    before, after = (float(np.linalg.norm(velocity_mps[i])) for i in (tick, tick + window))
    return "slowed down" if after < before - 0.2 else "sped up" if after > before + 0.2 else "was thrown aside"


def _sent(case: Case) -> dict[str, list[int]]:
    """The ticks at which rules set somebody off."""
    time_us, events = case.history.time_us, case.history.events
    fired = {event.name: int(np.searchsorted(time_us, event.time_us)) for event in events if event.kind == "rule"}
    result: dict[str, list[int]] = {}
    for rule in case.scenario.story:
        for name, _ in rule.do:
            if rule.name in fired:
                result.setdefault(name, []).append(fired[rule.name])
    return result
