"""Walkers and props between two ticks: what they want, friction, gravity, the ground under them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

WALK_STRIDE_M = 1.4  # two steps of an adult at walking speed
_ADULT_HALF_HEIGHT_M = 0.93
_WALK_MPS = 1.4
_STRIDE_PER_MPS = 0.35
_WALKER_ACCELERATION = 12.0
_SLIDE = 6.0  # deceleration of a person who was knocked away
_KNOCKED_MPS = 3.0
_TURN_DPS = 420.0
_STEP_UP_M = 0.45
_STEP_DOWN_M = 0.45
_CLIMB_MPS = 3.0


def stride_m(speed_mps: NDArray[np.float64], half_height_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length of two steps, metres: 1.4 m for an adult at 1.4 m/s, longer when running, in proportion to the height."""
    stretched = WALK_STRIDE_M + _STRIDE_PER_MPS * (np.asarray(speed_mps) - _WALK_MPS)
    result: NDArray[np.float64] = np.clip(stretched, 0.6, 3.5) * np.asarray(half_height_m) / _ADULT_HALF_HEIGHT_M
    return result


def walk(
    velocity: NDArray[np.float64], wanted: NDArray[np.float64], yaw_deg: NDArray[np.float64], dt_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """New horizontal velocities (n, 2) and yaws (n,) of walkers.

    A walker reaches its wanted velocity within some tenths of a second; one that was knocked away slides until friction
    has stopped it. It turns to face where it wants to go.
    """
    change = wanted - velocity
    size = np.hypot(change[:, 0], change[:, 1])
    knocked = np.hypot(velocity[:, 0], velocity[:, 1]) > np.hypot(wanted[:, 0], wanted[:, 1]) + _KNOCKED_MPS
    most = np.where(knocked, _SLIDE, _WALKER_ACCELERATION) * dt_s
    moved = velocity + change * np.minimum(1.0, most / np.maximum(size, 1e-12))[:, None]
    heading = np.degrees(np.arctan2(wanted[:, 1], wanted[:, 0]))
    off = (heading - yaw_deg + 180.0) % 360.0 - 180.0
    turn = np.clip(off, -_TURN_DPS * dt_s, _TURN_DPS * dt_s)
    moving = np.hypot(wanted[:, 0], wanted[:, 1]) > 1e-3
    return moved, np.where(moving, yaw_deg + turn, yaw_deg)


def stand(
    feet_m: NDArray[np.float64], ground_m: NDArray[np.float64], rise_mps: NDArray[np.float64], gravity: float, dt_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """New heights of the feet and vertical speeds, (n,) each: follow the ground up and down steps, else fall.

    Args:
        feet_m: before.
        ground_m: under them, -inf where there is none.
        rise_mps: vertical speed; positive while jumping.
        gravity: m/s^2.
        dt_s: step.
    """
    gap = feet_m - ground_m
    grounded = (gap <= _STEP_DOWN_M) & (rise_mps <= 0.5) & np.isfinite(ground_m) & ~((gap > 0.02) & (rise_mps < -0.5))
    fallen_rise = rise_mps - gravity * dt_s
    fallen = feet_m + 0.5 * (rise_mps + fallen_rise) * dt_s
    landed = fallen <= ground_m
    # steps are taken at a finite speed so that the body does not jump; whoever stands deeper than a step is put on top
    step = np.clip(ground_m - feet_m, -_CLIMB_MPS * dt_s, _CLIMB_MPS * dt_s)
    followed = np.where(-gap > _STEP_UP_M, ground_m, feet_m + np.where(grounded, step, 0.0))
    height = np.where(grounded, followed, np.where(landed, ground_m, fallen))
    speed = np.where(grounded | landed, 0.0, fallen_rise)
    return height, speed


def slow_down(velocity: NDArray[np.float64], deceleration: NDArray[np.float64], dt_s: float) -> NDArray[np.float64]:
    """(n, 2) velocities after Coulomb friction: reduced by ``deceleration * dt_s``, at most to zero."""
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    kept = np.maximum(speed - deceleration * dt_s, 0.0) / np.maximum(speed, 1e-12)
    result: NDArray[np.float64] = velocity * kept[:, None]
    return result


def rolled_deg(distance_m: float, radius_m: float) -> float:
    """Angle that a wheel or ball turns over a distance."""
    return math.degrees(distance_m / max(radius_m, 0.01))
