"""Which points lie in which boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def points_in_boxes(
    points: NDArray[np.float64],
    world_from_boxes: Sequence[NDArray[np.float64]],
    sizes_lwh_m: Sequence[NDArray[np.float64]],
    *,
    margin_m: float = 0.0,
    flat: bool = False,
) -> list[NDArray[np.intp]]:
    """Indices of the points in each box, ascending.

    Args:
        points: (n, 3) in the frame of the boxes' poses.
        world_from_boxes: (4, 4) each, origin at the box centre, x along its length.
        sizes_lwh_m: (3,) full sizes each.
        margin_m: added on every side.
        flat: ignore height, for sensors that measure none.

    The points are sorted along x once, so that each box looks only at its own strip; boxes that no point can reach cost
    nothing.
    """
    nothing = np.empty(0, np.intp)
    if not len(points) or not len(world_from_boxes):
        return [nothing] * len(world_from_boxes)
    centres = np.array([world_from_box[:2, 3] for world_from_box in world_from_boxes])
    radii = np.linalg.norm(np.array(sizes_lwh_m, np.float64) / 2.0 + margin_m, axis=1, keepdims=True)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    reached = np.all((centres + radii >= low) & (centres - radii <= high), axis=1)
    order = np.argsort(points[:, 0], kind="stable")
    ordered = points[order]
    xs = ordered[:, 0]
    result: list[NDArray[np.intp]] = []
    for world_from_box, size, is_reached in zip(world_from_boxes, sizes_lwh_m, reached.tolist(), strict=True):
        if not is_reached:
            result.append(nothing)
            continue
        half = np.asarray(size, np.float64) / 2.0 + margin_m
        centre, axes = world_from_box[:3, 3], world_from_box[:3, :3]
        # Without height a tilted box still has to hold its own corners, so the strip takes the whole diagonal.
        reach = np.abs(axes[:2]) @ half if not flat else np.full(2, float(np.linalg.norm(half)))
        start = np.searchsorted(xs, centre[0] - reach[0], side="left")
        end = np.searchsorted(xs, centre[0] + reach[0], side="right")
        strip = np.flatnonzero(np.abs(ordered[start:end, 1] - centre[1]) <= reach[1]) + start
        if flat:
            axis = axes[:2, 0] / max(float(np.linalg.norm(axes[:2, 0])), 1e-9)
            local = (ordered[strip, :2] - centre[:2]) @ np.array([[axis[0], -axis[1]], [axis[1], axis[0]]])
            inside = np.all(np.abs(local) <= half[:2], axis=1)
        else:
            inside = np.all(np.abs((ordered[strip] - centre) @ axes) <= half, axis=1)
        result.append(np.sort(order[strip[inside]]))
    return result
