"""Somebody is elsewhere than its speed takes it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit.run.artefacts.case import Case

_JUMP_M = 0.3
_DRIFT_M = 0.6
_DRIFT_S = 1.0


def jumps(case: Case) -> Iterator[str]:
    """Those who go further in a tick, or within a second drift further off, than their velocity says."""
    step_s = case.step_s
    ticks = max(1, round(_DRIFT_S / step_s))
    for name, track in case.history.tracks.items():
        moved = np.diff(track.position_m, axis=0)
        said = (track.velocity_mps[1:] + track.velocity_mps[:-1]) / 2.0 * step_s
        off = np.linalg.norm(moved - said, axis=1)
        # A body that is hit changes its speed within a tick: then it may have gone with either.
        swing = np.linalg.norm(track.velocity_mps[1:] - track.velocity_mps[:-1], axis=1) / 2.0 * step_s
        jump = off - swing
        if len(jump) and jump.max() > _JUMP_M:
            tick = int(jump.argmax())
            yield f"{name}: jumped {jump[tick]:.1f} m at {case.time_s(tick + 1):.1f} s"
            continue
        way = np.vstack([np.zeros(3), np.cumsum(moved - said, axis=0)])
        drift = np.linalg.norm(way[ticks:] - way[:-ticks], axis=1)
        if len(drift) and drift.max() > _DRIFT_M:
            tick = int(drift.argmax())
            yield f"{name}: drifted {drift[tick]:.1f} m off its velocity within 1 s from {case.time_s(tick):.1f} s"
