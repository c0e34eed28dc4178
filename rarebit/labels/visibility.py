"""How much of each object the cameras see: nuScenes' visibility over all cameras as one panorama.

CARLA gives what is visible, not what would be without occluders. The full silhouette is estimated from the box: a pixel whose
ray meets the box counts to it, and it is occluded where the depth image shows something else in front of the box. The visible
fraction is the share of the box's pixels that nothing else covers, provided that pixels of the object itself are seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import apply, box_corners, inverse
from rarebit.rig.rig import Mount, Rig
from rarebit.snapshot import ActorState, LabelImages

# Rays tested for one box in one camera; larger boxes are sampled on a grid.
_MOST_SAMPLES = 3000
# Smaller projections are not worth a look: no label depends on a few pixels.
_LEAST_AREA_PX = 4
# An object fills at least this share of its box's pixels; a sliver of it in a gap does not make the gap's whole width visible.
_LEAST_FILL = 0.2


class _View:
    """One camera at a key frame."""

    __slots__ = ("camera_from_world", "height_px", "images", "lens", "width_px")

    def __init__(self, mount: Mount, world_from_ego: NDArray[np.float64], images: LabelImages) -> None:
        self.camera_from_world = inverse(world_from_ego @ mount.ego_from_sensor)
        self.lens = mount.lens
        self.height_px, self.width_px = images.depth_m.shape
        self.images = images


def visibility(
    actors: Sequence[ActorState], rig: Rig, world_from_ego: NDArray[np.float64], labels: Mapping[str, LabelImages]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Visible fraction 0..1 (n,) and number of visible pixels (n,) of each actor over all cameras.

    Args:
        world_from_ego: (4, 4) at the time of the images.
        labels: by camera channel.
    """
    covered, open_, seen = (np.zeros(len(actors)) for _ in range(3))
    if actors:
        corners = np.stack([apply(actor.world_from_box, box_corners(actor.size_lwh_m)) for actor in actors])
        for mount in rig.mounts:
            if mount.channel in labels:
                view = _View(mount, world_from_ego, labels[mount.channel])
                camera_corners = apply(view.camera_from_world, corners.reshape(-1, 3)).reshape(-1, 8, 3)
                for i in range(len(actors)):
                    counts = _in_camera(actors[i], view, camera_corners[i])
                    covered[i] += counts[0]
                    open_[i] += counts[1]
                    seen[i] += counts[2]
    safe = np.maximum(covered, 1.0)
    fraction = np.minimum(open_ / safe, seen / (_LEAST_FILL * safe))
    return np.clip(np.where(seen > 0, fraction, 0.0), 0.0, 1.0), seen.astype(np.int64)


def _in_camera(actor: ActorState, view: _View, corners: NDArray[np.float64]) -> tuple[float, float, float]:
    """Pixels of the box, those of them that nothing in front covers, and visible pixels of the object, in one camera."""
    rectangle = _rectangle(view, corners)
    if rectangle is None:
        return 0.0, 0.0, 0.0
    left, top, right, bottom = rectangle
    step = max(1, int(np.ceil(np.sqrt((right - left) * (bottom - top) / _MOST_SAMPLES))))
    u, v = np.arange(left, right, step, dtype=np.float64), np.arange(top, bottom, step, dtype=np.float64)
    entry_m, exit_m = _depths_through_box(actor, view, u + 0.5, v + 0.5)
    in_box = entry_m < exit_m
    if not in_box.any():
        return 0.0, 0.0, 0.0
    rows, columns = slice(top, bottom, step), slice(left, right, step)
    depth_m = view.images.depth_m[rows, columns]
    slack_m = 0.1 + 0.005 * entry_m
    weight = float(step * step)
    if actor.instance_id is None:
        own = in_box & (depth_m > entry_m - slack_m) & (depth_m < exit_m + slack_m)
        seen = weight * float(np.count_nonzero(own))
    else:
        own = view.images.instance[rows, columns] == actor.instance_id
        # Parts may stick out of the box (mirrors, an arm), so the whole rectangle counts; every pixel, for small ones matter.
        seen = float(np.count_nonzero(view.images.instance[top:bottom, left:right] == actor.instance_id))
    covered = in_box & (depth_m < entry_m - slack_m) & ~own
    all_pixels = np.count_nonzero(in_box)
    return weight * all_pixels, weight * (all_pixels - np.count_nonzero(covered)), float(seen)


def _rectangle(view: _View, corners: NDArray[np.float64]) -> tuple[int, int, int, int] | None:
    """Pixel bounds (left, top, right, bottom) of the box in the image, None if it misses it."""
    bounds = view.lens.bounds(corners)
    if bounds is None:
        return None
    low, high = np.floor(bounds[0]), np.ceil(bounds[1])
    left, top = max(int(low[0]), 0), max(int(low[1]), 0)
    right, bottom = min(int(high[0]), view.width_px), min(int(high[1]), view.height_px)
    return (
        (left, top, right, bottom)
        if left < right and top < bottom and (right - left) * (bottom - top) >= _LEAST_AREA_PX
        else None
    )


def _depths_through_box(
    actor: ActorState, view: _View, u: NDArray[np.float64], v: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Depths, as the depth image has them, at which the rays of (v, u) pixels enter and leave the box (slab test).

    A ray that the lens does not have never enters.
    """
    box_from_camera = inverse(view.camera_from_world @ actor.world_from_box)
    rays = view.lens.rays(u[None, :], v[:, None])
    half = actor.size_lwh_m / 2.0
    entry, exit_ = np.zeros((len(v), len(u))), np.full((len(v), len(u)), np.inf)
    for axis in range(3):
        # The parameter along a ray is what the depth image holds.
        origin = box_from_camera[axis, 3]
        slope = rays @ box_from_camera[axis, :3]
        slope = np.where(np.abs(slope) < 1e-12, 1e-12, slope)
        one, other = (-half[axis] - origin) / slope, (half[axis] - origin) / slope
        np.maximum(entry, np.minimum(one, other), out=entry)
        np.minimum(exit_, np.maximum(one, other), out=exit_)
    return entry, exit_
