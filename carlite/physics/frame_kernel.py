"""Rotations in CARLA's frame for compiled loops: the scalar twins of ``carlite.geometry``."""

from __future__ import annotations

import math

from carlite.jit import inner
from carlite.physics.tables import Floats


@inner()
def write_rotation(rotation_deg: Floats, out: Floats) -> None:
    """World-from-local (3, 3) of pitch, yaw, roll in degrees (see ``carlite.geometry.rotation_matrices``)."""
    p, y, r = math.radians(rotation_deg[0]), math.radians(rotation_deg[1]), math.radians(rotation_deg[2])
    cp, cy, cr, sp, sy, sr = math.cos(p), math.cos(y), math.cos(r), math.sin(p), math.sin(y), math.sin(r)
    out[0, 0], out[0, 1], out[0, 2] = cp * cy, cy * sp * sr - sy * cr, -cy * sp * cr - sy * sr
    out[1, 0], out[1, 1], out[1, 2] = cp * sy, sy * sp * sr + cy * cr, -sy * sp * cr + cy * sr
    out[2, 0], out[2, 1], out[2, 2] = sp, -cp * sr, cp * cr


@inner()
def write_spin(before: Floats, after: Floats, dt: float, out: Floats) -> None:
    """Angular velocity in rad/s that turns one rotation matrix into another within ``dt``, by the rotation vector."""
    trace = 0.0
    ax = ay = az = 0.0
    for k in range(3):
        ax += after[2, k] * before[1, k] - after[1, k] * before[2, k]
        ay += after[0, k] * before[2, k] - after[2, k] * before[0, k]
        az += after[1, k] * before[0, k] - after[0, k] * before[1, k]
        trace += after[0, k] * before[0, k] + after[1, k] * before[1, k] + after[2, k] * before[2, k]
    sine = 0.5 * math.sqrt(ax * ax + ay * ay + az * az)
    angle = math.atan2(sine, 0.5 * (trace - 1.0))
    factor = 0.5 * angle / max(sine, 1e-12) / dt
    out[0], out[1], out[2] = ax * factor, ay * factor, az * factor


@inner()
def write_cross(a: Floats, b: Floats, out: Floats) -> None:
    """The product of the coordinate triples, a x b."""
    out[0], out[1], out[2] = a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@inner()
def wrapped_deg(angle: float) -> float:
    """An angle in -180..180 degrees."""
    return float((angle + 180.0) % 360.0 - 180.0)
