"""The VehiclePhysicsControl that a freshly spawned vehicle has, made from its blueprint."""

from __future__ import annotations

from carlite.library import Blueprint
from carlite.physics.controls import GearPhysicsControl, VehiclePhysicsControl, WheelPhysicsControl

TYRE_FRICTION = 3.5  # CARLA's number for dry road
MU_PER_FRICTION = 0.3  # so 3.5 gives a friction coefficient of 1.05, a good dry tyre
CYCLE_MOI = 0.02  # engine of a two-wheeler, kg m^2
CORNERING_PER_LOAD = 20.0  # lateral stiffness per wheel load, 1/rad, as CARLA's presets
LONG_STIFF = 3000.0  # lengthwise stiffness, N per unit of slip and m/s^2 of gravity, as CARLA's presets
_BRAKING_MPS2 = {"truck": 7.5, "bus": 7.0, "motorcycle": 8.5, "bicycle": 5.5}
_BRAKING_CAR_MPS2 = 9.0
_HANDBRAKE_MPS2 = 5.0
_STEERING_CURVE = ((0.0, 1.0), (20.0, 0.9), (60.0, 0.8), (120.0, 0.7))
_COMBUSTION = ((0.0, 0.62), (0.15, 0.7), (0.35, 0.95), (0.5, 1.0), (0.75, 0.96), (1.0, 0.7))
_ELECTRIC = ((0.0, 1.0), (0.3, 1.0), (0.45, 0.667), (0.6, 0.5), (0.8, 0.375), (1.0, 0.3))
_LEGS = ((0.0, 0.5), (0.4, 0.45), (0.8, 0.3), (1.0, 0.08))


def default_physics(blueprint: Blueprint) -> VehiclePhysicsControl:
    """The mechanics of a vehicle blueprint; wheel positions are left at zero, ``Physics`` fills in the world's.

    The wheels turn as far as CARLA's, much further than those of real vehicles: its Traffic Manager and its agents count on it.

    Raises:
        ValueError: for a blueprint without wheels or preset.
    """
    preset = blueprint.preset
    if preset is None or not blueprint.wheels:
        raise ValueError(f"{blueprint.id}: no wheels and no physical preset, so it cannot be a vehicle")
    two_wheeled, legs = len(blueprint.wheels) == 2, blueprint.base_type == "bicycle"
    curve = _ELECTRIC if preset.electric else _LEGS if legs else _COMBUSTION
    up = 0.65 if preset.max_rpm < 5000 else 0.55
    return VehiclePhysicsControl(
        torque_curve=tuple((fraction * preset.max_rpm, factor * preset.peak_torque_nm) for fraction, factor in curve),
        max_rpm=preset.max_rpm,
        moi=CYCLE_MOI if two_wheeled else VehiclePhysicsControl().moi,
        gear_switch_time=0.1 if two_wheeled else 0.25,
        final_ratio=1.0 if legs else preset.final_ratio,
        forward_gears=tuple(GearPhysicsControl(ratio=r, down_ratio=0.25, up_ratio=up) for r in preset.forward_gears),
        mass=preset.mass_kg,
        drag_coefficient=preset.drag_coefficient,
        center_of_mass=preset.centre_of_mass,
        steering_curve=_STEERING_CURVE,
        wheels=_wheels(blueprint, preset.mass_kg, preset.max_steer_deg),
    )


def _wheels(blueprint: Blueprint, mass_kg: float, steer_deg: float) -> tuple[WheelPhysicsControl, ...]:
    count = len(blueprint.wheels)
    braking = _BRAKING_MPS2.get(blueprint.base_type, _BRAKING_CAR_MPS2)
    return tuple(
        WheelPhysicsControl(
            tire_friction=TYRE_FRICTION,
            max_steer_angle=steer_deg if wheel.steers else 0.0,
            radius=wheel.radius_m * 100.0,
            max_brake_torque=round(mass_kg * braking * wheel.radius_m / count, 1),
            max_handbrake_torque=0.0 if wheel.steers else round(mass_kg * _HANDBRAKE_MPS2 * wheel.radius_m * 2 / count, 1),
            lat_stiff_max_load=3.0,
            lat_stiff_value=CORNERING_PER_LOAD,
            long_stiff_value=LONG_STIFF,
        )
        for wheel in blueprint.wheels
    )
