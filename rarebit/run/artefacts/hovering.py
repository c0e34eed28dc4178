"""Somebody is in the air with nothing that holds it, or in the ground."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rarebit.run.artefacts.case import Case
from rarebit.run.artefacts.heights import EVERY_TICKS, above_ground_m, carried_by
from rarebit.run.artefacts.releases import released_tick
from rarebit.run.movers.speed import GRAVITY_MPS2

_SLACK_S = 0.4
_SUNK_S = 0.2


def hovering(case: Case) -> Iterator[str]:
    """Actors of the story and things that stay in the air for longer than they need to fall, or sink into the ground.

    Neither what a vehicle carries, nor what hangs until a rule lets it go, nor what was thrown by an allowed collision.
    """
    scenario, history, step_s = case.scenario, case.history, case.step_s * EVERY_TICKS
    for name, track in history.tracks.items():
        if name not in case.story and track.type_id.startswith(("vehicle.", "walker.")):
            continue
        above = above_ground_m(scenario, history, name)
        end = case.end(name) // EVERY_TICKS
        sunk = _longest(above[:end] < 0.0)
        if sunk is not None and sunk[1] * step_s > _SUNK_S:
            yield f"{name}: {-above[sunk[0]]:.1f} m or more in the ground at {sunk[0] * step_s:.1f} s"
        free = above[:end] > 0.0
        for bears in carried_by(history, name).values():
            free &= ~bears[::EVERY_TICKS][:end]
        released = released_tick(scenario, history, name)
        if released is not None:
            free[: released // EVERY_TICKS] = False
        hangs = _longest(free)
        if hangs is None:
            continue
        high_m = float(above[hangs[0] : hangs[0] + hangs[1]].max()) + 1.0  # what is sure is less than what is
        if hangs[1] * step_s > math.sqrt(2.0 * high_m / GRAVITY_MPS2) + _SLACK_S:
            yield f"{name}: hovers {above[hangs[0]]:.1f} m or more above the ground from {hangs[0] * step_s:.1f} s on"


def _longest(flags: NDArray[np.bool_]) -> tuple[int, int] | None:
    """Start and length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    if not len(edges):
        return None
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    best = int(lengths.argmax())
    return int(starts[best]), int(lengths[best])
