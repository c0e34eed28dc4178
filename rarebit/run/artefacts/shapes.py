"""Footprints as the rules compare them."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from rarebit import criticality
from rarebit.history import Track

_SHRINK_M = 0.15
_STAYS_M = 0.4


def shrunk(track: Track) -> criticality.Boxes:
    """The footprints of a track, a little smaller on every side: boxes are larger than the bodies in them."""
    size: NDArray[np.float64] = np.maximum(track.size_lwh_m[:2] - _SHRINK_M, 0.05)
    return dataclasses.replace(criticality.boxes(track), size_lw_m=size)


def reach_m(a: Track, b: Track) -> float:
    """Centres of two boxes that touch are nearer to each other than this."""
    return float(np.linalg.norm(a.size_lwh_m[:2]) + np.linalg.norm(b.size_lwh_m[:2])) / 2.0


def moves(track: Track) -> bool:
    """Whether it ends elsewhere than it began."""
    return bool(np.linalg.norm(track.position_m[-1] - track.position_m[0]) > _STAYS_M)
