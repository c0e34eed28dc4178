"""What falls: vehicles on side and roof, people who are run over, bodies that are turned by forces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import carla
import pytest

Make = Callable[..., Any]
CAR = "vehicle.tesla.model3"


@pytest.mark.parametrize("roll_deg", [180.0, 95.0])
def test_a_car_that_is_put_down_on_roof_or_side_does_not_drive(spawn: Make, place: Make, ticks: Make, roll_deg: float) -> None:
    pose = place(0.0, 0.0, 2.5)
    car = spawn(CAR, place())
    ticks(20)
    pose.rotation.roll = roll_deg
    car.set_transform(pose)
    ticks(80)
    before = car.get_location()
    assert car.get_transform().get_up_vector().z < 0.4
    car.apply_control(carla.VehicleControl(throttle=1.0))
    ticks(40)
    assert car.get_location().distance(before) < 1.0
    assert car.get_velocity().length() < 0.5


def test_an_angular_impulse_rolls_a_floating_car(spawn: Make, place: Make, ticks: Make) -> None:
    car = spawn(CAR, place(0.0, 0.0, 3.0))
    car.set_enable_gravity(False)
    ticks(2)
    pose = car.get_transform()
    ahead, side = pose.get_forward_vector(), pose.get_right_vector()
    car.add_angular_impulse(ahead * (4e5 * car.get_physics_control().mass))  # degrees kg cm^2/s
    ticks(2)
    spin = car.get_angular_velocity()
    assert spin.dot(ahead) > 10.0
    assert abs(spin.dot(side)) < 1.0
    assert car.get_transform().rotation.roll < -0.5  # turning ahead raises the right side


def test_a_mortal_walker_who_is_run_over_falls_and_goes(world: Any, spawn: Make, place: Make, ticks: Make) -> None:
    blueprint = world.get_blueprint_library().filter("walker.pedestrian.*")[0]
    blueprint.set_attribute("is_invincible", "false")
    car, walker = spawn(CAR, place()), world.spawn_actor(blueprint, place(12.0, 0.0, 1.0))
    ticks(20)
    car.set_target_velocity(car.get_transform().get_forward_vector() * 10.0)
    ticks(30)
    car.apply_control(carla.VehicleControl(brake=1.0))
    ticks(60)
    assert abs(walker.get_transform().get_up_vector().z) < 0.5
    walker_id = walker.id
    assert world.get_snapshot().has_actor(walker_id)
    ticks(240)
    assert not world.get_snapshot().has_actor(walker_id)
