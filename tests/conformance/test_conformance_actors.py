"""Spawning, destroying, batches, poses, physics verbs, controls, lights, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import carla
import pytest

Make = Callable[..., Any]
Ticks = Callable[[int], int]
_CAR = "vehicle.tesla.model3"


def _mass(car: Any) -> float:
    return float(car.get_physics_control().mass)


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


def test_an_impulse_changes_the_velocity_by_its_share_of_the_mass(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    car.apply_control(carla.VehicleControl(manual_gear_shift=True, gear=0))  # out of gear: nothing brakes
    ticks(30)
    ahead = place().get_forward_vector()
    before = car.get_velocity()
    car.add_impulse(ahead * (3.0 * _mass(car)))
    ticks(1)
    change = car.get_velocity() - before
    assert change.dot(ahead) == pytest.approx(3.0, abs=0.3)


def test_a_force_acts_for_one_tick(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    car.apply_control(carla.VehicleControl(manual_gear_shift=True, gear=0))
    ticks(30)
    ahead = place().get_forward_vector()
    before = car.get_velocity()
    car.add_force(ahead * (20.0 * _mass(car)))  # 20 m/s^2 for 0.05 s
    ticks(1)
    after_one = (car.get_velocity() - before).dot(ahead)
    ticks(1)
    after_two = (car.get_velocity() - before).dot(ahead)
    assert after_one == pytest.approx(1.0, abs=0.25)
    assert after_two == pytest.approx(after_one, abs=0.25)


def test_a_constant_velocity_is_held_in_the_actors_frame(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    ticks(20)
    start = car.get_location()
    car.enable_constant_velocity(carla.Vector3D(5.0, 0.0, 0.0))
    ticks(40)
    gone = car.get_location() - start
    assert gone.dot(place().get_forward_vector()) == pytest.approx(10.0, abs=1.0)
    assert car.get_velocity().length() == pytest.approx(5.0, abs=0.5)
    car.disable_constant_velocity()
    car.apply_control(carla.VehicleControl(brake=1.0))
    ticks(40)
    assert car.get_velocity().length() < 0.5


def test_a_constant_velocity_can_lift_a_car(spawn: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    ticks(20)
    height = car.get_location().z
    car.enable_constant_velocity(carla.Vector3D(0.0, 0.0, 4.0))
    ticks(20)
    assert 2.5 < car.get_location().z - height < 4.5
    car.disable_constant_velocity()
    ticks(60)
    assert car.get_location().z - height < 0.5


def test_a_target_velocity_is_given_once(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    ticks(20)
    car.set_target_velocity(place().get_forward_vector() * 8.0)
    ticks(1)
    assert car.get_velocity().length() == pytest.approx(8.0, abs=0.6)
    car.apply_control(carla.VehicleControl(brake=1.0))
    ticks(60)
    assert car.get_velocity().length() < 0.5


def test_without_gravity_things_float_and_with_it_they_fall(spawn: Make, place: Make, ticks: Ticks) -> None:
    floating = spawn(_CAR, place(0.0, 0.0, 5.0))
    floating.set_enable_gravity(False)
    floating.set_target_velocity(carla.Vector3D())
    ticks(1)
    height = floating.get_location().z
    ticks(10)
    assert floating.get_location().z == pytest.approx(height, abs=0.3)
    floating.set_enable_gravity(True)
    ticks(10)
    assert floating.get_location().z < height - 0.5


def test_without_physics_an_actor_stays(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR, place(0.0, 0.0, 4.0))
    car.set_simulate_physics(False)
    ticks(1)
    height = car.get_location().z
    car.apply_control(carla.VehicleControl(throttle=1.0))
    ticks(10)
    assert car.get_location().z == pytest.approx(height, abs=1e-3)


def test_a_car_drives_brakes_and_tells_its_control(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    ticks(20)
    start = car.get_location()
    car.apply_control(carla.VehicleControl(throttle=0.8))
    ticks(60)
    assert (car.get_location() - start).dot(place().get_forward_vector()) > 5.0
    assert car.get_control().throttle == pytest.approx(0.8)
    assert car.get_control().gear >= 1
    assert car.get_acceleration().length() > 0.1
    telemetry = car.get_telemetry_data()
    assert telemetry.speed == pytest.approx(car.get_velocity().length(), abs=0.5)
    assert telemetry.engine_rpm > 100.0
    car.apply_control(carla.VehicleControl(brake=1.0))
    ticks(80)
    assert car.get_velocity().length() < 0.5


def test_reverse_goes_back_and_steering_turns_right(spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    ticks(20)
    start = car.get_location()
    car.apply_control(carla.VehicleControl(throttle=0.6, reverse=True))
    ticks(40)
    assert (car.get_location() - start).dot(place().get_forward_vector()) < -0.5
    car.apply_control(carla.VehicleControl(brake=1.0))
    ticks(40)
    yaw = car.get_transform().rotation.yaw
    car.apply_control(carla.VehicleControl(throttle=0.5, steer=0.5))
    ticks(40)
    assert 2.0 < (car.get_transform().rotation.yaw - yaw) % 360.0 < 180.0
    assert car.get_wheel_steer_angle(carla.VehicleWheelLocation.FL_Wheel) > 5.0


def test_ackermann_control_reaches_its_speed(spawn: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    ticks(20)
    car.apply_ackermann_control(carla.VehicleAckermannControl(speed=6.0))
    ticks(160)
    assert car.get_velocity().length() == pytest.approx(6.0, abs=1.0)
    settings = car.get_ackermann_controller_settings()
    assert (settings.speed_kp, settings.speed_kd) == pytest.approx((0.15, 0.25))


def test_ackermann_control_shows_its_pedals(spawn: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    ticks(20)
    car.apply_ackermann_control(carla.VehicleAckermannControl(speed=8.0, steer=0.1))
    ticks(10)
    assert car.get_control().throttle > 0.0
    assert car.get_control().steer > 0.0
    car.apply_control(carla.VehicleControl(brake=1.0))
    ticks(2)
    assert car.get_control().throttle == 0.0


def test_new_physics_is_read_back(spawn: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    physics = car.get_physics_control()
    physics.mass = physics.mass + 500.0
    physics.max_rpm = 4321.0
    car.apply_physics_control(physics)
    ticks(1)
    again = car.get_physics_control()
    assert again.mass == pytest.approx(physics.mass)
    assert again.max_rpm == pytest.approx(4321.0)
    assert len(again.wheels) == 4
    assert car.get_location().z < 2.0


def test_two_wheelers_have_two_wheels_on_each_axle(spawn: Make, ticks: Ticks) -> None:
    bike = spawn("vehicle.yamaha.yzf")
    physics = bike.get_physics_control()
    wheels = list(physics.wheels)
    assert len(wheels) == 4
    for wheel in wheels:
        wheel.tire_friction = 2.25
    physics.wheels = wheels
    bike.apply_physics_control(physics)
    ticks(2)
    assert [wheel.tire_friction for wheel in bike.get_physics_control().wheels] == [2.25] * 4
    assert len(bike.get_telemetry_data().wheels) == 4


def test_vehicle_lights_are_read_back(world: Any, spawn: Make, ticks: Ticks) -> None:
    car = spawn(_CAR)
    wanted = carla.VehicleLightState(carla.VehicleLightState.LowBeam | carla.VehicleLightState.LeftBlinker)
    car.set_light_state(wanted)
    ticks(1)
    assert car.get_light_state() == wanted
    assert dict(world.get_vehicles_light_states())[car.id] == wanted
    car.set_light_state(carla.VehicleLightState.All)
    ticks(1)
    assert int(car.get_light_state()) == 0x7FF


def test_a_walker_walks_where_it_is_told(spawn: Make, place: Make, ticks: Ticks) -> None:
    walker = spawn("walker.pedestrian.0003", place(0.0, 0.0, 0.8))
    ticks(20)
    start, ahead = walker.get_location(), place().get_forward_vector()
    walker.apply_control(carla.WalkerControl(direction=ahead, speed=1.5))
    ticks(40)
    assert (walker.get_location() - start).dot(ahead) == pytest.approx(3.0, abs=0.5)
    assert walker.get_control().speed == pytest.approx(1.5)
    assert walker.get_velocity().length() == pytest.approx(1.5, abs=0.3)


def test_traffic_lights_obey(world: Any, ticks: Ticks) -> None:
    lights = world.get_actors().filter("traffic.traffic_light")
    if not len(lights):
        pytest.skip("a map without traffic lights")
    light = lights[0]
    light.set_green_time(7.0)
    light.set_state(carla.TrafficLightState.Green)
    world.freeze_all_traffic_lights(True)
    ticks(2)
    assert light.get_state() == carla.TrafficLightState.Green
    assert light.get_green_time() == pytest.approx(7.0)
    assert light.is_frozen()
    assert light.id in [other.id for other in light.get_group_traffic_lights()]
    assert light.get_opendrive_id()
    ticks(20)
    assert light.get_state() == carla.TrafficLightState.Green
    world.freeze_all_traffic_lights(False)
    world.reset_all_traffic_lights()
    ticks(1)
    assert not light.is_frozen()
    boxes = light.get_light_boxes()
    assert boxes
    assert min(box.location.distance(light.get_location()) for box in boxes) < 20.0
    assert all(0.1 < box.extent.z < 3.0 for box in boxes)


def test_a_vehicle_at_the_stop_line_is_told_what_its_light_shows(world: Any, spawn: Make, ticks: Ticks) -> None:
    lights = [light for light in world.get_actors().filter("traffic.traffic_light") if light.get_stop_waypoints()]
    if not lights:
        pytest.skip("a map without traffic lights that govern a lane")
    light = lights[0]
    stop = light.get_stop_waypoints()[0].transform
    stop.location.z += 0.3
    car = spawn(_CAR, stop)
    world.freeze_all_traffic_lights(True)
    shown = (
        carla.TrafficLightState.Red,
        carla.TrafficLightState.Green,
        carla.TrafficLightState.Yellow,
        carla.TrafficLightState.Red,
    )
    for state in shown:
        light.set_state(state)
        ticks(3)
        assert car.is_at_traffic_light()
        assert car.get_traffic_light().id == light.id
        assert car.get_traffic_light_state() == state
    car.set_location(stop.location - 25.0 * stop.get_forward_vector())
    ticks(3)
    assert not car.is_at_traffic_light()
    assert car.get_traffic_light_state() == carla.TrafficLightState.Green
    world.freeze_all_traffic_lights(False)
    world.reset_all_traffic_lights()


def test_a_set_state_holds_for_one_light_until_its_next_stage(world: Any, ticks: Ticks) -> None:
    world.reset_all_traffic_lights()
    ticks(1)
    lights = [
        light for light in world.get_actors().filter("traffic.traffic_light") if light.state == carla.TrafficLightState.Green
    ]
    if not lights:
        pytest.skip("a map without a green traffic light")
    light = lights[0]
    light.set_green_time(2.0)
    light.set_state(carla.TrafficLightState.Red)
    ticks(19)
    assert light.get_state() == carla.TrafficLightState.Red
    assert light.get_elapsed_time() == pytest.approx(1.0, abs=1e-3)  # the cycle goes on below
    assert all(other.get_state() == carla.TrafficLightState.Green for other in lights[1:])
    ticks(21)
    assert light.get_state() == carla.TrafficLightState.Yellow
    assert light.get_elapsed_time() == pytest.approx(0.0, abs=0.051)


def test_a_traffic_light_can_be_destroyed_until_the_next_load(bench: Any, world: Any, ticks: Ticks) -> None:
    lights = world.get_actors().filter("traffic.traffic_light")
    if not len(lights):
        pytest.skip("a map without traffic lights")
    before = len(lights)
    assert lights[0].destroy()
    ticks(50)
    world.reset_all_traffic_lights()
    world.freeze_all_traffic_lights(True)
    ticks(2)
    assert len(world.get_actors().filter("traffic.traffic_light")) == before - 1
    again = bench.client.reload_world(False)
    assert len(again.get_actors().filter("traffic.traffic_light")) == before


def test_collisions_are_told_to_the_sensor(spawn: Make, place: Make, ticks: Ticks) -> None:
    wall = spawn("vehicle.carlamotors.carlacola", place(12.0))
    car = spawn(_CAR, place())
    sensor = spawn("sensor.other.collision", carla.Transform(), parent=car)
    heard: list[Any] = []
    sensor.listen(heard.append)
    ticks(10)
    car.set_target_velocity(place().get_forward_vector() * 12.0)
    ticks(40)
    sensor.stop()
    assert heard
    assert (heard[0].actor.id, heard[0].other_actor.id) == (car.id, wall.id)
    impulse = heard[0].normal_impulse
    assert impulse.dot(place().get_forward_vector()) < 0.0


def test_without_collisions_a_car_drives_through(spawn: Make, place: Make, ticks: Ticks) -> None:
    spawn("vehicle.carlamotors.carlacola", place(12.0))
    car = spawn(_CAR, place())
    ticks(20)
    car.set_simulate_physics(False)
    car.set_collisions(False)
    car.set_transform(place(12.0))
    ticks(2)
    assert car.get_location().distance(place(12.0).location) < 0.5


def test_a_car_away_from_lights_is_told_none(spawn: Make) -> None:
    car = spawn(_CAR)
    assert car.get_traffic_light() is None
    assert car.get_speed_limit() > 0.0
    assert not car.is_at_traffic_light()


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


def test_a_control_that_does_not_stick_holds_for_one_tick(world: Any, place: Make, ticks: Ticks) -> None:
    blueprint = world.get_blueprint_library().find("vehicle.tesla.model3")
    blueprint.set_attribute("sticky_control", "false")
    car = world.spawn_actor(blueprint, place(0.0))
    try:
        ticks(20)
        car.apply_control(carla.VehicleControl(throttle=1.0))
        ticks(1)
        assert car.get_control().throttle == 1.0
        ticks(1)
        assert car.get_control().throttle == 0.0
        ticks(20)
        assert car.get_velocity().length() < 0.5
    finally:
        car.destroy()


def test_controls_are_told_back_as_given_and_reverse_is_a_gear(spawn: Make, ticks: Ticks) -> None:
    car = spawn("vehicle.tesla.model3")
    ticks(10)
    car.apply_control(carla.VehicleControl(throttle=2.0, steer=-3.0))
    ticks(1)
    assert (car.get_control().throttle, car.get_control().steer) == (2.0, -3.0)
    car.apply_control(carla.VehicleControl(manual_gear_shift=True, gear=-1))
    ticks(2)
    assert car.get_control().gear == -1
    assert car.get_control().reverse


def test_a_friction_trigger_shows_in_the_tyres(world: Any, spawn: Make, place: Make, ticks: Ticks) -> None:
    car = spawn("vehicle.tesla.model3")
    ticks(10)
    physics = car.get_physics_control()
    physics.drag_coefficient, wheels = 0.0, physics.wheels
    for wheel in wheels:
        wheel.tire_friction = 0.0
    physics.wheels = wheels
    car.apply_physics_control(physics)
    ticks(1)
    ahead = car.get_transform().get_forward_vector()
    car.set_target_velocity(10.0 * ahead)
    ticks(20)
    assert car.get_velocity().length() == pytest.approx(10.0, abs=1e-3)  # no grip, no drag: nothing slows it
    blueprint = world.get_blueprint_library().find("static.trigger.friction")
    blueprint.set_attribute("friction", "5.0")
    for axis in "xyz":
        blueprint.set_attribute(f"extent_{axis}", "2000.0")
    trigger = world.spawn_actor(blueprint, car.get_transform())
    ticks(3)
    assert car.get_physics_control().wheels[0].tire_friction == pytest.approx(5.0)
    trigger.destroy()
    ticks(2)
    assert car.get_physics_control().wheels[0].tire_friction == 0.0


def test_telemetry_has_a_sign_for_the_way_back(spawn: Make, ticks: Ticks) -> None:
    car = spawn("vehicle.tesla.model3")
    ticks(20)
    car.apply_control(carla.VehicleControl(throttle=0.5, reverse=True))
    ticks(40)
    speed = car.get_velocity().length()
    assert speed > 1.0
    assert car.get_telemetry_data().speed == pytest.approx(-speed, rel=0.02)
    assert all(wheel.omega < 0.0 for wheel in car.get_telemetry_data().wheels)


def test_wheels_are_turned_by_hand_where_physics_is_off_alone(spawn: Make, ticks: Ticks) -> None:
    car = spawn("vehicle.tesla.model3")
    wheel = carla.VehicleWheelLocation.FL_Wheel
    ticks(10)
    car.set_wheel_steer_direction(wheel, 20.0)
    ticks(2)
    assert car.get_wheel_steer_angle(wheel) == pytest.approx(0.0, abs=0.5)
    car.set_simulate_physics(False)
    car.set_wheel_steer_direction(wheel, 20.0)
    ticks(2)
    assert car.get_wheel_steer_angle(wheel) == pytest.approx(20.0)
    car.set_simulate_physics(True)
    ticks(5)
    assert car.get_wheel_steer_angle(wheel) == pytest.approx(0.0, abs=0.5)


def test_physics_with_fewer_wheels_changes_all_but_the_wheels(spawn: Make, ticks: Ticks) -> None:
    car = spawn("vehicle.tesla.model3")
    ticks(2)
    physics = car.get_physics_control()
    before = physics.wheels[0].tire_friction
    wheels = physics.wheels[:2]
    for wheel in wheels:
        wheel.tire_friction = 1.0
    physics.max_rpm, physics.wheels = 4321.0, wheels
    car.apply_physics_control(physics)
    ticks(2)
    after = car.get_physics_control()
    assert len(after.wheels) == 4
    assert after.wheels[0].tire_friction == pytest.approx(before)
    assert after.max_rpm == pytest.approx(4321.0)


def test_a_target_velocity_moves_what_physics_moves_alone(spawn: Make, place: Make, ticks: Ticks) -> None:
    car, walker = spawn("vehicle.tesla.model3"), spawn("walker.pedestrian.0001", place(20.0, 0.0, 1.0))
    ticks(20)
    car.set_simulate_physics(False)
    ticks(2)
    for actor in (car, walker):
        before = actor.get_location()
        actor.set_target_velocity(carla.Vector3D(5.0, 0.0, 0.0))
        actor.add_impulse(carla.Vector3D(500.0, 0.0, 0.0))
        ticks(5)
        assert actor.get_location().distance(before) < 0.01
        assert actor.get_velocity().length() < 0.1


def test_a_projection_from_an_actor_passes_the_actor(world: Any, spawn: Make, place: Make, ticks: Ticks) -> None:
    walker = spawn("walker.pedestrian.0001", place(0.0, 0.0, 1.0))
    ticks(30)
    below = world.ground_projection(walker.get_location(), 5.0)
    assert below is not None
    assert below.label in {carla.CityObjectLabel.Roads, carla.CityObjectLabel.RoadLines, carla.CityObjectLabel.Sidewalks}
    assert walker.get_location().z - below.location.z == pytest.approx(walker.bounding_box.extent.z, abs=0.1)


def test_a_walker_goes_as_fast_as_speed_and_direction_tell(spawn: Make, place: Make, ticks: Ticks) -> None:
    walker = spawn("walker.pedestrian.0001", place(0.0, 0.0, 1.0))
    ticks(20)
    ahead = place(0.0).get_forward_vector()
    for direction, speed, expected in ((ahead, 2.0, 2.0), (0.5 * ahead, 2.0, 1.0), (ahead, -1.0, -1.0)):
        walker.apply_control(carla.WalkerControl(direction, speed))
        ticks(20)
        assert walker.get_velocity().dot(ahead) == pytest.approx(expected, abs=0.1)
        assert walker.get_control().speed == pytest.approx(speed)


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
