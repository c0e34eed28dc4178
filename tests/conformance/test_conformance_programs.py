"""What programs that come with CARLA take for granted beyond the calls themselves."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

import carla

Make = Callable[..., Any]


def test_indicators_are_components_at_the_corners_of_a_car(spawn: Make, ticks: Make) -> None:
    car = spawn("vehicle.audi.tt")
    ticks(20)
    half = car.bounding_box.extent
    for name, ahead, right in (
        ("front-blinker-l-1", 1, -1),
        ("front-blinker-r-1", 1, 1),
        ("back-blinker-l-1", -1, -1),
        ("back-blinker-r-1", -1, 1),
    ):
        assert name in car.get_component_names()
        place = car.get_component_world_transform(name).location - car.get_location()
        forward = carla.Vector3D.dot(place, car.get_transform().get_forward_vector())
        sideways = carla.Vector3D.dot(place, car.get_transform().get_right_vector())
        assert 0.6 * half.x < forward * ahead < 1.1 * half.x
        assert 0.4 * half.y < sideways * right < 1.1 * half.y
        assert 0.2 < place.z < 1.2


def test_the_first_data_of_sensors_come_as_soon_as_later_ones(spawn: Make, world: Any) -> None:
    """CARLA's examples wait a second for the data of a tick, from the first one on."""
    got: queue.Queue[int] = queue.Queue()
    sensors = [
        spawn("sensor.camera.rgb"),
        spawn("sensor.camera.semantic_segmentation"),
        spawn("sensor.lidar.ray_cast", points_per_second="1000000"),
        spawn("sensor.other.radar"),
    ]
    for sensor in sensors:
        sensor.listen(lambda data: got.put(data.frame))
    waited_s = []
    for _ in range(4):
        frame = world.tick()
        answered_s = time.monotonic()
        assert [got.get(True, 30.0) for _ in sensors] == [frame] * len(sensors)
        waited_s.append(time.monotonic() - answered_s)
    assert waited_s[0] < 1.0 + 3.0 * max(waited_s[1:])
    for sensor in sensors:
        sensor.destroy()


def test_whole_numbers_may_have_a_decimal_point(spawn: Make, world: Any) -> None:
    got: queue.Queue[int] = queue.Queue()
    lidar = spawn("sensor.lidar.ray_cast", channels="8.0", points_per_second="4000.0")
    lidar.listen(lambda sweep: got.put(sweep.channels))
    world.tick()
    assert got.get(True, 10.0) == 8
    assert lidar.attributes["channels"] == "8.0"
    lidar.destroy()


def test_ids_of_actors_are_not_given_again_after_a_load(bench: Any, spawn: Make) -> None:
    """A client that stays while another one loads a map keeps what it knows of every id, its type above all."""
    last = max(spawn("vehicle.audi.tt").id, spawn("sensor.other.gnss").id)
    world = bench.client.reload_world(False)
    world.tick()
    assert all(actor.id > last for actor in world.get_actors())
