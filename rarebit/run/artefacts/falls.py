"""Somebody falls who stood on the ground."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit.run.artefacts.case import Case

_SINKS_MPS, _SLOPE = 2.5, 0.25


def falls(case: Case) -> Iterator[str]:
    """Those who sink faster than any road falls at their speed, and were not placed in the air."""
    flying = {plan.name for plan in case.scenario.actors if plan.place.height_m > 0.0}
    for name, track in case.history.tracks.items():
        moved = np.diff(track.position_m[: case.end(name)], axis=0) / case.step_s
        sinks = -moved[:, 2] - _SLOPE * np.linalg.norm(moved[:, :2], axis=1)
        if len(sinks) and name not in flying and sinks.max() > _SINKS_MPS:
            yield f"{name}: fell through the ground at {case.time_s(int(sinks.argmax())):.1f} s"
