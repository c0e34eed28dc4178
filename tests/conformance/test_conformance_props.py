"""Loose props: where they are put until physics moves them, then bodies that fall, bounce, roll and are knocked away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import carla
import pytest

Make = Callable[..., Any]
BARREL, CONE = "static.prop.barrel", "static.prop.constructioncone"


def test_props_stay_where_they_are_put_until_physics_is_switched_on(spawn: Make, place: Make, ticks: Make) -> None:
    barrel = spawn(BARREL, place(0.0, 0.0, 3.0))
    ticks(2)
    before = barrel.get_location()
    ticks(20)
    assert barrel.get_location().distance(before) < 1e-3
    barrel.set_simulate_physics(True)
    ticks(10)
    fallen = before.z - barrel.get_location().z
    assert fallen == pytest.approx(0.5 * 9.8 * 0.25, abs=0.3)
    assert barrel.get_velocity().z == pytest.approx(-4.9, abs=0.6)
    ticks(60)
    assert before.z - barrel.get_location().z > 2.0
    assert barrel.get_velocity().length() < 0.3


def test_a_prop_that_is_turned_hard_tips_over_and_tells_its_rotation(spawn: Make, place: Make, ticks: Make) -> None:
    barrel = spawn(BARREL, place())
    barrel.set_simulate_physics(True)
    ticks(40)
    pose = barrel.get_transform()
    assert abs(pose.rotation.pitch) < 3.0
    assert abs(pose.rotation.roll) < 3.0
    barrel.add_angular_impulse(pose.get_right_vector() * 1.2e7)  # degrees kg cm^2/s
    ticks(3)
    assert barrel.get_angular_velocity().length() > 20.0
    tilts = []
    for _ in range(40):
        ticks(1)
        tilts.append(barrel.get_transform().get_up_vector().z)
    assert min(tilts) < 0.5


def test_a_car_knocks_a_prop_away_and_both_feel_it(world: Any, spawn: Make, place: Make, ticks: Make) -> None:
    car, barrel = spawn("vehicle.tesla.model3", place()), spawn(BARREL, place(12.0))
    barrel.set_simulate_physics(True)
    sensor = world.spawn_actor(world.get_blueprint_library().find("sensor.other.collision"), carla.Transform(), attach_to=car)
    felt: list[Any] = []
    sensor.listen(felt.append)
    ticks(40)
    before = barrel.get_location()
    car.set_target_velocity(car.get_transform().get_forward_vector() * 12.0)
    ticks(30)
    sensor.stop()
    sensor.destroy()
    hits = [event for event in felt if event.other_actor is not None and event.other_actor.id == barrel.id]
    assert hits
    assert max(event.normal_impulse.length() for event in hits) > 50.0
    assert barrel.get_location().distance(before) > 3.0
    assert car.get_velocity().length() > 8.0


def test_dirt_on_the_road_is_driven_over_without_a_collision(world: Any, spawn: Make, place: Make, ticks: Make) -> None:
    dirt, car = spawn("static.prop.dirtdebris01", place(12.0)), spawn("vehicle.tesla.model3", place())
    dirt.set_simulate_physics(False)
    sensor = world.spawn_actor(world.get_blueprint_library().find("sensor.other.collision"), carla.Transform(), attach_to=car)
    felt: list[Any] = []
    sensor.listen(felt.append)
    ticks(40)
    start = car.get_location()
    car.set_target_velocity(car.get_transform().get_forward_vector() * 12.0)
    ticks(40)
    sensor.stop()
    sensor.destroy()
    assert car.get_location().distance(start) > 16.0
    assert [event for event in felt if event.other_actor is not None and event.other_actor.id == dirt.id] == []


def test_pushes_act_on_a_floating_prop(spawn: Make, place: Make, ticks: Make) -> None:
    cone = spawn(CONE, place(0.0, 0.0, 3.0))
    cone.set_simulate_physics(True)
    cone.set_enable_gravity(False)
    cone.set_target_velocity(carla.Vector3D(0.0, 0.0, 0.0))
    ticks(10)
    where = cone.get_location()
    cone.set_target_velocity(carla.Vector3D(0.0, 0.0, 1.0))
    ticks(20)
    assert cone.get_location().z - where.z == pytest.approx(1.0, abs=0.15)
    cone.set_target_angular_velocity(carla.Vector3D(0.0, 0.0, 45.0))
    ticks(5)
    assert cone.get_angular_velocity().z == pytest.approx(45.0, abs=5.0)
    cone.set_simulate_physics(False)
    ticks(2)
    where = cone.get_location()
    ticks(10)
    assert cone.get_location().distance(where) < 1e-3


def test_a_prop_that_fell_over_is_recorded_and_replayed(bench: Any, world: Any, spawn: Make, place: Make, ticks: Make) -> None:
    name = "conformance_prop.log"
    bench.client.start_recorder(name, False)
    barrel = spawn(BARREL, place(0.0, 0.0, 1.5))
    barrel.set_simulate_physics(True)
    barrel.set_target_velocity(carla.Vector3D(3.0, 0.0, 0.0))
    track = []
    for _ in range(40):
        ticks(1)
        track.append(barrel.get_location())
    actor_id = barrel.id
    assert track[-1].distance(track[0]) > 1.5
    barrel.destroy()
    ticks(2)
    bench.client.stop_recorder()
    bench.client.replay_file(name, 0.0, 0.0, 0)
    shown = []
    for _ in range(36):
        ticks(1)
        again = world.get_actor(actor_id)
        shown.append(again.get_location())
    assert again.type_id == BARREL
    worst = max(min(seen.distance(was) for was in track[max(k - 2, 0) : k + 3]) for k, seen in enumerate(shown[3:], 3))
    assert worst < 0.05
    bench.client.stop_replayer(True)


def test_a_prop_that_the_client_holds_stops_a_car_like_a_wall(spawn: Make, place: Make, ticks: Make) -> None:
    car, barrel = spawn("vehicle.tesla.model3", place()), spawn(BARREL, place(12.0))
    barrel.set_simulate_physics(False)
    ticks(40)
    before = barrel.get_location()
    car.set_target_velocity(car.get_transform().get_forward_vector() * 10.0)
    ticks(40)
    assert barrel.get_location().distance(before) < 1e-3
    assert car.get_location().distance(before) > 1.5
    assert car.get_velocity().length() < 3.0
