"""The Ackermann controller: speed and acceleration targets to pedals, steering angle to steering wheel.

Two PID loops in a row whose outputs add up over time, as LibCarla's AckermannController has them. The pedals start from a
feed-forward of the wanted acceleration, so that the second loop only trims.
"""

from __future__ import annotations

import math

from carlite.physics.controls import AckermannControl, AckermannSettings, VehicleControl

_MAX_ACCELERATION, _MAX_DECELERATION = 3.0, 8.0
_STANDING_MPS = 0.1
_SMOOTHING_S = 0.2  # of the measured acceleration: pedals act within one step here, and the loops would ring
_THROTTLE_MPS2, _BRAKE_MPS2 = 5.0, 9.0  # what a full pedal is taken to give


class _Pid:
    """A PID whose output and integral are clamped to +-1."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._error: float | None = None
        self._integral = 0.0

    def run(self, gains: tuple[float, float, float], error: float, dt_s: float, slope: float | None = None) -> float:
        """The clamped output; ``slope`` of the error where it is known better than from the last two errors."""
        kp, ki, kd = gains
        self._integral = min(max(self._integral + error * dt_s, -1.0), 1.0)
        if slope is None:
            slope = 0.0 if self._error is None else (error - self._error) / dt_s
        self._error = error
        return min(max(kp * error + ki * self._integral + kd * slope, -1.0), 1.0)


class AckermannController:
    """Turns the last Ackermann command into pedals, tick by tick."""

    def __init__(self, settings: AckermannSettings | None = None) -> None:
        self.settings = settings or AckermannSettings()
        self.target: AckermannControl | None = None
        self._speed_loop, self._accel_loop = _Pid(), _Pid()
        self._acceleration = self._pedal = self._angle = self._measured = 0.0
        self._last_speed: float | None = None

    def run(self, speed_mps: float, max_steer_rad: float, dt_s: float) -> VehicleControl | None:
        """Pedals and steering for the next step, None while there is no command.

        Args:
            speed_mps: along the vehicle, negative when reversing.
            max_steer_rad: angle at full lock.
            dt_s: length of the step.
        """
        target = self.target
        if target is None:
            return None
        measured = 0.0 if self._last_speed is None else (speed_mps - self._last_speed) / dt_s
        self._last_speed = speed_mps
        self._measured += (measured - self._measured) * min(dt_s / _SMOOTHING_S, 1.0)
        if target.steer_speed > 0.0:
            step = target.steer_speed * dt_s
            self._angle += min(max(target.steer - self._angle, -step), step)
        else:
            self._angle = target.steer
        steer = min(max(self._angle / max(max_steer_rad, 1e-3), -1.0), 1.0)
        if abs(target.speed) < _STANDING_MPS and abs(speed_mps) < _STANDING_MPS:
            self._speed_loop.reset()
            self._accel_loop.reset()
            self._acceleration = self._pedal = 0.0
            return VehicleControl(steer=steer, brake=1.0)
        backwards = target.speed < 0.0
        sign = -1.0 if backwards else 1.0
        wrong_way = speed_mps * sign < -_STANDING_MPS
        gains = self.settings
        speed_gains = (gains.speed_kp, gains.speed_ki, gains.speed_kd)
        most = abs(target.acceleration) if target.acceleration != 0.0 else math.inf
        self._acceleration += self._speed_loop.run(speed_gains, sign * (target.speed - speed_mps), dt_s, -sign * self._measured)
        self._acceleration = min(max(self._acceleration, -min(most, _MAX_DECELERATION)), min(most, _MAX_ACCELERATION))
        accel_gains = (gains.accel_kp, gains.accel_ki, gains.accel_kd)
        self._pedal += self._accel_loop.run(accel_gains, self._acceleration - sign * self._measured, dt_s)
        self._pedal = min(max(self._pedal, -1.0), 1.0)
        forward = self._acceleration / (_THROTTLE_MPS2 if self._acceleration > 0.0 else _BRAKE_MPS2)
        pedal = min(max(forward + self._pedal, -1.0), 1.0)
        if wrong_way:
            return VehicleControl(steer=steer, brake=1.0, reverse=backwards)
        return VehicleControl(throttle=max(pedal, 0.0), brake=max(-pedal, 0.0), steer=steer, reverse=backwards)
