"""The state of all actors, one row each, as arrays that physics writes and the snapshot, rays and sensors read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CAPACITY = 64


class ActorStates:
    """Struct of arrays over rows; a row belongs to one actor from ``allocate`` to ``release``.

    Attributes (first axis is the row; every array is replaced when the table grows, so hold the table, not an array):
        actor_id: (n,) uint32, 0 for a free row.
        location: (n, 3) float64 m, world frame (left-handed, as CARLA).
        rotation_deg: (n, 3) float64 pitch, yaw, roll.
        velocity: (n, 3) float64 m/s, world frame.
        angular_velocity_dps: (n, 3) float64 deg/s, world frame.
        acceleration: (n, 3) float64 m/s^2, world frame.
        wheel_steer_deg: (n, 4) float64, FL FR RL RR, positive to the right.
        wheel_spin_rad: (n, 4) float64, rolled angle.
        gait_phase_rad: (n,) float64, walkers and animals: advances with distance walked.
    """

    def __init__(self) -> None:
        self.actor_id: NDArray[np.uint32] = np.zeros(_CAPACITY, np.uint32)
        self.location = np.zeros((_CAPACITY, 3))
        self.rotation_deg = np.zeros((_CAPACITY, 3))
        self.velocity = np.zeros((_CAPACITY, 3))
        self.angular_velocity_dps = np.zeros((_CAPACITY, 3))
        self.acceleration = np.zeros((_CAPACITY, 3))
        self.wheel_steer_deg = np.zeros((_CAPACITY, 4))
        self.wheel_spin_rad = np.zeros((_CAPACITY, 4))
        self.gait_phase_rad = np.zeros(_CAPACITY)

    def allocate(self, actor_id: int) -> int:
        """Claims the lowest free row for ``actor_id``, zeroed, and returns it."""
        free = np.flatnonzero(self.actor_id == 0)
        if not len(free):
            self._grow()
            free = np.flatnonzero(self.actor_id == 0)
        row = int(free[0])
        for array in self._arrays().values():
            array[row] = 0
        self.actor_id[row] = actor_id
        return row

    def release(self, row: int) -> None:
        """Frees a row."""
        self.actor_id[row] = 0

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        return {name: value for name, value in vars(self).items() if isinstance(value, np.ndarray)}

    def _grow(self) -> None:
        for name, array in self._arrays().items():
            setattr(self, name, np.concatenate([array, np.zeros_like(array)]))
