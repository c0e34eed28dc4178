"""Rigid transforms in Rarebit's frame: right-handed, x forward, y left, z up; metres and radians.

Transforms are (4, 4) float64 arrays named ``dst_from_src``. Quaternions are (w, x, y, z).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def transform(translation_m: ArrayLike = (0.0, 0.0, 0.0), rotation: ArrayLike | None = None) -> Array:
    """A (4, 4) transform from a translation (3,) and a rotation matrix (3, 3), identity by default."""
    result = np.eye(4)
    result[:3, 3] = translation_m
    if rotation is not None:
        result[:3, :3] = rotation
    return result


def rotation_from_rpy(roll_rad: float, pitch_rad: float, yaw_rad: float) -> Array:
    """(3, 3) rotation ``Rz(yaw) @ Ry(pitch) @ Rx(roll)``; right-handed, so positive pitch is nose down."""
    cr, sr = np.cos(roll_rad), np.sin(roll_rad)
    cp, sp = np.cos(pitch_rad), np.sin(pitch_rad)
    cy, sy = np.cos(yaw_rad), np.sin(yaw_rad)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def yaw_of(rotation: ArrayLike) -> float:
    """Heading in radians of a (3, 3) rotation or (4, 4) transform: angle of its x axis in the xy plane."""
    r = np.asarray(rotation)
    return float(np.arctan2(r[1, 0], r[0, 0]))


def inverse(dst_from_src: ArrayLike) -> Array:
    """Inverse of a rigid (4, 4) transform."""
    m = np.asarray(dst_from_src, np.float64)
    result = np.eye(4)
    result[:3, :3] = m[:3, :3].T
    result[:3, 3] = -m[:3, :3].T @ m[:3, 3]
    return result


def apply(dst_from_src: ArrayLike, points: ArrayLike) -> Array:
    """Transforms (n, 3) points."""
    m, p = np.asarray(dst_from_src, np.float64), np.asarray(points, np.float64)
    return p @ m[:3, :3].T + m[:3, 3]


def quaternion_wxyz(rotation: ArrayLike) -> Array:
    """Unit quaternion (w, x, y, z), w >= 0, of a (3, 3) rotation; Shepperd's method."""
    r = np.asarray(rotation, np.float64)[:3, :3]
    trace = np.trace(r)
    choices = np.array([trace, r[0, 0], r[1, 1], r[2, 2]])
    i = int(np.argmax(choices))
    q = np.empty(4)
    if i == 0:
        q[:] = [1 + trace, r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]]
    elif i == 1:
        q[:] = [r[2, 1] - r[1, 2], 1 + 2 * r[0, 0] - trace, r[0, 1] + r[1, 0], r[2, 0] + r[0, 2]]
    elif i == 2:
        q[:] = [r[0, 2] - r[2, 0], r[0, 1] + r[1, 0], 1 + 2 * r[1, 1] - trace, r[1, 2] + r[2, 1]]
    else:
        q[:] = [r[1, 0] - r[0, 1], r[2, 0] + r[0, 2], r[1, 2] + r[2, 1], 1 + 2 * r[2, 2] - trace]
    q /= np.linalg.norm(q)
    return q if q[0] >= 0 else -q


def rotation_from_quaternion(q_wxyz: ArrayLike) -> Array:
    """(3, 3) rotation of a quaternion (w, x, y, z), normalised first."""
    w, x, y, z = np.asarray(q_wxyz, np.float64) / np.linalg.norm(q_wxyz)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def box_corners(size_lwh_m: ArrayLike) -> Array:
    """(8, 3) corners of a box centred on the origin, length on x, width on y, height on z."""
    half = np.asarray(size_lwh_m, np.float64) / 2
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
    return signs * half
