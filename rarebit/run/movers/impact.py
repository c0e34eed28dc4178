"""Whether two are about to run into each other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import yaw_of
from rarebit.layout.boxes import Footprint
from rarebit.world_view import Bodies

_CLOSING_MPS = 0.3
_TICKS = 1.5  # ahead: the two have moved on by the time that the server steps


def meets_somebody(name: str, velocity_mps: NDArray[np.float64], bodies: Bodies, step_s: float) -> bool:
    """Whether the box of ``name``, which moves with ``velocity_mps`` (3,), meets another's by the end of the next tick."""
    row = bodies.rows[name]
    centre, size = bodies.world_from_box[:, :3, 3], bodies.size_lwh_m
    offset, closing = centre - centre[row], bodies.velocity_mps - velocity_mps
    speed = np.linalg.norm(closing, axis=1)
    reach = (np.linalg.norm(size, axis=1) + np.linalg.norm(size[row])) / 2.0 + speed * _TICKS * step_s
    near = (np.linalg.norm(offset, axis=1) < reach) & (speed > _CLOSING_MPS)
    near &= np.abs(offset[:, 2]) < (size[:, 2] + size[row, 2]) / 2.0
    near[row] = False
    here = _footprint(bodies, row, np.zeros(2))
    return any(
        here.overlaps(_footprint(bodies, int(other), share * step_s * closing[other, :2]))
        for other in np.flatnonzero(near)
        for share in (0.0, _TICKS / 2.0, _TICKS)
    )


def _footprint(bodies: Bodies, row: int, moved_m: NDArray[np.float64]) -> Footprint:
    x, y = (bodies.world_from_box[row, :2, 3] + moved_m).tolist()
    length, width, _ = bodies.size_lwh_m[row].tolist()
    return Footprint(x, y, math.remainder(yaw_of(bodies.world_from_box[row]), 2.0 * math.pi), length / 2.0, width / 2.0)
