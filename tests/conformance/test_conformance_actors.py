"""Spawning, destroying, attaching, batches, poses, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import carla
import pytest

Make = Callable[..., Any]
Ticks = Callable[[int], int]
_CAR = "vehicle.tesla.model3"


def test_a_spawned_actor_is_what_was_asked_for(world: Any, spawn: Make) -> None:
    car = spawn(_CAR, color="17,37,103", role_name="probe")
    assert (car.type_id, car.attributes["color"], car.attributes["role_name"]) == (_CAR, "17,37,103", "probe")
    assert car.is_alive
    assert world.get_actor(car.id).type_id == _CAR
    extent = car.bounding_box.extent
    assert (extent.x, extent.y, extent.z) == pytest.approx((2.396, 1.082, 0.744), abs=0.02)
    assert list(car.semantic_tags) == [14]


def test_two_cars_do_not_fit_in_one_place(world: Any, spawn: Make, place: Make) -> None:
    spawn(_CAR, place())
    blueprint = world.get_blueprint_library().find("vehicle.audi.tt")
    assert world.try_spawn_actor(blueprint, place()) is None
    with pytest.raises(RuntimeError, match="Spawn failed because of collision at spawn position"):
        world.spawn_actor(blueprint, place())


def test_a_destroyed_actor_is_gone(world: Any, spawn: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    assert car.destroy()
    assert not car.is_alive
    ticks(1)
    assert world.get_actors().find(car.id) is None
    with pytest.raises(RuntimeError, match="destroyed actor"):
        car.destroy()


def test_ids_are_not_used_twice(spawn: Make, place: Make) -> None:
    first = spawn(_CAR)
    number = first.id
    first.destroy()
    assert spawn(_CAR, place(20.0)).id > number


def test_actors_come_in_the_order_in_which_they_are_asked_for(world: Any, spawn: Make, place: Make) -> None:
    one, two = spawn(_CAR, place()).id, spawn("vehicle.audi.tt", place(20.0)).id
    assert [actor.id for actor in world.get_actors([two, 987654, one])] == [two, one]
    assert world.get_actor(987654) is None


def test_actors_are_active_until_they_are_destroyed(spawn: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    assert (car.is_alive, car.is_active, car.is_dormant) == (True, True, False)
    car.destroy()
    ticks(1)
    assert not car.is_alive


def test_what_follows_a_spawn_is_done_to_the_new_actor(bench: Any, world: Any, place: Make, ticks: Ticks) -> None:
    command, blueprint = carla.command, world.get_blueprint_library().find(_CAR)
    lights = carla.VehicleLightState(carla.VehicleLightState.Fog)
    chain = command.SpawnActor(blueprint, place(0.0, 0.0, 1.0))
    chain = chain.then(command.SetSimulatePhysics(command.FutureActor, False))
    chain = chain.then(command.ApplyWalkerControl(command.FutureActor, carla.WalkerControl()))  # fails, and nobody hears of it
    chain = chain.then(command.SetVehicleLightState(command.FutureActor, lights))
    answer = bench.client.apply_batch_sync([chain], True)[0]
    assert not answer.has_error()
    ticks(5)
    car = world.get_actor(answer.actor_id)
    assert car.get_light_state() == lights
    assert car.get_location().z == pytest.approx(place(0.0, 0.0, 1.0).location.z, abs=0.05)


def test_a_batch_reports_each_command(bench: Any, world: Any, place: Make, ticks: Ticks) -> None:
    command, blueprint = carla.command, world.get_blueprint_library().find(_CAR)
    spawned = bench.client.apply_batch_sync(
        [
            command.SpawnActor(blueprint, place()).then(command.SetSimulatePhysics(command.FutureActor, False)),
            command.SpawnActor(blueprint, place()),
            command.DestroyActor(987654),
        ],
        True,
    )
    assert [answer.has_error() for answer in spawned] == [False, True, True]
    assert "collision at spawn position" in spawned[1].error
    assert spawned[2].error == "unable to destroy actor: not found"
    car = world.get_actor(spawned[0].actor_id)
    answers = bench.client.apply_batch_sync(
        [
            command.ApplyTransform(car.id, place(10.0)),
            command.SetVehicleLightState(car.id, carla.VehicleLightState.Position),
            command.ApplyVehicleControl(car.id, carla.VehicleControl(steer=0.25)),
        ],
        True,
    )
    assert [(answer.has_error(), answer.actor_id) for answer in answers] == [(False, car.id)] * 3
    assert car.get_location().distance(place(10.0).location) < 0.1
    assert car.get_light_state() == carla.VehicleLightState.Position
    assert car.get_control().steer == pytest.approx(0.25)
    assert bench.client.apply_batch_sync([], False) == []


def test_a_pose_holds_from_the_next_tick_on(world: Any, spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    car.set_simulate_physics(False)
    ticks(1)
    before, wanted = car.get_location(), place(15.0, 0.0, 1.0, turn_deg=20.0)
    car.set_transform(wanted)
    assert car.get_location().distance(before) < 1e-3
    ticks(1)
    seen = car.get_transform()
    assert seen.location.distance(wanted.location) < 1e-2
    assert (seen.rotation.yaw - wanted.rotation.yaw) % 360.0 == pytest.approx(0.0, abs=1e-2)
    car.set_location(place().location)
    ticks(1)
    assert (car.get_transform().rotation.yaw - wanted.rotation.yaw) % 360.0 == pytest.approx(0.0, abs=1e-2)


def test_what_is_attached_follows(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    mount = carla.Transform(carla.Location(x=1.5, z=2.0), carla.Rotation(yaw=90.0))
    sensor = spawn("sensor.other.imu", mount, parent=car)
    car.set_transform(place(20.0, turn_deg=45.0))
    ticks(3)
    expected = car.get_transform().transform(mount.location)
    assert sensor.get_location().distance(expected) < 0.1
    turn = sensor.get_transform().rotation.yaw - car.get_transform().rotation.yaw
    assert turn % 360.0 == pytest.approx(90.0, abs=0.5)


def test_commands_to_the_wrong_kind_of_actor_say_so(bench: Any, spawn: Make, place: Make) -> None:
    car, walker = spawn(_CAR), spawn("walker.pedestrian.0001", place(10.0, 0.0, 1.0))
    command = carla.command
    answers = bench.client.apply_batch_sync(
        [
            command.ApplyVehicleControl(walker.id, carla.VehicleControl()),
            command.ApplyWalkerControl(car.id, carla.WalkerControl()),
            command.SetVehicleLightState(walker.id, carla.VehicleLightState.Brake),
            command.ApplyTargetVelocity(123456, carla.Vector3D()),
        ]
    )
    wrong = [f"Actor does not match the expected type.  Actor Id: {actor.id}" for actor in (walker, car, walker)]
    missing = "Actor could not be found in the registry.  Actor Id: 123456"
    assert [answer.error.split(": ", 1)[1] for answer in answers] == [*wrong, missing]


def test_an_attached_actor_needs_its_parent(bench: Any, world: Any, ticks: Ticks) -> None:
    blueprint = world.get_blueprint_library().find("sensor.other.imu")
    where = carla.Transform(carla.Location(3.0, 4.0, 50.0))
    answer = bench.client.apply_batch_sync([carla.command.SpawnActor(blueprint, where, 987654)], True)[0]
    assert answer.error == "unable to attach actor: parent actor not found"
    left = world.get_actors().filter("sensor.other.imu")
    assert len(left) == 1  # it was made before its parent was looked for
    assert left[0].get_location().distance(where.location) < 0.01
    assert left[0].destroy()


def test_who_is_to_be_attached_needs_room_at_its_pose_taken_for_one_in_the_world(world: Any, spawn: Make, place: Make) -> None:
    car, other = spawn(_CAR, place()), spawn(_CAR, place(20.0))
    walker = world.get_blueprint_library().find("walker.pedestrian.0001")
    inside = carla.Transform(carla.Location(z=100.0))
    rider = world.try_spawn_actor(walker, inside, attach_to=car)
    assert rider is not None
    truck = world.get_blueprint_library().find("vehicle.carlamotors.carlacola")
    assert world.try_spawn_actor(truck, other.get_transform(), attach_to=car) is None


def test_children_outlive_their_parent_and_keep_its_name(bench: Any, world: Any, spawn: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    eye = spawn("sensor.other.gnss", carla.Transform(carla.Location(z=2.0)), parent=car)
    before = eye.get_location()
    assert car.destroy()
    ticks(3)
    assert eye.get_location().distance(before) < 0.1
    assert world.get_actors().find(eye.id) is not None
    data: list[Any] = []
    eye.listen(data.append)
    ticks(2)
    eye.stop()
    assert eye.destroy()


def test_rotations_are_told_within_half_a_turn(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    car.set_simulate_physics(False)
    pose = place(0.0, 0.0, 5.0)
    pose.rotation = carla.Rotation(pitch=100.0, yaw=350.0, roll=200.0)
    car.set_transform(pose)
    ticks(1)
    told = car.get_transform().rotation
    assert (told.pitch, told.yaw, told.roll) == pytest.approx((80.0, 170.0, 20.0), abs=0.05)


def test_a_thing_without_a_body_cannot_be_pushed(bench: Any, world: Any) -> None:
    lights = world.get_actors().filter("traffic.traffic_light")
    if not len(lights):
        pytest.skip("a map without traffic lights")
    command, light, push = carla.command, lights[0].id, carla.Vector3D(x=1.0)
    orders = {
        "set_actor_target_velocity": command.ApplyTargetVelocity(light, push),
        "add_actor_impulse": command.ApplyImpulse(light, push),
        "add_actor_force": command.ApplyForce(light, push),
        "add_actor_torque": command.ApplyTorque(light, push),
        "set_actor_simulate_physics": command.SetSimulatePhysics(light, False),
        "set_actor_enable_gravity": command.SetEnableGravity(light, False),
    }
    answers = bench.client.apply_batch_sync(list(orders.values()), False)
    expected = [f"Responding error from function {name}: unknown error.  Actor Id: {light}" for name in orders]
    assert [answer.error for answer in answers] == expected


def test_a_sensor_that_another_client_destroyed_is_silent(bench: Any, world: Any, spawn: Make, ticks: Ticks) -> None:
    ear = spawn("sensor.other.imu")
    bench.client.apply_batch_sync([carla.command.DestroyActor(ear.id)], True)
    heard: list[Any] = []
    ear.listen(heard.append)
    ticks(3)
    ear.stop()
    assert heard == []


def test_wrong_attributes_are_refused(world: Any) -> None:
    blueprint = world.get_blueprint_library().find(_CAR)
    with pytest.raises(ValueError, match="3 channels"):
        blueprint.set_attribute("color", "not a colour")
    with pytest.raises(IndexError):
        world.get_blueprint_library().find("vehicle.no.such")


def test_a_projection_from_an_actor_passes_the_actor(world: Any, spawn: Make, place: Make, ticks: Ticks) -> None:
    walker = spawn("walker.pedestrian.0001", place(0.0, 0.0, 1.0))
    ticks(30)
    below = world.ground_projection(walker.get_location(), 5.0)
    assert below is not None
    assert below.label in {carla.CityObjectLabel.Roads, carla.CityObjectLabel.RoadLines, carla.CityObjectLabel.Sidewalks}
    assert walker.get_location().z - below.location.z == pytest.approx(walker.bounding_box.extent.z, abs=0.1)


def test_a_camera_on_a_spring_arm_hangs_behind_and_looks_at_the_car(world: Any, spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    ticks(20)
    blueprint = world.get_blueprint_library().find("sensor.other.gnss")
    offset = carla.Transform(carla.Location(x=-6.0, z=3.0), carla.Rotation(pitch=8.0))
    eye = world.spawn_actor(blueprint, offset, attach_to=car, attachment_type=carla.AttachmentType.SpringArmGhost)
    try:
        ticks(2)
        seen, rigid = eye.get_transform(), car.get_transform().transform(carla.Location(x=-6.0, z=3.0))
        assert seen.location.distance(rigid) < 0.1
        assert seen.rotation.pitch == pytest.approx(8.0 - 26.565, abs=0.5)
        assert (seen.rotation.yaw - car.get_transform().rotation.yaw + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.5)
    finally:
        eye.destroy()


def test_hidden_vehicles_must_be_vehicles(world: Any, spawn: Make, place: Make) -> None:
    car, walker = spawn(_CAR), spawn("walker.pedestrian.0001", place(10.0, 0.0, 1.0))
    eye = spawn("sensor.camera.depth", place(0.0, 0.0, 5.0))
    eye.set_ignored_vehicles([car.id])
    with pytest.raises(RuntimeError, match="is not a vehicle"):
        eye.set_ignored_vehicles([walker.id])
    with pytest.raises(RuntimeError, match="Target Actor Id: 123456"):
        eye.set_ignored_vehicles([car.id, 123456])
