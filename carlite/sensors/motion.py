"""IMU and GNSS."""

from __future__ import annotations

import math

import msgpack
import numpy as np
from numpy.typing import NDArray

from carlite.geometry import rotation_matrices
from carlite.sensors.base import Sensor, View
from carlite.wire.binary import SensorKind
from carlite.world.actors import Actor


class Imu(Sensor):
    """Accelerometer, gyroscope and compass in the sensor's frame.

    The acceleration is the second difference of the sensor's last three positions plus the reaction to gravity, as in
    CARLA; the first two measurements hold gravity alone.
    """

    kind = SensorKind.IMU

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._rng = self.rng()
        self._accel_sigma = self._axes("noise_accel_stddev")
        self._gyro_sigma = self._axes("noise_gyro_stddev")
        self._gyro_bias = self._axes("noise_gyro_bias")
        self._history: list[tuple[float, NDArray[np.float64]]] = []

    def _axes(self, name: str) -> NDArray[np.float64]:
        return np.array([self.number(f"{name}_{axis}", 0.0) for axis in "xyz"])

    def measure(self, view: View) -> list[bytes]:
        """``[[ax, ay, az], [gx, gy, gz], compass]``: m/s^2, rad/s, rad clockwise from north (-y)."""
        row, states = self.actor.row, view.states
        turn = rotation_matrices(states.rotation_deg[row])
        felt = self._acceleration(view.elapsed_s, states.location[row]) + np.array([0.0, 0.0, view.gravity_mps2])
        acceleration = felt @ turn + self._rng.standard_normal(3) * self._accel_sigma
        spin = np.radians(states.angular_velocity_dps[row]) @ turn
        spin = spin + self._gyro_bias + self._rng.standard_normal(3) * self._gyro_sigma
        compass = math.atan2(turn[0, 0], -turn[1, 0]) % (2.0 * math.pi)
        return [_pack([acceleration.tolist(), spin.tolist(), compass])]

    def _acceleration(self, now_s: float, location: NDArray[np.float64]) -> NDArray[np.float64]:
        """World frame, from this and the last two positions, which may lie unequal times apart."""
        self._history = [*self._history, (now_s, location.copy())][-3:]
        if len(self._history) < 3:
            return np.zeros(3)
        (t0, p0), (t1, p1), (t2, p2) = self._history
        if t1 <= t0 or t2 <= t1:
            return np.zeros(3)
        result: NDArray[np.float64] = 2.0 * ((p2 - p1) / (t2 - t1) - (p1 - p0) / (t1 - t0)) / (t2 - t0)
        return result


class Gnss(Sensor):
    """Position on Earth."""

    kind = SensorKind.GNSS

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._rng = self.rng()
        self._bias = np.array([self.number(f"noise_{axis}_bias", 0.0) for axis in ("lat", "lon", "alt")])
        self._sigma = np.array([self.number(f"noise_{axis}_stddev", 0.0) for axis in ("lat", "lon", "alt")])

    def measure(self, view: View) -> list[bytes]:
        """``[latitude, longitude, altitude]``: degrees and metres."""
        x, y, z = (float(value) for value in view.states.location[self.actor.row])
        place = np.array(view.geo.locate(x, y, z)) + self._bias + self._rng.standard_normal(3) * self._sigma
        return [_pack(place.tolist())]


def _pack(value: object) -> bytes:
    packed: bytes = msgpack.packb(value)
    return packed
