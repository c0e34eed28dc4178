"""Lateral control: curvature feed-forward plus feedback of the rear axle's offset and course.

Poles are placed on the kinematic bicycle ``e' = v sin(psi)``, ``psi' = v (k - k_ref)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.motions import ChangeLane
from rarebit.roads.path import Path
from rarebit.session.state import VehicleData

_OMEGA, _ZETA = 1.5, 0.9  # rad/s of the lateral error; slow enough for a 50 ms tick and tyre lag
_OFFSET_INTEGRAL = 0.25  # share of omega^3
_PREVIEW_S = 0.25  # a vehicle turns that much later than its steering wheel
_MIN_SPEED_MPS = 3.0
_STAND_MPS = 0.3
_QUINTIC_PEAK = 10.0 / math.sqrt(3.0)  # largest acceleration of a quintic over way / duration^2


@dataclass(slots=True)
class _Shift:
    """A lateral offset that goes from ``start_m`` to ``end_m`` in ``duration_s`` by the quintic of least jerk."""

    start_m: float = 0.0
    end_m: float = 0.0
    begin_s: float = 0.0
    duration_s: float = 1.0

    def at(self, time_s: float) -> tuple[float, float, float]:
        """Offset, its rate and its acceleration (m, m/s, m/s^2)."""
        u = min(max((time_s - self.begin_s) / self.duration_s, 0.0), 1.0)
        way, t = self.end_m - self.start_m, self.duration_s
        offset = self.start_m + way * u**3 * (10.0 - 15.0 * u + 6.0 * u * u)
        rate = way / t * 30.0 * u * u * (1.0 - u) ** 2
        bend = way / t**2 * 60.0 * u * (1.0 - u) * (1.0 - 2.0 * u)
        return offset, rate, bend


class Steering:
    """Steers one vehicle along its path and from lane to lane.

    Attributes:
        station_m: of the box centre along the path, at the last step.
        offset_m: of the box centre from its reference (path plus lane change), positive left, at the last step.
        blinker: "left", "right" or "" while a lane change with indicator goes on.
    """

    def __init__(
        self,
        vehicle: VehicleData,
        box_x_m: float,
        path: Path,
        shifts_m: tuple[tuple[float, ...], tuple[float, ...]],
        step_s: float,
        hardest_mps2: float,
    ) -> None:
        """Takes the vehicle's data, its box centre's x in the actor's frame, its path, and offsets of the lanes beside it.

        ``hardest_mps2`` is what the road's grip gives.
        """
        self._vehicle, self._path, self._step_s = vehicle, path, step_s
        self._box_from_axle_m = box_x_m - vehicle.rear_axle_m
        self.station_m, self.offset_m, self.blinker = 0.0, 0.0, ""
        self._near_m = -self._box_from_axle_m
        self._lanes_m = {0: 0.0}
        self._lanes_m |= {i + 1: shift for i, shift in enumerate(shifts_m[0])}
        self._lanes_m |= {-i - 1: shift for i, shift in enumerate(shifts_m[1])}
        self._lane, self._shift = 0, _Shift()
        self._indicates_until_s = -1.0
        self._offset_integral = self._command = 0.0
        self._hardest_mps2 = hardest_mps2

    def change_lane(self, motion: ChangeLane, time_s: float) -> None:
        """Begins a lane change now.

        Raises:
            ValueError: there is no lane to change to, or the tyres cannot bring it there in that time.
        """
        lane = self._lane + (motion.lanes if motion.side == "left" else -motion.lanes)
        if lane not in self._lanes_m:
            raise ValueError(f"no lane {motion.lanes} to the {motion.side} to change to")
        now = self._shift.at(time_s)[0]
        needed = _QUINTIC_PEAK * abs(self._lanes_m[lane] - now) / motion.duration_s**2
        if needed > self._hardest_mps2:
            least_s = motion.duration_s * math.sqrt(needed / self._hardest_mps2)
            raise ValueError(
                f"in {motion.duration_s:.1f} s that takes {needed:.1f} m/s^2 sideways, "
                f"the road gives {self._hardest_mps2:.1f}; allow {least_s:.1f} s or more"
            )
        self._lane = lane
        self._shift = _Shift(now, self._lanes_m[lane], time_s, motion.duration_s)
        if motion.indicate:
            self.blinker, self._indicates_until_s = motion.side, time_s + motion.duration_s

    def step(
        self, time_s: float, world_from_actor: NDArray[np.float64], velocity_mps: NDArray[np.float64], yaw_rate_radps: float
    ) -> float:
        """The steering command for the next tick, -1 (full right) to 1."""
        if time_s >= self._indicates_until_s:
            self.blinker = ""
        speed = float(world_from_actor[:3, 0] @ velocity_mps)
        sideways = float(world_from_actor[:3, 1] @ velocity_mps) + yaw_rate_radps * self._vehicle.rear_axle_m
        slip = math.atan2(sideways, max(speed, _MIN_SPEED_MPS))  # from the body's heading to the way the rear axle moves
        course = math.atan2(world_from_actor[1, 0], world_from_actor[0, 0]) + slip
        axle = world_from_actor[:2, 3] + self._vehicle.rear_axle_m * world_from_actor[:2, 0]
        station, lateral = self._path.project(float(axle[0]), float(axle[1]), self._near_m)
        self._near_m = station
        self.station_m = station + self._box_from_axle_m
        curvature = self._curvature(time_s, station, lateral, course, speed)
        if abs(speed) > _STAND_MPS:
            angle = math.atan(self._vehicle.wheelbase_m * curvature)
            curve = self._vehicle.steering_curve
            factor = float(np.interp(abs(speed), curve[:, 0], curve[:, 1])) if len(curve) else 1.0
            self._command = min(max(angle / (self._vehicle.max_steer_rad * max(factor, 0.05)), -1.0), 1.0)
        return self._command

    def _curvature(self, time_s: float, station_m: float, lateral_m: float, course_rad: float, speed_mps: float) -> float:
        """The curvature to drive (1/m)."""
        v = max(abs(speed_mps), _MIN_SPEED_MPS)
        shift, shift_rate, _ = self._shift.at(time_s)
        next_shift, _, next_bend = self._shift.at(time_s + _PREVIEW_S)
        ahead = self._path.at(station_m + v * _PREVIEW_S)
        error = lateral_m - shift
        heading = math.remainder(course_rad - self._path.at(station_m).yaw_rad, 2.0 * math.pi) - math.atan2(shift_rate, v)
        self.offset_m = error + self._box_from_axle_m * heading
        soft = _OMEGA / v
        if abs(error) < 1.0 and abs(speed_mps) > 1.0:
            self._offset_integral += error * self._step_s
            self._offset_integral = min(max(self._offset_integral, -1.0), 1.0)
        return (
            ahead.curvature_pm / max(1.0 - next_shift * ahead.curvature_pm, 0.2)
            + next_bend / v**2
            - soft**2 * min(max(error, -2.0), 2.0)
            - 2.0 * _ZETA * soft * heading
            - _OFFSET_INTEGRAL * _OMEGA * soft**2 * self._offset_integral
        )
