"""Vehicles: they follow their path under closed-loop control of speed and steering, by what the server says of their mechanics.

Longitudinal: a speed profile (hold, change at a given rate, brake at a given rate) is tracked by force feed-forward from mass,
torque curve, gears, slope and air drag, plus a PI term for what that misses. Lateral: curvature feed-forward plus feedback of
the rear axle's offset and course by pole placement on the kinematic bicycle ``e' = v sin(psi)``, ``psi' = v (k - k_ref)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.motions import Brake, ChangeLane, SetSpeed
from rarebit.roads.path import Path
from rarebit.roads.timing import CURVE_DECEL_MPS2, MAX_LATERAL_MPS2
from rarebit.session.state import DriveCommand, VehicleData

_G = 9.81
_AIR = 1.2
_ROLLING = 0.012
_STAND_MPS = 0.3

_KP, _KI = 1.6, 0.8  # 1/s, 1/s^2
_MAX_INTEGRAL_MPS2 = 3.0

_OMEGA, _ZETA = 1.5, 0.9  # rad/s of the lateral error; slow enough for a 50 ms tick and tyre lag
_OFFSET_INTEGRAL = 0.25  # share of omega^3
_PREVIEW_S = 0.25  # a vehicle turns that much later than its steering wheel
_MIN_SPEED_MPS = 3.0

_IDM_HEADWAY_S, _IDM_GAP_M, _IDM_ACCEL, _IDM_BRAKE = 1.2, 2.5, 2.0, 3.0


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


@dataclass(frozen=True, slots=True)
class Lead:
    """What is ahead on a path: clear gap and its speed along the path."""

    gap_m: float
    speed_mps: float


class VehicleDriver:
    """Drives one vehicle.

    Attributes:
        station_m: of the box centre along the path, at the last step.
        offset_m: of the box centre from its reference (path plus lane change), positive left, at the last step.
        blinker: "left", "right" or "" while a lane change with indicator goes on.
        keeps_gap: whether it slows behind what is ahead (traffic does; ego and story actors go by their plan).
    """

    def __init__(
        self,
        name: str,
        vehicle: VehicleData,
        size_lwh_m: NDArray[np.float64],
        box_x_m: float,
        path: Path,
        shifts_m: tuple[tuple[float, ...], tuple[float, ...]],
        speed_mps: float,
        *,
        keeps_gap: bool,
        step_s: float,
    ) -> None:
        """Takes the vehicle's data, its box centre's x in the actor's frame, its path, and offsets of the lanes beside it."""
        self.name, self.path, self.keeps_gap = name, path, keeps_gap
        self.station_m, self.offset_m, self.blinker = 0.0, 0.0, ""
        self._vehicle, self._step_s = vehicle, step_s
        self._box_from_axle_m = box_x_m - vehicle.rear_axle_m
        self._near_m = -self._box_from_axle_m
        self._area_m2 = 0.8 * float(size_lwh_m[1] * size_lwh_m[2])
        self._lanes_m = {0: 0.0}
        self._lanes_m |= {i + 1: shift for i, shift in enumerate(shifts_m[0])}
        self._lanes_m |= {-i - 1: shift for i, shift in enumerate(shifts_m[1])}
        self._lane, self._shift = 0, _Shift()
        self._indicates_until_s = -1.0
        self._goal_mps = self._profile_mps = speed_mps
        self._rate_mps2 = 2.5
        self._speed_integral = self._offset_integral = self._steer = 0.0
        self._curve_step_m, self._curve_mps = path.speed_limits(MAX_LATERAL_MPS2, CURVE_DECEL_MPS2)
        self._force_n = _drive_force(vehicle)

    # -------------------------------------------------------------------------------------------- maneuvers

    def start(self, maneuver: SetSpeed | Brake | ChangeLane, time_s: float, speed_mps: float) -> None:
        """Begins ``maneuver`` now; a later one of the same kind replaces it.

        Raises:
            ValueError: a lane change to where there is no lane.
        """
        match maneuver:
            case SetSpeed():
                self._goal_mps, self._rate_mps2 = maneuver.speed_mps, maneuver.accel_mps2
                self._profile_mps = speed_mps
            case Brake():
                self._goal_mps, self._rate_mps2 = min(maneuver.to_mps, speed_mps), maneuver.decel_mps2
                self._profile_mps, self._speed_integral = speed_mps, 0.0
            case ChangeLane():
                lane = self._lane + (maneuver.lanes if maneuver.side == "left" else -maneuver.lanes)
                if lane not in self._lanes_m:
                    raise ValueError(f"{self.name}: no lane {maneuver.lanes} to the {maneuver.side} to change to")
                now = self._shift.at(time_s)[0]
                self._lane = lane
                self._shift = _Shift(now, self._lanes_m[lane], time_s, maneuver.duration_s)
                if maneuver.indicate:
                    self.blinker, self._indicates_until_s = maneuver.side, time_s + maneuver.duration_s

    # -------------------------------------------------------------------------------------------- a tick

    def step(
        self,
        time_s: float,
        world_from_actor: NDArray[np.float64],
        velocity_mps: NDArray[np.float64],
        yaw_rate_radps: float,
        lead: Lead | None,
    ) -> DriveCommand:
        """The command for the next tick."""
        forward = world_from_actor[:3, 0]
        speed = float(forward @ velocity_mps)
        if time_s >= self._indicates_until_s:
            self.blinker = ""
        sideways = float(world_from_actor[:3, 1] @ velocity_mps) + yaw_rate_radps * self._vehicle.rear_axle_m
        slip = math.atan2(sideways, max(speed, _MIN_SPEED_MPS))
        steer = self._steering(time_s, world_from_actor, speed, slip)
        wanted = self._acceleration(speed, lead)
        if self._profile_mps < _STAND_MPS and self._goal_mps < _STAND_MPS and speed < _STAND_MPS:
            return DriveCommand(name=self.name, brake=1.0, steer=steer)
        throttle, brake = self._pedals(wanted, speed, float(forward[2]))
        return DriveCommand(name=self.name, throttle=throttle, brake=brake, steer=steer)

    def _steering(self, time_s: float, world_from_actor: NDArray[np.float64], speed: float, slip_rad: float) -> float:
        """Steering command; ``slip_rad`` is the angle from the body's heading to the way the rear axle moves."""
        course = math.atan2(world_from_actor[1, 0], world_from_actor[0, 0]) + slip_rad
        axle = world_from_actor[:2, 3] + self._vehicle.rear_axle_m * world_from_actor[:2, 0]
        station, lateral = self.path.project(float(axle[0]), float(axle[1]), self._near_m)
        self._near_m = station
        self.station_m = station + self._box_from_axle_m
        v = max(abs(speed), _MIN_SPEED_MPS)
        shift, shift_rate, _ = self._shift.at(time_s)
        next_shift, _, next_bend = self._shift.at(time_s + _PREVIEW_S)
        ahead = self.path.at(station + v * _PREVIEW_S)
        error = lateral - shift
        heading = _wrapped(course - self.path.at(station).yaw_rad) - math.atan2(shift_rate, v)
        self.offset_m = error + self._box_from_axle_m * heading
        soft = _OMEGA / v
        if abs(error) < 1.0 and abs(speed) > 1.0:
            self._offset_integral += error * self._step_s
            self._offset_integral = min(max(self._offset_integral, -1.0), 1.0)
        curvature = (
            ahead.curvature_pm / max(1.0 - next_shift * ahead.curvature_pm, 0.2)
            + next_bend / v**2
            - soft**2 * min(max(error, -2.0), 2.0)
            - 2.0 * _ZETA * soft * heading
            - _OFFSET_INTEGRAL * _OMEGA * soft**2 * self._offset_integral
        )
        if abs(speed) > _STAND_MPS:
            angle = math.atan(self._vehicle.wheelbase_m * curvature)
            curve = self._vehicle.steering_curve
            factor = float(np.interp(abs(speed), curve[:, 0], curve[:, 1])) if len(curve) else 1.0
            self._steer = min(max(angle / (self._vehicle.max_steer_rad * max(factor, 0.05)), -1.0), 1.0)
        return self._steer

    def _acceleration(self, speed: float, lead: Lead | None) -> float:
        step = self._rate_mps2 * self._step_s
        before = self._profile_mps
        self._profile_mps += min(max(self._goal_mps - before, -step), step)
        planned = (self._profile_mps - before) / self._step_s
        wanted_mps = self._profile_mps
        limit = self._curve_limit()
        if limit < wanted_mps:
            wanted_mps, planned = limit, 0.0 if speed <= limit else -CURVE_DECEL_MPS2
        error = wanted_mps - speed
        result = planned + _KP * error + self._speed_integral
        if lead is not None and self.keeps_gap:
            held = _idm(speed, max(wanted_mps, 0.1), lead)
            if held < result:
                return held  # the integral waits: the plan's speed is out of reach for now
        if abs(error) < 2.0:
            grown = self._speed_integral + _KI * error * self._step_s
            self._speed_integral = min(max(grown, -_MAX_INTEGRAL_MPS2), _MAX_INTEGRAL_MPS2)
        return result

    def _curve_limit(self) -> float:
        index = round(max(self.station_m, 0.0) / self._curve_step_m)
        return self._curve_mps[min(index, len(self._curve_mps) - 1)]

    def _pedals(self, accel_mps2: float, speed: float, climb: float) -> tuple[float, float]:
        """Throttle and brake for an acceleration along the road; ``climb`` is the sine of the slope."""
        vehicle = self._vehicle
        drag = 0.5 * _AIR * vehicle.drag_coefficient * self._area_m2 * speed * abs(speed) + _ROLLING * vehicle.mass_kg * _G
        force = vehicle.mass_kg * (accel_mps2 + _G * climb) + drag
        if force >= 0.0:
            return min(force / float(np.interp(abs(speed), self._force_n[0], self._force_n[1])), 1.0), 0.0
        return 0.0, min(-force * vehicle.wheel_radius_m / max(vehicle.brake_torque_nm, 1.0), 1.0)


def _drive_force(vehicle: VehicleData) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Speeds and the driving force at full throttle, in the gear of an automatic box (below 70 % of the limit)."""
    speeds = np.linspace(0.0, 60.0, 121)
    force = np.zeros_like(speeds)
    for ratio in vehicle.gear_ratios or (1.0,):
        total = ratio * vehicle.final_ratio
        rpm = speeds / vehicle.wheel_radius_m * total * 60.0 / (2.0 * np.pi)
        torque = np.interp(rpm, vehicle.torque_curve[:, 0], vehicle.torque_curve[:, 1]) if len(vehicle.torque_curve) else 300.0
        usable = rpm < (0.7 if ratio != min(vehicle.gear_ratios or (1.0,)) else 1.5) * vehicle.max_rpm
        force = np.maximum(force, np.where(usable, torque * total / vehicle.wheel_radius_m, 0.0))
    return speeds, np.maximum(force, 0.5 * vehicle.mass_kg)


def _idm(speed: float, wanted_mps: float, lead: Lead) -> float:
    """Acceleration of the Intelligent Driver Model (Treiber, Hennecke, Helbing 2000) behind ``lead``."""
    dynamic = speed * _IDM_HEADWAY_S + speed * (speed - lead.speed_mps) / (2.0 * math.sqrt(_IDM_ACCEL * _IDM_BRAKE))
    gap = max(lead.gap_m, 0.1)
    interaction = ((_IDM_GAP_M + max(dynamic, 0.0)) / gap) ** 2
    return max(_IDM_ACCEL * (1.0 - (max(speed, 0.0) / wanted_mps) ** 4 - interaction), -8.0)


def _wrapped(angle_rad: float) -> float:
    return math.remainder(angle_rad, 2.0 * math.pi)
