"""Which traffic lights change before a tick."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rarebit.layout.placed import ArmPhases
from rarebit.scenario import LightState

_ROUNDING_S = 1e-6


def at_start(lights: Sequence[ArmPhases]) -> Iterator[tuple[tuple[str, ...], LightState]]:
    """(signals, state) of every arm before time 0."""
    for arm in lights:
        yield arm.signals, arm.changes[0][1]


def due(lights: Sequence[ArmPhases], tick: int, step_s: float) -> Iterator[tuple[tuple[str, ...], LightState]]:
    """(signals, state) of every change that the world of ``tick`` shows first, in order of time."""
    until_s = tick * step_s + _ROUNDING_S
    changes = sorted((time_s, arm.signals, state) for arm in lights for time_s, state in arm.changes[1:])
    for time_s, signals, state in changes:
        if until_s - step_s < time_s <= until_s:
            yield signals, state
