"""Forces, velocities and switches of physics; controls, mechanics and telemetry of vehicles; walking."""

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


def test_a_walker_goes_as_fast_as_speed_and_direction_tell(spawn: Make, place: Make, ticks: Ticks) -> None:
    walker = spawn("walker.pedestrian.0001", place(0.0, 0.0, 1.0))
    ticks(20)
    ahead = place(0.0).get_forward_vector()
    for direction, speed, expected in ((ahead, 2.0, 2.0), (0.5 * ahead, 2.0, 1.0), (ahead, -1.0, -1.0)):
        walker.apply_control(carla.WalkerControl(direction, speed))
        ticks(20)
        assert walker.get_velocity().dot(ahead) == pytest.approx(expected, abs=0.1)
        assert walker.get_control().speed == pytest.approx(speed)
