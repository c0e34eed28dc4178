"""Vehicle records: from a VehiclePhysicsControl to the numbers of the kernel, and back to telemetry."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Wheel
from carlite.physics.controls import (
    VehicleControl,
    VehiclePhysicsControl,
    VehicleTelemetry,
    WheelPhysicsControl,
    WheelTelemetry,
)
from carlite.physics.presets import CYCLE_MOI, LONG_STIFF, MU_PER_FRICTION
from carlite.physics.tables import GEARS, STEER_POINTS, TORQUE_POINTS, VEHICLE, Record, Records

_AIR_DENSITY = 1.225
_G = 9.81
_FILL = 0.85  # frontal area over width times height
_CAR_HZ, _HEAVY_HZ = 1.7, 1.4  # ride frequency, upwards
_DAMPING = 0.6  # of critical
_CONTROL = struct.Struct("=ddd???5xq")  # throttle, steer, brake, hand_brake, reverse, manual, gear_wish of VEHICLE
_CONTROL_OFFSET = np.dtype(VEHICLE).fields["throttle"][1]  # type: ignore[index]
_ENGINE_BRAKE = 0.05  # N m s/rad at the crankshaft for each unit of CARLA's zero-throttle damping
_PRESET = VehiclePhysicsControl()
_CYCLE_RATIO = 16.0  # CARLA's bicycles have a car's first gear
_LEAST_STIFF = 1.0  # PhysX divides by it
_LEAST_CREEP_BRAKE = 1.25  # per mass and damping, 1/s: heavy vehicles too come to rest on slopes of a tenth


def write_mechanics(
    vehicle: Record, physics: VehiclePhysicsControl, wheels: Sequence[Wheel], half_extent: Sequence[float], base_type: str
) -> None:
    """Fills the mechanical fields of a VEHICLE record; its motion stays.

    Args:
        vehicle: the record.
        physics: what a client set, or the preset.
        wheels: of the blueprint, two or four: where they touch. Radius and steering limits come from ``physics``.
        half_extent: of the box, metres.
        base_type: CARLA's class, which decides which axle drives and how stiff the springs are.

    Raises:
        ValueError: where the number of wheels differs, or mass, radius or a gear is not positive.
    """
    _check(physics, len(wheels))
    com_x = float(physics.center_of_mass[0])
    slots = (0, 0, 1, 1) if len(wheels) == 2 else (0, 1, 2, 3)
    vehicle.two_wheeled = len(wheels) == 2
    vehicle.mass = physics.mass
    length, width, height = (2.0 * float(value) for value in half_extent)
    vehicle.inertia_z = physics.mass * (length**2 + width**2) / 12.0
    vehicle.inertia_y = physics.mass * (length**2 + height**2) / 12.0
    vehicle.inertia_x = physics.mass * (width**2 + height**2) / 10.0
    vehicle.com_height = _com_height(physics, height, len(wheels) == 2)
    for slot, k in enumerate(slots):
        data = physics.wheels[k]
        vehicle.wheel_x[slot] = wheels[k].centre[0] - com_x
        vehicle.wheel_y[slot] = wheels[k].centre[1]
        vehicle.wheel_radius[slot] = data.radius / 100.0
        vehicle.max_steer[slot] = math.radians(min(data.max_steer_angle, 80.0))
        share = 0.5 if len(wheels) == 2 else 1.0
        vehicle.brake_torque[slot] = data.max_brake_torque * share
        vehicle.handbrake_torque[slot] = data.max_handbrake_torque * share
    _write_axles(vehicle, physics, slots, base_type)
    _write_curves(vehicle, physics)
    damping, has_engine = physics.damping_rate_zero_throttle_clutch_engaged, base_type != "bicycle"
    vehicle.engine_brake = _ENGINE_BRAKE * damping if has_engine else 0.0
    first = float(vehicle.gear_ratio[0]) * physics.final_ratio if has_engine else _CYCLE_RATIO
    vehicle.creep_brake = max(damping, 0.0) * max(
        (first / float(vehicle.wheel_radius[2])) ** 2, _LEAST_CREEP_BRAKE * physics.mass
    )
    _write_losses(vehicle, physics, slots, len(wheels))
    vehicle.drag_area = 0.5 * _AIR_DENSITY * physics.drag_coefficient * _FILL * width * height


def _write_losses(vehicle: Record, physics: VehiclePhysicsControl, slots: Sequence[int], wheels: int) -> None:
    """What turns, rubs and slips more than the presets do: torque curves, brakes and rolling resistance hold those already.

    A tyre's stiffness is PhysX's: N per unit of slip for each unit of gravity, whatever its load. Tyres stiffer than the
    preset's, which slip by a few percent at most, are taken for as stiff.
    """
    vehicle.more_moi = physics.moi - (CYCLE_MOI if wheels == 2 else _PRESET.moi)
    vehicle.more_damping = physics.damping_rate_full_throttle - _PRESET.damping_rate_full_throttle
    rubs = [physics.wheels[k].damping_rate - WheelPhysicsControl().damping_rate for k in slots]
    share = wheels / len(slots)
    for axle in range(2):
        stiff = share * sum(max(physics.wheels[k].long_stiff_value, _LEAST_STIFF) for k in slots[2 * axle : 2 * axle + 2])
        vehicle.more_give[axle] = max(1.0 / stiff - 1.0 / (share * 2.0 * LONG_STIFF), 0.0) / _G
    vehicle.more_wheel_drag = share * sum(
        rub / float(radius) ** 2 for rub, radius in zip(rubs, vehicle.wheel_radius, strict=True)
    )


def _check(physics: VehiclePhysicsControl, wheels: int) -> None:
    if len(physics.wheels) != wheels:
        raise ValueError(
            f"physics control: got {len(physics.wheels)} wheels, expected {wheels}; start from get_physics_control"
        )
    if not (math.isfinite(physics.mass) and physics.mass > 0.0):
        raise ValueError(f"physics control: got mass {physics.mass} kg, expected more than 0")
    for k, wheel in enumerate(physics.wheels):
        if not wheel.radius > 0.0:
            raise ValueError(f"physics control: got radius {wheel.radius} cm for wheel {k}, expected more than 0")
    for k, gear in enumerate(physics.forward_gears):
        if not gear.ratio > 0.0:
            raise ValueError(f"physics control: got ratio {gear.ratio} for gear {k + 1}, expected more than 0")


def _com_height(physics: VehiclePhysicsControl, height: float, two_wheeled: bool) -> float:
    """Height of the mass centre; the rider of a two-wheeler shifts his weight against the pitch, so it acts lower there."""
    above = float(physics.center_of_mass[2])
    if not 0.1 < above < height:
        above = 0.36 * height
    return min(above, 0.45) if two_wheeled else above


def _write_axles(vehicle: Record, physics: VehiclePhysicsControl, slots: Sequence[int], base_type: str) -> None:
    wheelbase = max(float(vehicle.wheel_x[0] - vehicle.wheel_x[2]), 0.2)
    front = min(max(-float(vehicle.wheel_x[2]) / wheelbase, 0.1), 0.9)  # share of the weight
    hertz = _CAR_HZ if physics.mass < 3000.0 else _HEAVY_HZ
    for slot in range(4):
        load = 0.5 * (front if slot < 2 else 1.0 - front) * physics.mass
        vehicle.spring[slot] = load * (2.0 * math.pi * hertz) ** 2
        vehicle.damper[slot] = 2.0 * _DAMPING * load * 2.0 * math.pi * hertz
        vehicle.sag[slot] = load * _G / vehicle.spring[slot]
    for axle in range(2):
        data = physics.wheels[slots[2 * axle]]
        weight = (front if axle == 0 else 1.0 - front) * physics.mass * _G
        vehicle.mu_tyre[axle] = vehicle.mu[axle] = max(MU_PER_FRICTION * data.tire_friction, 0.0)
        vehicle.cornering[axle] = max(data.lat_stiff_value, 0.1) * weight
    driven_front = 0.5 if base_type in {"car", "van", ""} else 0.0
    vehicle.drive_share[0], vehicle.drive_share[1] = driven_front, 1.0 - driven_front


def _write_curves(vehicle: Record, physics: VehiclePhysicsControl) -> None:
    rpm, torque = _curve(physics.torque_curve, TORQUE_POINTS)
    vehicle.torque_points = len(rpm)
    vehicle.torque_rpm[: len(rpm)], vehicle.torque_nm[: len(rpm)] = rpm, torque
    kph, factor = _curve(physics.steering_curve, STEER_POINTS)
    if not len(kph):
        kph, factor = np.zeros(1), np.ones(1)
    vehicle.steer_points = len(kph)
    vehicle.steer_kph[: len(kph)], vehicle.steer_factor[: len(kph)] = kph, factor
    gears = physics.forward_gears[:GEARS]
    vehicle.gears = max(len(gears), 1)
    vehicle.gear_ratio[0], vehicle.gear_up[0], vehicle.gear_down[0] = 1.0, 0.65, 0.5
    for k, gear in enumerate(gears):
        vehicle.gear_ratio[k], vehicle.gear_up[k], vehicle.gear_down[k] = gear.ratio, gear.up_ratio, gear.down_ratio
    vehicle.max_rpm = max(physics.max_rpm, 1.0)
    vehicle.final_ratio = physics.final_ratio
    vehicle.autobox = physics.use_gear_autobox
    vehicle.switch_time = max(physics.gear_switch_time, 0.0)


def _curve(points: Sequence[tuple[float, float]], most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sorted x and y of a curve, resampled where it has more points than the record holds."""
    if not points:
        return np.zeros(0), np.zeros(0)
    ordered = np.array(sorted(points), np.float64)
    if len(ordered) <= most:
        return ordered[:, 0], ordered[:, 1]
    x = np.linspace(ordered[0, 0], ordered[-1, 0], most)
    return x, np.interp(x, ordered[:, 0], ordered[:, 1])


def write_control(vehicles: Records, index: int, control: VehicleControl) -> None:
    """Fills the control fields of one of the VEHICLE records, clamped to their ranges; as bytes, which is 30 times as fast."""
    _CONTROL.pack_into(
        vehicles.view(np.uint8).data,
        index * VEHICLE.itemsize + _CONTROL_OFFSET,
        min(max(control.throttle, 0.0), 1.0),
        min(max(control.steer, -1.0), 1.0),
        min(max(control.brake, 0.0), 1.0),
        control.hand_brake,
        control.reverse,
        control.manual_gear_shift,
        control.gear,
    )


def telemetry(vehicle: Record, speed_mps: float, wheels: int) -> VehicleTelemetry:
    """What a VEHICLE record tells about its last step."""
    slots = (0, 2) if wheels == 2 else (0, 1, 2, 3)
    return VehicleTelemetry(
        speed=speed_mps,
        steer=float(vehicle.steer),
        throttle=float(vehicle.throttle),
        brake=float(vehicle.brake),
        engine_rpm=float(vehicle.rpm),
        gear=int(vehicle.gear),
        drag=float(vehicle.drag),
        wheels=tuple(_wheel_telemetry(vehicle, slot) for slot in slots),
    )


def _wheel_telemetry(vehicle: Record, slot: int) -> WheelTelemetry:
    axle = slot // 2
    load, rest = float(vehicle.load[slot]), float(vehicle.spring[slot] * vehicle.sag[slot])
    share = load / max(float(vehicle.load[2 * axle] + vehicle.load[2 * axle + 1]), 1.0)
    forward, sideways = float(vehicle.long_force[axle]) * share, float(vehicle.lat_force[axle]) * share
    return WheelTelemetry(
        tire_friction=float(vehicle.mu[axle]) / MU_PER_FRICTION,
        lat_slip=math.degrees(float(vehicle.lat_slip[axle])),
        long_slip=forward / (20.0 * max(load, 1.0)) + float(vehicle.more_slip[axle]),
        omega=float(vehicle.wheel_omega[slot]),
        tire_load=load,
        normalized_tire_load=load / max(rest, 1.0),
        torque=forward * float(vehicle.wheel_radius[slot]),
        long_force=forward,
        lat_force=sideways,
        normalized_long_force=abs(forward) / max(rest, 1.0),
        normalized_lat_force=abs(sideways) / max(rest, 1.0),
    )


def with_wheel_positions(physics: VehiclePhysicsControl, centres_cm: NDArray[np.float64]) -> VehiclePhysicsControl:
    """``physics`` with the wheels at (n, 3) world positions in centimetres."""
    wheels = tuple(
        replace(wheel, position=(float(x), float(y), float(z)))
        for wheel, (x, y, z) in zip(physics.wheels, centres_cm, strict=True)
    )
    return replace(physics, wheels=wheels)
