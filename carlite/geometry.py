"""Transforms in CARLA's frame: left-handed, x forward, y right, z up; metres and degrees.

Everything inside carlite stays in this frame. Rotation is (pitch, yaw, roll) in degrees; yaw is clockwise seen from
above, pitch is nose up, roll is right side down. Local to world is ``Rz(yaw) @ Ry(-pitch) @ Rx(-roll)`` with the textbook
matrices, checked against ``carla.Transform.get_matrix``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
_TOLD_DEG = (90.0, 180.0, 180.0)


def rotation_matrices(rotation_deg: ArrayLike) -> Array:
    """World-from-local rotation for (..., 3) pitch, yaw, roll in degrees; returns (..., 3, 3)."""
    angles = np.radians(np.asarray(rotation_deg, np.float64))
    cp, cy, cr = np.moveaxis(np.cos(angles), -1, 0)
    sp, sy, sr = np.moveaxis(np.sin(angles), -1, 0)
    rows = [
        [cp * cy, cy * sp * sr - sy * cr, -cy * sp * cr - sy * sr],
        [cp * sy, sy * sp * sr + cy * cr, -sy * sp * cr + cy * sr],
        [sp, -cp * sr, cp * cr],
    ]
    result: Array = np.stack([np.stack(row, -1) for row in rows], -2)
    return result


def rotations_deg(matrix: ArrayLike) -> Array:
    """Pitch, yaw, roll in degrees, (..., 3), of (..., 3, 3) rotation matrices: the inverse of rotation_matrices."""
    m = np.asarray(matrix, np.float64)
    pitch = np.arctan2(m[..., 2, 0], np.hypot(m[..., 0, 0], m[..., 1, 0]))
    yaw = np.arctan2(m[..., 1, 0], m[..., 0, 0])
    roll = np.arctan2(-m[..., 2, 1], m[..., 2, 2])
    result: Array = np.degrees(np.stack([pitch, yaw, roll], -1))
    return result


def as_told_deg(rotation_deg: ArrayLike) -> Array:
    """The same rotation (3,) as Unreal tells it: pitch within 90 degrees, yaw and roll within 180."""
    angles = np.asarray(rotation_deg, np.float64)
    if (np.abs(angles) <= _TOLD_DEG).all():
        return angles
    return rotations_deg(rotation_matrices(angles))


def world_from_local(location: ArrayLike, rotation_deg: ArrayLike) -> Array:
    """Affine (..., 3, 4) matrices from (..., 3) locations in metres and (..., 3) rotations in degrees."""
    offset = np.asarray(location, np.float64)
    return np.concatenate([rotation_matrices(rotation_deg), offset[..., None]], -1)


def compose(outer: ArrayLike, inner: ArrayLike) -> Array:
    """``outer @ inner`` for (..., 3, 4) affine matrices."""
    a, b = np.asarray(outer, np.float64), np.asarray(inner, np.float64)
    linear = a[..., :, :3] @ b[..., :, :3]
    offset = (a[..., :, :3] @ b[..., :, 3:]) + a[..., :, 3:]
    return np.concatenate([linear, offset], -1)


def inverse(matrix: ArrayLike) -> Array:
    """Inverse of rigid (..., 3, 4) affine matrices."""
    m = np.asarray(matrix, np.float64)
    linear = np.swapaxes(m[..., :, :3], -1, -2)
    return np.concatenate([linear, -linear @ m[..., :, 3:]], -1)


def apply(matrix: ArrayLike, points: ArrayLike) -> Array:
    """Transforms (n, 3) points by one (3, 4) affine matrix."""
    m, p = np.asarray(matrix, np.float64), np.asarray(points, np.float64)
    return p @ m[:, :3].T + m[:, 3]
