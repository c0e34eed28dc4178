"""Calls about vehicles."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeVar

from carlite.actors import Actor
from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.table import VEHICLE, CallTable
from carlite.errors import CallError
from carlite.physics.controls import AckermannControl, AckermannSettings, VehicleControl, VehiclePhysicsControl
from carlite.wire.values import Value
from carlite.world.doors import ALL_DOORS, move_door

TABLE = CallTable()
_LIGHT_BITS = 0x7FF  # CARLA keeps the lamps it knows
_BIKE_WHEELS, _CAR_WHEELS = 2, 4
_Wheel = TypeVar("_Wheel")


@TABLE.void("apply_control_to_vehicle", VEHICLE, decode.structure(VehicleControl))
def _apply_control(context: Context, vehicle: Actor, control: VehicleControl) -> None:
    """Pedals and wheel, told back as they come; physics takes them as far as they go."""
    context.world.episode.apply_vehicle_control(vehicle, control)


@TABLE.void("apply_ackermann_control_to_vehicle", VEHICLE, decode.structure(AckermannControl))
def _apply_ackermann(context: Context, vehicle: Actor, control: AckermannControl) -> None:
    context.world.episode.physics.apply_ackermann_control(vehicle, control)


@TABLE.value("get_ackermann_controller_settings", VEHICLE)
def _ackermann_settings(context: Context, vehicle: Actor) -> Value:
    return encode.structure(context.world.episode.physics.ackermann_settings(vehicle))


@TABLE.void("apply_ackermann_controller_settings", VEHICLE, decode.structure(AckermannSettings))
def _set_ackermann_settings(context: Context, vehicle: Actor, settings: AckermannSettings) -> None:
    context.world.episode.physics.apply_ackermann_settings(vehicle, settings)


@TABLE.value("get_physics_control", VEHICLE)
def _physics_control(context: Context, vehicle: Actor) -> Value:
    physics = context.world.episode.physics.physics_control(vehicle)
    return encode.structure(replace(physics, wheels=_in_pairs(physics.wheels)))


@TABLE.void("apply_physics_control", VEHICLE, decode.structure(VehiclePhysicsControl))
def _apply_physics_control(context: Context, vehicle: Actor, physics: VehiclePhysicsControl) -> None:
    wheels = context.world.episode.physics.physics_control(vehicle).wheels
    if len(physics.wheels) != _CAR_WHEELS:  # CARLA changes all but the wheels then
        physics = replace(physics, wheels=wheels)
    elif len(wheels) == _BIKE_WHEELS:
        physics = replace(physics, wheels=physics.wheels[::2])
    try:
        context.world.episode.physics.apply_physics_control(vehicle, physics)
    except ValueError as error:
        raise CallError(f"apply_physics_control: {error}") from error


def _lamps(value: Any, what: str) -> int:
    return decode.integer(decode.items(value, what, 1)[0], what) & _LIGHT_BITS


@TABLE.void("set_vehicle_light_state", VEHICLE, _lamps)
def _set_light_state(_: Context, vehicle: Actor, light_state: int) -> None:
    vehicle.light_state = light_state


@TABLE.value("get_vehicle_light_state", VEHICLE)
def _light_state(_: Context, vehicle: Actor) -> Value:
    return [vehicle.light_state]


@TABLE.value("get_vehicle_light_states")
def _light_states(context: Context) -> Value:
    return [[vehicle.id, vehicle.light_state] for vehicle in context.world.episode.vehicles]


@TABLE.value("get_telemetry_data", VEHICLE)
def _telemetry(context: Context, vehicle: Actor) -> Value:
    telemetry = context.world.episode.physics.telemetry(vehicle)
    return encode.structure(replace(telemetry, wheels=_in_pairs(telemetry.wheels)))


def _in_pairs(wheels: tuple[_Wheel, ...]) -> tuple[_Wheel, ...]:
    """CARLA's two-wheelers have two wheels on each axle."""
    return tuple(wheel for wheel in wheels for _ in range(2)) if len(wheels) == _BIKE_WHEELS else wheels


def _wheel(value: Any, what: str) -> int:
    wheel = decode.integer(value, what)
    if not 0 <= wheel < _CAR_WHEELS:
        raise CallError(f"{what}: got {wheel}, expected 0..{_CAR_WHEELS - 1}")
    return wheel


@TABLE.value("get_wheel_steer_angle", VEHICLE, _wheel)
def _wheel_angle(context: Context, vehicle: Actor, wheel: int) -> Value:
    return float(context.world.episode.states.wheel_steer_deg[vehicle.row, wheel])


@TABLE.void("set_wheel_steer_direction", VEHICLE, _wheel, decode.number)
def _set_wheel_steer(context: Context, vehicle: Actor, wheel: int, angle_deg: float) -> None:
    context.world.episode.physics.set_wheel_steer_direction(vehicle, wheel, angle_deg)


@TABLE.void("set_wheel_pitch_angle", VEHICLE, _wheel, decode.number)
def _set_wheel_pitch(context: Context, vehicle: Actor, wheel: int, angle_deg: float) -> None:
    context.world.episode.physics.set_wheel_pitch_angle(vehicle, wheel, angle_deg)


@TABLE.value("get_wheel_pitch_angle", VEHICLE, _wheel)
def _wheel_pitch(context: Context, vehicle: Actor, wheel: int) -> Value:
    return math.degrees(context.world.episode.states.wheel_spin_rad[vehicle.row, wheel])


@TABLE.void("show_vehicle_debug_telemetry", VEHICLE, decode.flag)
def _show_telemetry(_: Context, vehicle: Actor, enabled: bool) -> None:
    """The drawing has nowhere to show; ``get_telemetry_data`` has the numbers."""
    del vehicle, enabled


@TABLE.void("open_vehicle_door", VEHICLE, decode.integer)
def _open_door(_: Context, vehicle: Actor, door: int) -> None:
    _move_door(vehicle, door, is_open=True)


@TABLE.void("close_vehicle_door", VEHICLE, decode.integer)
def _close_door(_: Context, vehicle: Actor, door: int) -> None:
    _move_door(vehicle, door, is_open=False)


def _move_door(vehicle: Actor, door: int, *, is_open: bool) -> None:
    if 0 <= door <= ALL_DOORS:
        move_door(vehicle, door, is_open)  # CARLA, too, passes over doors that a vehicle does not have


@TABLE.void("set_actor_autopilot", VEHICLE, decode.flag)
def _set_autopilot(_: Context, vehicle: Actor, enabled: bool) -> None:
    """The autopilot is the client's Traffic Manager, which takes the vehicle itself."""
    del vehicle, enabled


@TABLE.void("restore_physx_physics", VEHICLE)
def _restore_physics(_: Context, vehicle: Actor) -> None:
    """A vehicle always has carlite's own physics."""
    del vehicle


_NO_CARSIM = "CarSim plugin is not enabled; carlite moves vehicles with its own physics"
TABLE.refuse("enable_carsim", _NO_CARSIM)
TABLE.refuse("use_carsim_road", _NO_CARSIM)
TABLE.refuse(
    "enable_chrono_physics",
    "Chrono is not enabled; carlite moves vehicles with its own physics, which apply_physics_control tunes",
)
