"""The ego's motion at any time between ticks, as instruments that are faster than the simulation would report it.

A simulator knows the car at its ticks (20 Hz), a CAN bus speaks at 50 to 800 Hz. Between ticks each quantity is interpolated
by itself, and at a tick it is the tick's own:

* position: cubic Hermite through the ticks' positions with their velocities as slopes, so exact under constant acceleration;
* orientation: slerp, so exact under a constant turn rate;
* velocity, turn rate, steering: linear;
* acceleration: the derivative of the rear axle's velocity at the ticks (central differences), linear between them, plus
  gravity: an accelerometer reads the specific force, (0, 0, +9.81) when it stands level;
* pedals, gear, engine torque, lights: those of the last tick, because commands change at ticks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline
from scipy.spatial.transform import Rotation, Slerp

from rarebit.core.frames import quaternion_wxyz
from rarebit.snapshot import EgoMotion

Array = NDArray[np.float64]
GRAVITY_MPS2 = 9.81
_HELD = ("throttle", "brake", "gear", "engine_torque_nm", "light_bits")


@dataclass(frozen=True, slots=True, kw_only=True)
class EgoSignals:
    """The ego at (n,) times; vectors are (n, 3) in the ego's own axes but for the position.

    Attributes:
        time_us: (n,) int64.
        position_m: of the rear axle's centre on the ground, world.
        rotation_wxyz: (n, 4) world from ego.
        velocity_mps, turn_rate_radps: of the rear axle.
        specific_force_mps2: acceleration plus gravity's reaction.
        steer_rad, steer_rate_radps: (n,) of the front wheels, left positive.
        throttle, brake: (n,) 0..1.
        gear, light_bits: (n,) int64.
        engine_torque_nm: (n,).
        travelled_m: (n,) since the first tick.
    """

    time_us: NDArray[np.int64]
    position_m: Array
    rotation_wxyz: Array
    velocity_mps: Array
    turn_rate_radps: Array
    specific_force_mps2: Array
    steer_rad: Array
    steer_rate_radps: Array
    throttle: Array
    brake: Array
    gear: NDArray[np.int64]
    engine_torque_nm: Array
    light_bits: NDArray[np.int64]
    travelled_m: Array


def ego_signals(ticks: Sequence[EgoMotion], time_us: NDArray[np.int64]) -> EgoSignals:
    """The ego at ``time_us`` (n,), within the ticks.

    Raises:
        ValueError: fewer than two ticks, or a time outside of them.
    """
    known_us = np.array([tick.time_us for tick in ticks], np.int64)
    if len(known_us) < 2 or time_us.min() < known_us[0] or time_us.max() > known_us[-1]:
        raise ValueError(f"ego signals: {len(known_us)} ticks, times from {time_us.min()} to {time_us.max()} us")
    known_s, at_s = (known_us - known_us[0]) * 1e-6, (time_us - known_us[0]) * 1e-6
    rotations = np.stack([tick.world_from_ego[:3, :3] for tick in ticks])
    position = np.stack([tick.world_from_ego[:3, 3] for tick in ticks])
    velocity = np.stack([tick.velocity_mps for tick in ticks])
    turn_rate = np.einsum("nji,nj->ni", rotations, np.stack([tick.angular_velocity_radps for tick in ticks]))
    steer = np.array([tick.steer_rad for tick in ticks])
    ego_from_world = Slerp(known_s, Rotation.from_matrix(rotations))(at_s).inv()
    force = np.gradient(velocity, known_s, axis=0) + np.array([0.0, 0.0, GRAVITY_MPS2])
    last = np.searchsorted(known_us, time_us, side="right") - 1
    held = {name: np.array([getattr(tick, name) for tick in ticks])[last] for name in _HELD}
    steps = np.linalg.norm(np.diff(position, axis=0), axis=1)
    return EgoSignals(
        time_us=time_us,
        position_m=CubicHermiteSpline(known_s, position, velocity)(at_s),
        rotation_wxyz=np.stack([quaternion_wxyz(matrix) for matrix in ego_from_world.inv().as_matrix()]),
        velocity_mps=ego_from_world.apply(_linear(at_s, known_s, velocity)),
        turn_rate_radps=_linear(at_s, known_s, turn_rate),
        specific_force_mps2=ego_from_world.apply(_linear(at_s, known_s, force)),
        steer_rad=np.interp(at_s, known_s, steer),
        steer_rate_radps=np.interp(at_s, known_s, np.gradient(steer, known_s)),
        travelled_m=np.interp(at_s, known_s, np.concatenate([[0.0], np.cumsum(steps)])),
        **held,
    )


def _linear(at_s: Array, known_s: Array, values: Array) -> Array:
    return np.stack([np.interp(at_s, known_s, values[:, axis]) for axis in range(values.shape[1])], axis=1)
