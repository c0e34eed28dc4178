"""Traffic lights and what vehicles are told of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import carla
import pytest

Make = Callable[..., Any]
Ticks = Callable[[int], int]
_CAR = "vehicle.tesla.model3"


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


def test_a_car_away_from_lights_is_told_none(spawn: Make) -> None:
    car = spawn(_CAR)
    assert car.get_traffic_light() is None
    assert car.get_speed_limit() > 0.0
    assert not car.is_at_traffic_light()
