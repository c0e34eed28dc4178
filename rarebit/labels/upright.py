"""Boxes as nuScenes has them: turned about the vertical axis alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import rotation_from_rpy, transform


def upright_box(
    world_from_box: NDArray[np.float64], size_lwh_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The upright box nearest to a tilted one: same centre, the same three sizes, yaw only.

    The side that points up most becomes the height. A wheel that rolls about its own y axis keeps its heading throughout,
    for the heading is taken from y as long as y is level.

    Returns:
        ``world_from_box`` (4, 4) and sizes (3,): length, width, height.
    """
    axes = world_from_box[:3, :3]
    size = np.asarray(size_lwh_m, np.float64)
    up = int(np.argmax(np.abs(axes[2])))
    if up != 1:
        # forward = left x up
        forward = np.array([axes[1, 1], -axes[0, 1]])
        length, width = (size[0], size[1]) if up == 2 else (size[2], size[1])
    else:
        forward = axes[:2, 0]
        length, width = size[0], size[2]
    yaw_rad = float(np.arctan2(forward[1], forward[0]))
    return transform(world_from_box[:3, 3], rotation_from_rpy(0.0, 0.0, yaw_rad)), np.array([length, width, size[up]])
