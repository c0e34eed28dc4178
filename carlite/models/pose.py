"""Joint angles from motion: wheels roll and steer, people and animals walk and run.

The gait phase advances by 2 pi per stride (two steps). Angles follow published gait analyses (Winter, Biomechanics and Motor
Control of Human Movement, 2009, ch. 4) reduced to the first two harmonics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carlite.mesh import ActorModel, Joint

Array = NDArray[np.float64]

_RUN_MPS = (1.9, 2.9)  # between these walking blends into running
_STAND_MPS = 0.15


def stride_length_m(height_m: float, speed_mps: ArrayLike) -> Array:
    """Ground covered per 2 pi of gait phase: about 0.8 body heights in a slow walk, growing with speed."""
    v = np.asarray(speed_mps, np.float64)
    return np.asarray(height_m * np.clip(0.62 + 0.16 * v, 0.62, 1.6))


def part_transforms(
    model: ActorModel, wheel_steer_deg: ArrayLike, wheel_spin_rad: ArrayLike, gait_phase_rad: float, speed_mps: float
) -> Array:
    """Where each part is.

    Args:
        model: of the actor.
        wheel_steer_deg: (4,) positive to the right.
        wheel_spin_rad: (4,) rolled angle, forwards positive.
        gait_phase_rad: of the stride.
        speed_mps: over ground.

    Returns:
        (parts, 3, 4) float64 affine matrices, actor_from_part.
    """
    steer, spin = np.asarray(wheel_steer_deg, np.float64), np.asarray(wheel_spin_rad, np.float64)
    many = part_transforms_many(model, steer[None], spin[None], np.array([gait_phase_rad]), np.array([speed_mps]))
    one: Array = many[0]
    return one


def part_transforms_many(model: ActorModel, steer_deg: Array, spin_rad: Array, phase_rad: Array, speed_mps: Array) -> Array:
    """The same for n actors of one model: (n, 4), (n, 4), (n,), (n,) -> (n, parts, 3, 4)."""
    n, parts = len(phase_rad), model.parts
    moves = {part.joint for part in parts}
    turn, about_y = np.zeros((n, len(parts))), np.zeros((n, len(parts)))
    sink: Array | float = 0.0
    if not moves <= {Joint.FIXED, Joint.WHEEL}:
        swings = limb_angles(np.asarray(phase_rad, np.float64), np.abs(np.asarray(speed_mps, np.float64)))
        sink = sink_m(model, swings)
        for i, part in enumerate(parts):
            if part.joint in swings:
                about_y[:, i] = -swings[part.joint]  # a positive swing brings a hanging limb forward
    if Joint.WHEEL in moves:
        wheels = [i for i, part in enumerate(parts) if part.joint == Joint.WHEEL]
        numbers = [min(parts[i].index, steer_deg.shape[1] - 1) for i in wheels]
        turn[:, wheels], about_y[:, wheels] = np.radians(steer_deg[:, numbers]), spin_rad[:, numbers]
    result = np.empty((n, len(parts), 3, 4))
    result[..., :3] = _turned(turn, about_y)
    result[..., 3] = [part.pivot for part in parts]
    if not isinstance(sink, float):
        result[:, [i for i, part in enumerate(parts) if part.parent < 0], 2, 3] -= sink[:, None]
    for i, part in enumerate(parts):
        if part.parent < 0:
            continue
        outer, local = result[:, part.parent], result[:, i].copy()
        result[:, i, :, :3] = outer[:, :, :3] @ local[:, :, :3]
        result[:, i, :, 3] = np.einsum("nij,nj->ni", outer[:, :, :3], local[:, :, 3]) + outer[:, :, 3]
    return result


def sink_m(model: ActorModel, swings: dict[Joint, Array]) -> Array | float:
    """How far the body comes down so that the lower foot (or hoof) stays on the ground, (n,) metres."""
    pivots = {part.joint: part.pivot for part in model.parts}
    if Joint.LEFT_KNEE in pivots:
        thigh = -pivots[Joint.LEFT_KNEE][2]
        shin = 0.93 * thigh
        reach = [
            thigh * np.cos(swings[hip]) + shin * np.cos(swings[hip] + swings[knee])
            for hip, knee in ((Joint.LEFT_HIP, Joint.LEFT_KNEE), (Joint.RIGHT_HIP, Joint.RIGHT_KNEE))
        ]
        return np.asarray(thigh + shin - np.maximum(reach[0], reach[1]))
    if Joint.FRONT_LEGS in pivots:
        return np.asarray(0.5 * pivots[Joint.FRONT_LEGS][2] * (1.0 - np.cos(swings[Joint.FRONT_LEGS])))
    return 0.0


def _turned(turn: Array, about_y: Array) -> Array:
    """(..., 3, 3) rotations: first about y, z towards x (what a wheel does that rolls forwards), then about z to the right."""
    cz, sz, cy, sy = np.cos(turn), np.sin(turn), np.cos(about_y), np.sin(about_y)
    result = np.zeros((*turn.shape, 3, 3))
    result[..., 0, 0], result[..., 0, 1], result[..., 0, 2] = cz * cy, -sz, cz * sy
    result[..., 1, 0], result[..., 1, 1], result[..., 1, 2] = sz * cy, cz, sz * sy
    result[..., 2, 0], result[..., 2, 2] = -sy, cy
    return result


def limb_angles(phase: Array, speed: Array) -> dict[Joint, Array]:
    """Angle in radians of each joint; positive moves the limb forward (knees: backwards, hence negative)."""
    moving = np.clip((speed - 0.02) / _STAND_MPS, 0.0, 1.0)
    run = np.clip((speed - _RUN_MPS[0]) / (_RUN_MPS[1] - _RUN_MPS[0]), 0.0, 1.0)
    pace = np.clip(speed / 1.4, 0.3, 1.25)
    hip_amplitude = np.radians((22.0 * pace) * (1.0 - run) + 40.0 * run) * moving
    arm_amplitude = np.radians((20.0 * pace) * (1.0 - run) + 42.0 * run) * moving
    result = {}
    for left in (True, False):
        p = phase if left else phase + np.pi
        hip = hip_amplitude * np.cos(p) + np.radians(4.0 + 8.0 * run) * moving
        # one bend while the leg swings forward, a small one when it takes the load
        swing = np.maximum(np.sin(p + np.pi + 0.45), 0.0)
        load = np.maximum(np.cos(p - 0.55), 0.0) ** 4
        knee = np.radians(6.0) * moving + np.radians(58.0 * (1.0 - run) + 95.0 * run) * swing**1.5 * moving * np.minimum(
            pace, 1.0
        )
        knee = knee + np.radians(12.0 * (1.0 - run) + 28.0 * run) * load * moving
        arm = -arm_amplitude * np.cos(p)
        elbow = np.radians(8.0) + np.radians(14.0 * (1.0 - run) + 78.0 * run) * moving + 0.25 * arm
        names = (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW)
        if not left:
            names = (Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW)
        for name, value in zip(names, (hip, -knee, arm, elbow), strict=True):
            result[name] = value
    legs = np.radians(24.0 * (1.0 - run) + 38.0 * run) * moving
    result[Joint.FRONT_LEGS] = legs * np.sin(phase)
    result[Joint.BACK_LEGS] = legs * np.sin(phase + np.pi)
    return result
