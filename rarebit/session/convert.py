"""CARLA's left-handed frame (x forward, y right, z up; degrees) to Rarebit's right-handed one (y left; radians) and back.

The two frames differ by the reflection ``MIRROR = diag(1, -1, 1)``. A point or true vector v becomes ``MIRROR @ v``, a rigid
motion M becomes ``MIRROR @ M @ MIRROR``, and an axial vector w (an angular velocity), which a reflection also turns
round, ``-MIRROR @ w``. Nothing else in Rarebit flips a sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import carla
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

MIRROR: Array = np.diag([1.0, -1.0, 1.0])
_MIRROR4: Array = np.diag([1.0, -1.0, 1.0, 1.0])
_MIRRORED: Array = np.outer(np.diag(_MIRROR4), np.diag(_MIRROR4))  # times it, entry by entry: between two mirrors


def vector(v: Any) -> Array:
    """(3,) in our frame of a ``carla.Vector3D`` or ``carla.Location`` (positions, velocities, accelerations)."""
    return np.asarray(MIRROR @ np.array([v.x, v.y, v.z]))


def vectors(vs: Iterable[Any]) -> Array:
    """(n, 3) in our frame of many vectors or locations."""
    return np.array([(v.x, v.y, v.z) for v in vs], np.float64).reshape(-1, 3) @ MIRROR


def angular_velocities(ws: Iterable[Any]) -> Array:
    """(n, 3) rad/s in our frame of angular velocities in CARLA's deg/s about its own axes."""
    return np.radians(np.array([(w.x, w.y, w.z) for w in ws], np.float64).reshape(-1, 3)) @ -MIRROR


def location(point: ArrayLike) -> carla.Location:
    """The ``carla.Location`` of a (3,) point of our frame."""
    x, y, z = (MIRROR @ np.asarray(point, np.float64)).tolist()
    return carla.Location(x, y, z)


def carla_vector(v: ArrayLike) -> carla.Vector3D:
    """The ``carla.Vector3D`` of a (3,) vector of our frame."""
    x, y, z = (MIRROR @ np.asarray(v, np.float64)).tolist()
    return carla.Vector3D(x, y, z)


def transforms(ts: Sequence[carla.Transform]) -> Array:
    """(n, 4, 4) ``world_from_actor`` in our frame.

    The rotation is that of CARLA's ``Transform.get_matrix``: yaw, then pitch (nose up positive), then roll.
    """
    raw = np.array(
        [(t.location.x, t.location.y, t.location.z, r.pitch, r.yaw, r.roll) for t in ts for r in (t.rotation,)], np.float64
    ).reshape(-1, 6)
    angle = np.radians(raw[:, 3:])
    (sp, sy, sr), (cp, cy, cr) = np.sin(angle).T, np.cos(angle).T
    result = np.zeros((len(raw), 4, 4))
    result[:, 0, 0], result[:, 0, 1], result[:, 0, 2] = cp * cy, cy * sp * sr - sy * cr, -cy * sp * cr - sy * sr
    result[:, 1, 0], result[:, 1, 1], result[:, 1, 2] = cp * sy, sy * sp * sr + cy * cr, -sy * sp * cr + cy * sr
    result[:, 2, 0], result[:, 2, 1], result[:, 2, 2] = sp, -cp * sr, cp * cr
    result[:, :3, 3] = raw[:, :3]
    result[:, 3, 3] = 1.0
    return result * _MIRRORED + 0.0  # no zero is negative: such a one turns an arctangent by half a turn


def transform(t: carla.Transform) -> Array:
    """(4, 4) in our frame of one ``carla.Transform``."""
    return np.asarray(transforms([t])[0])


def carla_transform(dst_from_src: ArrayLike) -> carla.Transform:
    """The ``carla.Transform`` of a rigid (4, 4) matrix of our frame.

    Raises:
        ValueError: the matrix is not (4, 4).
    """
    m = np.asarray(dst_from_src, np.float64)
    if m.shape != (4, 4):
        raise ValueError(f"transform: got shape {m.shape}, expected (4, 4)")
    m = _MIRROR4 @ m @ _MIRROR4
    pitch = np.degrees(np.arctan2(m[2, 0], np.hypot(m[2, 1], m[2, 2])))
    yaw, roll = np.degrees(np.arctan2(m[1, 0], m[0, 0])), np.degrees(np.arctan2(-m[2, 1], m[2, 2]))
    return carla.Transform(
        carla.Location(float(m[0, 3]), float(m[1, 3]), float(m[2, 3])),
        carla.Rotation(pitch=float(pitch), yaw=float(yaw), roll=float(roll)),
    )


def box(bounding_box: carla.BoundingBox) -> tuple[Array, Array]:
    """``parent_from_box`` (4, 4) and the full sizes ``size_lwh_m`` (3,) of a ``carla.BoundingBox``."""
    parent_from_box = transform(carla.Transform(bounding_box.location, bounding_box.rotation))
    extent = bounding_box.extent
    return parent_from_box, 2.0 * np.array([extent.x, extent.y, extent.z])


def carla_yaw_deg(yaw_rad: float) -> float:
    """CARLA's yaw in degrees, 0 to 360, of a heading in our frame."""
    forward = MIRROR @ np.array([np.cos(yaw_rad), np.sin(yaw_rad), 0.0])
    return float(np.degrees(np.arctan2(forward[1], forward[0])) % 360.0)
