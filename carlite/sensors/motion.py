"""IMU and GNSS."""

from __future__ import annotations

import math

import msgpack
import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor
from carlite.geometry import rotation_matrices
from carlite.sensors.base import Sensor, View
from carlite.wire.binary import SensorKind

Vector = NDArray[np.float64]


class Accelerometer:
    """What CARLA computes as acceleration: the parabola through the places of the last three readings.

    As in CARLA it takes them to be one tick apart, however far apart they are, and those before the first to be the map's
    origin: the second reading is far off, and with it a reading after a pause or with a ``sensor_tick`` of several ticks.
    """

    def __init__(self) -> None:
        self._places = np.zeros((2, 3))
        self._before_s = math.inf

    def read(self, location: NDArray[np.float64], turn: NDArray[np.float64], dt_s: float, gravity_mps2: float) -> Vector:
        """(3,) in the sensor's frame, with the reaction to gravity.

        Args:
            location: (3,) world, metres.
            turn: (3, 3) world-from-sensor.
            dt_s: length of the tick.
            gravity_mps2: downwards.
        """
        oldest, middle = self._places
        h1, h2 = dt_s, self._before_s
        felt = np.array([0.0, 0.0, gravity_mps2])
        if h1 > 0.0:
            felt += 2.0 * (location / (h1 * (h1 + h2)) - middle / (h1 * h2) + oldest / (h2 * (h1 + h2)))
            self._before_s = h1
        self._places = np.stack([middle, location])
        in_sensor: Vector = felt @ turn
        return in_sensor


class Imu(Sensor):
    """Accelerometer, gyroscope and compass in the sensor's frame.

    The gyroscope tells its parent's angular velocity in the parent's frame, turned by the sensor's rotation on the parent,
    as in CARLA; the inverse would be right.
    """

    kind = SensorKind.IMU

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._rng = self.rng()
        self._accel_sigma = self._axes("noise_accel_stddev")
        self._gyro_sigma = self._axes("noise_gyro_stddev")
        self._gyro_bias = self._axes("noise_gyro_bias")
        self._accelerometer = Accelerometer()

    def _axes(self, name: str) -> Vector:
        return np.array([self.number(f"{name}_{axis}", 0.0) for axis in "xyz"])

    def measure(self, view: View) -> list[bytes]:
        """``[[ax, ay, az], [gx, gy, gz], compass]``: m/s^2, rad/s, rad clockwise from north (-y)."""
        row, states = self.actor.row, view.states
        turn = rotation_matrices(states.rotation_deg[row])
        acceleration = self._accelerometer.read(states.location[row], turn, view.dt_s, view.gravity_mps2)
        acceleration = acceleration + self._rng.standard_normal(3) * self._accel_sigma
        spin = self._spin(view, turn) + self._gyro_bias + self._rng.standard_normal(3) * self._gyro_sigma
        compass = math.atan2(turn[0, 0], -turn[1, 0]) % (2.0 * math.pi)
        return [_pack([acceleration.tolist(), spin.tolist(), compass])]

    def _spin(self, view: View, turn: NDArray[np.float64]) -> Vector:
        """(3,) rad/s."""
        owner = self.actor.parent or self.actor
        carrier = rotation_matrices(view.states.rotation_deg[owner.row])
        spin: Vector = (carrier.T @ turn) @ (np.radians(view.states.angular_velocity_dps[owner.row]) @ carrier)
        return spin


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
