"""What a vehicle's pedals do: forces from mass, torque curve, gears, slope and air, turned into throttle and brake."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.session.state import VehicleData

_G = 9.81
_AIR = 1.2
_ROLLING = 0.012


class Pedals:
    """The pedals of one vehicle, by what the server says of its mechanics."""

    def __init__(self, vehicle: VehicleData, size_lwh_m: NDArray[np.float64]) -> None:
        self._vehicle = vehicle
        self._area_m2 = 0.8 * float(size_lwh_m[1] * size_lwh_m[2])
        self._speeds_mps, self._force_n = _drive_force(vehicle)

    def press(self, accel_mps2: float, speed_mps: float, climb: float) -> tuple[float, float]:
        """Throttle and brake for an acceleration along the road; ``climb`` is the sine of the slope."""
        vehicle = self._vehicle
        air = 0.5 * _AIR * vehicle.drag_coefficient * self._area_m2 * speed_mps * abs(speed_mps)
        force = vehicle.mass_kg * (accel_mps2 + _G * climb) + air + _ROLLING * vehicle.mass_kg * _G
        if force >= 0.0:
            return min(force / float(np.interp(abs(speed_mps), self._speeds_mps, self._force_n)), 1.0), 0.0
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
