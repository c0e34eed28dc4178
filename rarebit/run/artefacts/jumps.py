"""Somebody is suddenly elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit.history import History
from rarebit.scenario import ConcreteScenario

_JUMP_M = 0.5


def jumps(_scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """Those who go further in one tick than their speed can carry them."""
    step_s = float(history.time_us[1] - history.time_us[0]) * 1e-6
    for name, track in history.tracks.items():
        way = np.linalg.norm(np.diff(track.position_m, axis=0), axis=1)
        speed = np.linalg.norm(track.velocity_mps, axis=1)
        jump = way - np.maximum(speed[1:], speed[:-1]) * step_s
        if len(jump) and jump.max() > _JUMP_M:
            tick = int(jump.argmax())
            yield f"{name}: jumped {jump[tick]:.1f} m at {history.time_us[tick + 1] * 1e-6:.1f} s"
