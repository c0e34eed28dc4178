"""Every field of a physics control acts, or is named among those that do not; lengthwise stiffness against PhysX's formula."""

from __future__ import annotations

import math
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import carlite
from carlite import library
from carlite.actors import Kind
from carlite.physics.controls import (
    WITHOUT_EFFECT,
    GearPhysicsControl,
    VehicleControl,
    VehiclePhysicsControl,
    WheelPhysicsControl,
)

CAR = "vehicle.lincoln.mkz_2020"
_G = 9.81
# Full throttle through the gears, a bend, coasting, brakes to a lower gear, throttle again, handbrake in a bend.
_DRIVE = (
    (7.0, VehicleControl(throttle=1.0)),
    (2.0, VehicleControl(throttle=0.4, steer=0.2)),
    (2.0, VehicleControl()),
    (1.5, VehicleControl(brake=0.8)),
    (2.0, VehicleControl(throttle=0.6, steer=-0.6)),
    (2.0, VehicleControl(steer=0.4, hand_brake=True)),
)


def _driven(make_yard: Any, change: Any) -> np.ndarray:
    """Where a car is and how fast after each part of the drive, and what its engine does; ``change`` edits its control."""
    yard = make_yard()
    car = yard.spawn(CAR, (0.0, 0.0, 0.0))
    yard.run(0.5)
    yard.physics.apply_physics_control(car, change(yard.physics.physics_control(car)))
    seen: list[float] = []
    for duration_s, control in _DRIVE:
        yard.physics.apply_vehicle_control(car, control)
        for _ in range(2):
            yard.run(duration_s / 2)
            told = yard.physics.telemetry(car)
            seen += [*yard.at(car), *yard.rotation(car), *yard.velocity(car), told.engine_rpm]
    return np.array(seen)


def _changed(name: str) -> Any:
    """An edit of one field, named as in WITHOUT_EFFECT."""
    group, _, field = name.rpartition(".")

    def other(value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, tuple):  # points of a curve: their y; of a position: all of it
            return tuple((x, 0.7 * y) for x, y in value) if isinstance(value[0], tuple) else tuple(v + 20.0 for v in value)
        return 0.6 * value

    def edit(control: VehiclePhysicsControl) -> VehiclePhysicsControl:
        if group == "center_of_mass":
            moved = [v + 0.15 * (axis == field) for v, axis in zip(control.center_of_mass, "xyz", strict=True)]
            return replace(control, center_of_mass=tuple(moved))
        if group:
            parts = tuple(replace(part, **{field: other(getattr(part, field))}) for part in getattr(control, group))
            return replace(control, **{group: parts})
        return replace(control, **{field: other(getattr(control, field))})

    return edit


_NAMES = (
    *(f.name for f in fields(VehiclePhysicsControl) if f.name not in {"wheels", "forward_gears", "center_of_mass"}),
    *(f"center_of_mass.{axis}" for axis in "xyz"),
    *(f"forward_gears.{f.name}" for f in fields(GearPhysicsControl)),
    *(f"wheels.{f.name}" for f in fields(WheelPhysicsControl)),
)


@pytest.fixture(scope="module")
def untouched() -> dict[str, np.ndarray]:
    """The drive of the car as it is, once it was driven."""
    return {}


@pytest.mark.parametrize("name", _NAMES)
def test_every_field_acts_or_is_named_among_those_without_effect(
    make_yard: Any, untouched: dict[str, np.ndarray], name: str
) -> None:
    if not untouched:
        untouched["drive"] = _driven(make_yard, lambda control: control)
    difference = np.abs(_driven(make_yard, _changed(name)) - untouched["drive"]).max()
    if name in WITHOUT_EFFECT:
        assert difference == 0.0
    else:
        assert difference > 1e-3


def test_the_table_of_those_without_effect_names_fields_and_stands_in_the_readme() -> None:
    assert set(_NAMES) >= WITHOUT_EFFECT
    text = (Path(carlite.__file__).parent / "README.md").read_text()
    listed = re.search(r"Of a vehicle's physics control these change nothing\s+that shows:(.*?)\.\n", text, re.DOTALL)
    assert listed is not None
    for name in WITHOUT_EFFECT - {"center_of_mass.y"}:
        assert f"`{name.rpartition('.')[2]}`" in listed[1]
    assert "sideways" in listed[1]
    assert listed[1].count("`") == 2 * (len(WITHOUT_EFFECT) - 1)


def _physx_force(slip: float, stiffness: float, limit: float) -> float:
    """PxVehicleComputeTireForceDefault without side slip: smoothingFunction1 of K times friction times load."""
    k = min(abs(slip) * stiffness / limit, 3.0)
    return math.copysign(limit * (k - k * k / 3.0 + k**3 / 27.0), slip)


def _with(yard: Any, car: Any, *, long_stiff: float, **more: Any) -> VehiclePhysicsControl:
    control = yard.physics.physics_control(car)
    wheels = tuple(replace(wheel, long_stiff_value=long_stiff) for wheel in control.wheels)
    control = replace(control, wheels=wheels, drag_coefficient=0.0, **more)
    yard.physics.apply_physics_control(car, control)
    return control


@pytest.mark.parametrize("long_stiff", [40.0, 100.0])
def test_a_strong_engine_on_soft_tyres_pulls_as_physx_slip_allows(flat: Any, long_stiff: float) -> None:
    """Its wheels turn as fast as the limiter lets them; the rest is one differential equation for the speed of the car."""
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    flat.run(1.0)
    gear = (GearPhysicsControl(ratio=4.0, down_ratio=0.0, up_ratio=1.0),)
    control = _with(
        flat, car, long_stiff=long_stiff, torque_curve=((0.0, 5000.0), (6000.0, 5000.0)), max_rpm=4000.0,
        forward_gears=gear, final_ratio=4.0, use_gear_autobox=False,
    )  # fmt: skip
    rim_mps = 4000.0 / 60.0 * 2.0 * math.pi / 16.0 * control.wheels[0].radius / 100.0
    limit = 0.3 * control.wheels[0].tire_friction * control.mass * _G
    flat.physics.apply_vehicle_control(car, VehicleControl(throttle=1.0))
    speed, dt = flat.velocity(car)[0], 1e-3
    for _ in range(5):
        flat.run(1.0)
        for _ in range(1000):
            slip = (rim_mps - speed) / max(speed, 4.0)
            force = min(_physx_force(slip, 4.0 * long_stiff * _G, limit), 0.97 * limit) - 0.012 * control.mass * _G
            speed += force / control.mass * dt
        assert flat.velocity(car)[0] == pytest.approx(speed, rel=0.04)
        omega = np.mean([wheel.omega for wheel in flat.physics.telemetry(car).wheels])  # of a differential's four shafts
        assert omega * control.wheels[0].radius / 100.0 == pytest.approx(rim_mps, rel=0.04)


def test_locked_soft_tyres_brake_by_what_slip_one_gives(flat: Any) -> None:
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    flat.run(1.0)
    control = _with(flat, car, long_stiff=40.0)
    limit = 0.3 * control.wheels[0].tire_friction * control.mass * _G
    flat.push_to(car, (20.0, 0.0, 0.0))
    flat.physics.apply_vehicle_control(car, VehicleControl(brake=1.0, manual_gear_shift=True, gear=0))
    flat.run(2.0)
    slows = 0.97 * _physx_force(1.0, 4.0 * 40.0 * _G, limit) / control.mass + 0.012 * _G
    assert flat.velocity(car)[0] == pytest.approx(20.0 - 2.0 * slows, rel=0.02)
    assert slows < 1.5


def test_told_slip_is_the_force_over_the_stiffness(flat: Any) -> None:
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    flat.run(1.0)
    control = _with(flat, car, long_stiff=200.0)
    flat.push_to(car, (15.0, 0.0, 0.0))
    flat.physics.apply_vehicle_control(car, VehicleControl(throttle=0.5))
    flat.run(0.5)
    for wheel in flat.physics.telemetry(car).wheels:
        limit = 0.3 * control.wheels[0].tire_friction * wheel.tire_load
        assert _physx_force(wheel.long_slip, 200.0 * _G, limit) == pytest.approx(wheel.long_force, rel=0.15)


def test_the_presets_stiffness_changes_nothing(make_yard: Any) -> None:
    assert (_driven(make_yard, lambda control: control) == _driven(make_yard, _same_stiffness)).all()


def _same_stiffness(control: VehiclePhysicsControl) -> VehiclePhysicsControl:
    return replace(control, wheels=tuple(replace(wheel, long_stiff_value=3000.0) for wheel in control.wheels))


@pytest.mark.parametrize("type_id", [b.id for b in library.blueprints() if b.kind is Kind.VEHICLE and len(b.wheels) == 4])
def test_of_two_vehicles_the_one_on_stiffer_tyres_is_in_front(make_yard: Any, type_id: str) -> None:
    """CARLA's own smoke test of every four-wheeler (test_vehicle_tire_long_stiff), and that softer ones still drive."""
    way_m = []
    for long_stiff in (100.0, 300.0, 2000.0):
        yard = make_yard()
        vehicle = yard.spawn(type_id, (0.0, 0.0, 0.0))
        yard.run(0.5)
        _with(yard, vehicle, long_stiff=long_stiff)
        yard.physics.apply_vehicle_control(vehicle, VehicleControl(throttle=1.0))
        yard.run(5.0)
        way_m.append(yard.at(vehicle)[0])
    assert 1.0 < way_m[0] < way_m[1] <= way_m[2]
    assert way_m[2] > 1.02 * way_m[0]
