"""Which of a map's spawn points have room for any vehicle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Box
from carlite.physics import Physics

_LARGEST = Box(centre=(-0.45, 0.0, 2.1), half_extent=(5.2, 2.0, 2.1))  # around every vehicle of the library
_APART_M, _ABREAST_M, _LEVEL_M = 10.6, 2.4, 3.0


def clear_spawn_points(points: NDArray[np.float64], physics: Physics) -> NDArray[np.float64]:
    """Those of the (n, 2, 3) points where scenery and earlier points leave room; all where that would leave none.

    Args:
        points: location in metres, (pitch, yaw, roll) in degrees.
        physics: with the scenery and no actors yet.
    """
    kept: list[int] = []
    for index, (location, rotation) in enumerate(points):
        if not physics.blocked(_LARGEST, location, rotation) and not _is_taken(points[kept], location, rotation[1]):
            kept.append(index)
    return points[kept] if kept else points


def _is_taken(others: NDArray[np.float64], location: NDArray[np.float64], yaw_deg: float) -> bool:
    """Whether one of the (n, 2, 3) points lies so close in the same lane that two vehicles would touch."""
    yaw = np.radians(yaw_deg)
    offset = others[:, 0] - location
    along = np.abs(offset[:, 0] * np.cos(yaw) + offset[:, 1] * np.sin(yaw))
    across = np.abs(offset[:, 1] * np.cos(yaw) - offset[:, 0] * np.sin(yaw))
    return bool(np.any((along < _APART_M) & (across < _ABREAST_M) & (np.abs(offset[:, 2]) < _LEVEL_M)))
