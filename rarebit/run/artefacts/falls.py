"""Somebody falls who stood on the ground."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit.history import History
from rarebit.scenario import ConcreteScenario

_FALL_MPS = 8.0


def falls(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """Those who fall through the ground: faster than anything drops that did not start in the air."""
    step_s = float(history.time_us[1] - history.time_us[0]) * 1e-6
    flying = {plan.name for plan in scenario.actors if plan.place.height_m > 0.0}
    for name, track in history.tracks.items():
        sinks = -np.diff(track.position_m[:, 2]) / step_s
        if len(sinks) and name not in flying and sinks.max() > _FALL_MPS:
            yield f"{name}: fell through the ground"
