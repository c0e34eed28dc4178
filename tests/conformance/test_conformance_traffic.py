"""The client's Traffic Manager drives: what it sets out to do depends on what the server tells of roads, lights and motion."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import carla
import pytest

Make = Callable[..., Any]
CAR = "vehicle.tesla.model3"
_STEP_S = 0.05


def _kph(actor: Any) -> float:
    return 3.6 * float(actor.get_velocity().length())


def _across(world: Any, actor: Any) -> float:
    """How far an actor is to the right of the middle of its lane, metres."""
    lane = world.get_map().get_waypoint(actor.get_location()).transform
    away, right = actor.get_location() - lane.location, lane.get_right_vector()
    return float(away.x * right.x + away.y * right.y)


def _past(actor: Any, pose: Any) -> float:
    """How far an actor's front is past a pose along the pose's direction, metres."""
    away, ahead = actor.get_location() - pose.location, pose.get_forward_vector()
    return float(away.x * ahead.x + away.y * ahead.y + actor.bounding_box.extent.x)


def test_it_drives_at_the_speed_that_it_is_told(manager: Any, driven: Make, ticks: Make) -> None:
    car = driven()
    manager.set_desired_speed(car, 20.0)
    ticks(140)
    assert _kph(car) == pytest.approx(20.0, abs=1.5)
    manager.vehicle_percentage_speed_difference(car, 20.0)
    ticks(120)
    assert _kph(car) == pytest.approx(0.8 * car.get_speed_limit(), rel=0.08)


@pytest.mark.parametrize("offset_m", [0.0, -0.6, 0.6])
def test_it_keeps_its_place_in_the_lane(world: Any, manager: Any, driven: Make, ticks: Make, offset_m: float) -> None:
    car = driven()
    manager.vehicle_lane_offset(car, offset_m)
    ticks(160)
    assert _across(world, car) == pytest.approx(offset_m, abs=0.15)


def test_it_stops_behind_who_stands(manager: Any, driven: Make, spawn: Make, place: Make, ticks: Make) -> None:
    wall = spawn("vehicle.audi.tt", place(50.0))
    wall.apply_control(carla.VehicleControl(brake=1.0))
    car = driven(place())
    manager.distance_to_leading_vehicle(car, 4.0)
    ticks(280)
    gap = wall.get_location().distance(car.get_location()) - wall.bounding_box.extent.x - car.bounding_box.extent.x
    assert _kph(car) < 0.5
    assert 2.0 < gap < 7.0


@pytest.mark.parametrize("sees", [True, False])
def test_it_looks_out_for_walkers_unless_told_not_to(
    manager: Any, driven: Make, spawn: Make, place: Make, ticks: Make, sees: bool
) -> None:
    walker = spawn("walker.pedestrian.0001", place(45.0, 0.0, 1.0))
    car = driven(place())
    manager.ignore_walkers_percentage(car, 0.0 if sees else 100.0)
    ticks(160)
    assert (_past(car, place(45.0)) > 5.0) is not sees
    assert walker.is_alive


@pytest.mark.parametrize("ignores", [False, True])
def test_it_obeys_lights_unless_told_not_to(world: Any, manager: Any, driven: Make, ticks: Make, ignores: bool) -> None:
    lights = [light for light in world.get_actors().filter("traffic.traffic_light") if light.get_stop_waypoints()]
    starts = [(light, stop, stop.previous(30.0)) for light in lights for stop in light.get_stop_waypoints()]
    usable = [(light, stop, before[0]) for light, stop, before in starts if before and not before[0].is_junction]
    if not usable:
        pytest.skip("a map without a traffic light that governs 30 m of lane")
    light, stop, before = usable[0]
    world.freeze_all_traffic_lights(True)
    for other in lights:
        other.set_state(carla.TrafficLightState.Red)
    start = before.transform
    start.location.z += 0.3
    car = driven(start)
    manager.ignore_lights_percentage(car, 100.0 if ignores else 0.0)
    manager.set_desired_speed(car, 20.0)  # the light's zone is short
    ticks(240)
    assert (_past(car, stop.transform) > 6.0) is ignores
    if not ignores:
        assert _kph(car) < 0.1
        assert _past(car, stop.transform) < 3.0  # the line, behind the middle of the light's zone
        assert car.get_traffic_light_state() == carla.TrafficLightState.Red
        light.set_state(carla.TrafficLightState.Green)
        ticks(80)
        assert _past(car, stop.transform) > 6.0
    world.freeze_all_traffic_lights(False)
    world.reset_all_traffic_lights()


def test_who_waits_in_the_zone_on_green_does_not_go_on_red(
    world: Any, manager: Any, driven: Make, spawn: Make, ticks: Make
) -> None:
    lights = [light for light in world.get_actors().filter("traffic.traffic_light") if light.get_stop_waypoints()]
    stops = [(light, stop.transform) for light in lights for stop in light.get_stop_waypoints() if not stop.is_junction]
    if not stops:
        pytest.skip("a map without a traffic light that governs a lane")
    light, stop = stops[0]
    ahead = stop.get_forward_vector()
    world.freeze_all_traffic_lights(True)
    light.set_state(carla.TrafficLightState.Green)
    blocker = spawn("vehicle.audi.tt", carla.Transform(stop.location + ahead * 5.0 + carla.Location(z=0.3), stop.rotation))
    blocker.apply_control(carla.VehicleControl(brake=1.0))
    car = driven(carla.Transform(stop.location - ahead * 4.0 + carla.Location(z=0.3), stop.rotation))
    ticks(60)
    assert car.is_at_traffic_light()
    light.set_state(carla.TrafficLightState.Red)
    ticks(10)
    blocker.destroy()
    ticks(80)
    assert _kph(car) < 0.1
    assert _past(car, stop) < 3.0
    world.freeze_all_traffic_lights(False)
    world.reset_all_traffic_lights()


def test_it_switches_the_lights_of_a_car_on_at_night(world: Any, manager: Any, driven: Make, ticks: Make) -> None:
    before = world.get_weather()
    night = world.get_weather()
    night.sun_altitude_angle = -30.0
    world.set_weather(night)
    lit = driven()
    manager.update_vehicle_lights(lit, True)
    ticks(20)
    wanted = int(carla.VehicleLightState.Position | carla.VehicleLightState.LowBeam)
    assert int(lit.get_light_state()) & wanted == wanted
    world.set_weather(before)


def test_without_physics_cars_are_moved_evenly(bench: Any, manager: Any, driven: Make, ticks: Make) -> None:
    manager.set_hybrid_physics_mode(True)  # without a hero nobody has physics
    car = driven()
    ticks(20)
    before = car.get_location()
    speeds = []
    for _ in range(40):
        ticks(1)
        here = car.get_location()
        speeds.append(here.distance(before) / _STEP_S)
        before = here
        if bench.is_carlite:  # CARLA tells no speed of what physics does not move
            assert car.get_velocity().length() == pytest.approx(speeds[-1], abs=0.2)
    assert max(abs(after - earlier) for earlier, after in itertools.pairwise(speeds)) < 0.5
    assert 3.6 * speeds[-1] == pytest.approx(car.get_speed_limit(), rel=0.1)
    assert car.get_control().throttle == 0.0


def test_a_car_near_the_hero_has_physics_and_goes_on_as_it_was(
    manager: Any, driven: Make, spawn: Make, place: Make, ticks: Make
) -> None:
    manager.set_hybrid_physics_mode(True)
    manager.set_hybrid_physics_radius(40.0)
    spawn("vehicle.audi.tt", place(95.0, -3.5), role_name="hero")  # beside the lane
    car = driven(place())
    ticks(40)
    assert car.get_control().throttle == 0.0
    places, pedals = [car.get_location()], []
    for _ in range(90):
        ticks(1)
        places.append(car.get_location())
        pedals.append(car.get_control().throttle + car.get_control().brake)
    steps = [before.distance(after) for before, after in itertools.pairwise(places)]
    assert max(pedals) > 0.0
    assert max(abs(after - before) for before, after in itertools.pairwise(steps)) < 1.5 * _STEP_S
    assert max(place.z for place in places) - min(place.z for place in places) < 0.2


def test_it_goes_on_when_a_car_vanishes_under_it(bench: Any, manager: Any, driven: Make, place: Make, ticks: Make) -> None:
    cars = [driven(place(20.0 * number)) for number in range(3)]
    ticks(20)
    answers = bench.client.apply_batch_sync([carla.command.DestroyActor(cars[1].id)], False)
    assert not answers[0].has_error()
    ticks(10)
    assert cars[2].destroy()
    ticks(40)
    assert _kph(cars[0]) > 5.0
