"""Calls about vehicles."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeVar

from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.table import Call, refused_call, value_call, void_call
from carlite.errors import CallError
from carlite.physics.controls import (
    AckermannControl,
    AckermannSettings,
    GearPhysicsControl,
    VehicleControl,
    VehiclePhysicsControl,
    WheelPhysicsControl,
)
from carlite.wire.values import Value
from carlite.world.actors import Actor, Kind
from carlite.world.doors import ALL_DOORS, move_door

_LIGHT_BITS = 0x7FF  # CARLA keeps the lamps it knows
_BIKE_WHEELS, _CAR_WHEELS = 2, 4
_Wheel = TypeVar("_Wheel")


def _vehicle(context: Context, actor_id: object, function: str) -> Actor:
    return context.world.actors.get(decode.integer(actor_id, "actor id"), function, Kind.VEHICLE)


def apply_control(context: Context, actor_id: object, control: object) -> Value:
    """Pedals and wheel, told back as they come; physics takes them as far as they go. Shared with the batch."""
    vehicle = _vehicle(context, actor_id, "apply_control_to_vehicle")
    f = decode.items(control, "VehicleControl", 7)
    context.world.apply_vehicle_control(
        vehicle,
        VehicleControl(
            throttle=decode.number(f[0], "throttle"),
            steer=decode.number(f[1], "steer"),
            brake=decode.number(f[2], "brake"),
            hand_brake=decode.flag(f[3], "hand_brake"),
            reverse=decode.flag(f[4], "reverse"),
            manual_gear_shift=decode.flag(f[5], "manual_gear_shift"),
            gear=decode.integer(f[6], "gear"),
        ),
    )
    return None


def apply_ackermann(context: Context, actor_id: object, control: object) -> Value:
    """Targets of the Ackermann controller; shared with the batch."""
    vehicle = _vehicle(context, actor_id, "apply_ackermann_control_to_vehicle")
    f = decode.items(control, "VehicleAckermannControl", 5)
    context.world.physics.apply_ackermann_control(vehicle, AckermannControl(**_named(AckermannControl, f)))
    return None


def _ackermann_settings(context: Context, actor_id: object) -> Value:
    vehicle = _vehicle(context, actor_id, "get_ackermann_controller_settings")
    return encode.structure(context.world.physics.ackermann_settings(vehicle))


def _set_ackermann_settings(context: Context, actor_id: object, settings: object) -> Value:
    vehicle = _vehicle(context, actor_id, "apply_ackermann_controller_settings")
    f = decode.items(settings, "AckermannControllerSettings", 6)
    context.world.physics.apply_ackermann_settings(vehicle, AckermannSettings(**_named(AckermannSettings, f)))
    return None


def _physics_control(context: Context, actor_id: object) -> Value:
    vehicle = _vehicle(context, actor_id, "get_physics_control")
    physics = context.world.physics.physics_control(vehicle)
    return encode.structure(replace(physics, wheels=_in_pairs(physics.wheels)))


def apply_physics_control(context: Context, actor_id: object, control: object) -> Value:
    """New mechanics of a vehicle; shared with the batch."""
    vehicle = _vehicle(context, actor_id, "apply_physics_control")
    physics = _decode_physics(decode.items(control, "VehiclePhysicsControl", 17))
    wheels = context.world.physics.physics_control(vehicle).wheels
    if len(physics.wheels) != _CAR_WHEELS:  # CARLA changes all but the wheels then
        physics = replace(physics, wheels=wheels)
    elif len(wheels) == _BIKE_WHEELS:
        physics = replace(physics, wheels=physics.wheels[::2])
    try:
        context.world.physics.apply_physics_control(vehicle, physics)
    except ValueError as error:
        raise CallError(f"apply_physics_control: {error}") from error
    return None


def set_light_state(context: Context, actor_id: object, bits: object) -> Value:
    """Lamps of a vehicle; shared with the batch."""
    vehicle = _vehicle(context, actor_id, "set_vehicle_light_state")
    vehicle.light_state = decode.integer(bits, "light state") & _LIGHT_BITS
    return None


def _set_light_state(context: Context, actor_id: object, state: object) -> Value:
    return set_light_state(context, actor_id, decode.items(state, "VehicleLightState", 1)[0])


def _light_state(context: Context, actor_id: object) -> Value:
    return [_vehicle(context, actor_id, "get_vehicle_light_state").light_state]


def _light_states(context: Context) -> Value:
    return [[vehicle.id, vehicle.light_state] for vehicle in context.world.vehicles]


def _telemetry(context: Context, actor_id: object) -> Value:
    telemetry = context.world.physics.telemetry(_vehicle(context, actor_id, "get_telemetry_data"))
    return encode.structure(replace(telemetry, wheels=_in_pairs(telemetry.wheels)))


def _wheel_angle(context: Context, actor_id: object, wheel: object) -> Value:
    vehicle = _vehicle(context, actor_id, "get_wheel_steer_angle")
    return float(context.world.states.wheel_steer_deg[vehicle.row, _wheel(wheel)])


def _set_wheel_steer(context: Context, actor_id: object, wheel: object, angle_deg: object) -> Value:
    vehicle = _vehicle(context, actor_id, "set_wheel_steer_direction")
    context.world.physics.set_wheel_steer_direction(vehicle, _wheel(wheel), decode.number(angle_deg, "angle"))
    return None


def _set_wheel_pitch(context: Context, actor_id: object, wheel: object, angle_deg: object) -> Value:
    vehicle = _vehicle(context, actor_id, "set_wheel_pitch_angle")
    context.world.physics.set_wheel_pitch_angle(vehicle, _wheel(wheel), decode.number(angle_deg, "angle"))
    return None


def _wheel_pitch(context: Context, actor_id: object, wheel: object) -> Value:
    vehicle = _vehicle(context, actor_id, "get_wheel_pitch_angle")
    return math.degrees(context.world.states.wheel_spin_rad[vehicle.row, _wheel(wheel)])


def set_debug_telemetry(context: Context, actor_id: object, enabled: object) -> Value:
    """The drawing has nowhere to show; ``get_telemetry_data`` has the numbers. Shared with the batch."""
    _vehicle(context, actor_id, "show_vehicle_debug_telemetry")
    decode.flag(enabled)
    return None


def _in_pairs(wheels: tuple[_Wheel, ...]) -> tuple[_Wheel, ...]:
    """CARLA's two-wheelers have two wheels on each axle."""
    return tuple(wheel for wheel in wheels for _ in range(2)) if len(wheels) == _BIKE_WHEELS else wheels


def _wheel(value: object) -> int:
    wheel = decode.integer(value, "wheel")
    if not 0 <= wheel < 4:
        raise CallError(f"wheel: got {wheel}, expected 0..3")
    return wheel


def _named(structure: type, values: list[Any]) -> dict[str, float]:
    names = structure.__dataclass_fields__  # type: ignore[attr-defined]
    return {name: decode.number(value, name) for name, value in zip(names, values, strict=False)}


def _pairs(value: object, what: str) -> tuple[tuple[float, float], ...]:
    points = [decode.items(point, what, 2) for point in decode.items(value, what)]
    return tuple((decode.number(x, what), decode.number(y, what)) for x, y, *_ in points)


def _decode_physics(f: list[Any]) -> VehiclePhysicsControl:
    return VehiclePhysicsControl(
        torque_curve=_pairs(f[0], "torque_curve"),
        max_rpm=decode.number(f[1], "max_rpm"),
        moi=decode.number(f[2], "moi"),
        damping_rate_full_throttle=decode.number(f[3], "damping_rate_full_throttle"),
        damping_rate_zero_throttle_clutch_engaged=decode.number(f[4], "damping_rate_zero_throttle_clutch_engaged"),
        damping_rate_zero_throttle_clutch_disengaged=decode.number(f[5], "damping_rate_zero_throttle_clutch_disengaged"),
        use_gear_autobox=decode.flag(f[6], "use_gear_autobox"),
        gear_switch_time=decode.number(f[7], "gear_switch_time"),
        clutch_strength=decode.number(f[8], "clutch_strength"),
        final_ratio=decode.number(f[9], "final_ratio"),
        forward_gears=tuple(_gear(gear) for gear in decode.items(f[10], "forward_gears")),
        mass=decode.number(f[11], "mass"),
        drag_coefficient=decode.number(f[12], "drag_coefficient"),
        center_of_mass=decode.vector(f[13], "center_of_mass"),
        steering_curve=_pairs(f[14], "steering_curve"),
        wheels=tuple(_wheel_physics(wheel) for wheel in decode.items(f[15], "wheels")),
        use_sweep_wheel_collision=decode.flag(f[16], "use_sweep_wheel_collision"),
    )


def _gear(value: object) -> GearPhysicsControl:
    return GearPhysicsControl(**_named(GearPhysicsControl, decode.items(value, "GearPhysicsControl", 3)))


def _wheel_physics(value: object) -> WheelPhysicsControl:
    parts = decode.items(value, "WheelPhysicsControl", 10)
    named = _named(WheelPhysicsControl, parts[:9])
    return WheelPhysicsControl(**named, position=decode.vector(parts[9], "wheel position"))


def _move_door(context: Context, actor_id: object, door: object, function: str, is_open: bool) -> Value:
    vehicle = _vehicle(context, actor_id, function)
    number = decode.integer(door, "door")
    if 0 <= number <= ALL_DOORS:
        move_door(vehicle, number, is_open)  # CARLA, too, passes over doors that a vehicle does not have
    return None


def _open_door(context: Context, actor_id: object, door: object) -> Value:
    return _move_door(context, actor_id, door, "open_vehicle_door", True)


def _close_door(context: Context, actor_id: object, door: object) -> Value:
    return _move_door(context, actor_id, door, "close_vehicle_door", False)


def set_autopilot(context: Context, actor_id: object, enabled: object) -> Value:
    """The autopilot is the client's Traffic Manager, which takes the vehicle itself; shared with the batch."""
    _vehicle(context, actor_id, "set_actor_autopilot")
    decode.flag(enabled)
    return None


def _restore_physics(context: Context, actor_id: object) -> Value:
    """A vehicle always has carlite's own physics."""
    _vehicle(context, actor_id, "restore_physx_physics")
    return None


_NO_CARSIM = "CarSim plugin is not enabled; carlite moves vehicles with its own physics"
_NO_CHRONO = "Chrono is not enabled; carlite moves vehicles with its own physics, which apply_physics_control tunes"

CALLS: tuple[Call, ...] = (
    void_call("apply_control_to_vehicle", apply_control, 2),
    void_call("apply_ackermann_control_to_vehicle", apply_ackermann, 2),
    value_call("get_ackermann_controller_settings", _ackermann_settings, 1),
    void_call("apply_ackermann_controller_settings", _set_ackermann_settings, 2),
    value_call("get_physics_control", _physics_control, 1),
    void_call("apply_physics_control", apply_physics_control, 2),
    void_call("set_vehicle_light_state", _set_light_state, 2),
    value_call("get_vehicle_light_state", _light_state, 1),
    value_call("get_vehicle_light_states", _light_states),
    value_call("get_telemetry_data", _telemetry, 1),
    value_call("get_wheel_steer_angle", _wheel_angle, 2),
    void_call("set_wheel_steer_direction", _set_wheel_steer, 3),
    void_call("show_vehicle_debug_telemetry", set_debug_telemetry, 2),
    void_call("set_wheel_pitch_angle", _set_wheel_pitch, 3),
    value_call("get_wheel_pitch_angle", _wheel_pitch, 2),
    void_call("open_vehicle_door", _open_door, 2),
    void_call("close_vehicle_door", _close_door, 2),
    void_call("set_actor_autopilot", set_autopilot, 2),
    void_call("restore_physx_physics", _restore_physics, 1),
    refused_call("enable_carsim", _NO_CARSIM),
    refused_call("use_carsim_road", _NO_CARSIM),
    refused_call("enable_chrono_physics", _NO_CHRONO),
)
