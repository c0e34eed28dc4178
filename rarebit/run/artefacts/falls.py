"""Somebody falls who stood on the ground."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit.history import History
from rarebit.run.artefacts.meetings import permitted
from rarebit.scenario import ConcreteScenario

_SINKS_MPS, _SLOPE = 2.5, 0.25


def falls(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """Those who sink faster than any road falls at their speed, and were not placed in the air."""
    step_s = float(history.time_us[1] - history.time_us[0]) * 1e-6
    flying = {plan.name for plan in scenario.actors if plan.place.height_m > 0.0}
    since = permitted(scenario, history)
    for name, track in history.tracks.items():
        moved = np.diff(track.position_m[: since.get(name, len(history.time_us))], axis=0) / step_s
        sinks = -moved[:, 2] - _SLOPE * np.linalg.norm(moved[:, :2], axis=1)
        if len(sinks) and name not in flying and sinks.max() > _SINKS_MPS:
            yield f"{name}: fell through the ground at {history.time_us[int(sinks.argmax())] * 1e-6:.1f} s"
