"""What sensors measure and when: rays, motion, scans with a ``sensor_tick``, contacts with the map's lights."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

import carla
import numpy as np
import pytest

Open = Callable[..., Any]
_WAIT_S = 60.0
_STEP_S = 0.05
_POINT = np.dtype([("xyz", "<f4", 3), ("cos", "<f4"), ("id", "<u4"), ("tag", "<u4")])


def _of_frame(data: queue.Queue[Any], frame: int) -> Any:
    got = data.get(timeout=_WAIT_S)
    while got.frame < frame:
        got = data.get(timeout=_WAIT_S)
    assert got.frame == frame
    return got


@pytest.mark.parametrize(("ticks", "wanted"), [(0, [0, 1, 2, 3]), (1, [0, 2, 3, 4]), (2, [0, 3, 5, 7])])
def test_a_sensor_tick_of_whole_ticks_waits_one_tick_more_after_the_first(
    listening: Open, world: Any, place: Callable[..., Any], ticks: int, wanted: list[int]
) -> None:
    with listening("sensor.other.gnss", place(), sensor_tick=f"{ticks * _STEP_S:g}") as (_, data):
        first = world.tick()
        for _ in range(wanted[-1]):
            world.tick()
        assert [data.get(timeout=_WAIT_S).frame - first for _ in wanted] == wanted


def test_a_lidar_with_a_sensor_tick_scans_for_one_tick(listening: Open, world: Any, place: Callable[..., Any]) -> None:
    """Half a turn in a tick of 0.05 s, although it speaks at every other tick alone."""
    clean = {"channels": 4, "points_per_second": 4 * 100 * 20, "rotation_frequency": 10, "upper_fov": -20, "lower_fov": -40,
             "dropoff_general_rate": 0, "dropoff_zero_intensity": 0, "range": 50}  # fmt: skip
    with listening("sensor.lidar.ray_cast", place(up_m=2.0), sensor_tick=1.99 * _STEP_S, **clean) as (_, data):
        frames = [world.tick() for _ in range(4)]
        scans = [_of_frame(data, frame) for frame in (frames[0], frames[2])]
        assert [scan.get_point_count(0) for scan in scans] == [100, 100]
        assert [round(float(np.degrees(scan.horizontal_angle))) % 360 for scan in scans] == [180, 0]
        points = [np.frombuffer(scan.raw_data, "<f4").reshape(-1, 4) for scan in scans]
        assert (points[0][:, 1] <= 1e-3).all()  # from behind over the left to the front
        assert (points[1][:, 1] >= -1e-3).all()


def test_stopping_and_listening_again_goes_on(listening: Open, world: Any, place: Callable[..., Any]) -> None:
    with listening("sensor.other.gnss", place()) as (sensor, data):
        assert sensor.is_listening()
        first = world.tick()
        _of_frame(data, first)
        sensor.stop()
        assert not sensor.is_listening()
        world.tick()
        again: queue.Queue[Any] = queue.Queue()
        sensor.listen(again.put)
        assert sensor.is_listening()
        _of_frame(again, world.tick())


def test_an_imu_takes_itself_to_come_from_the_origin(listening: Open, world: Any, place: Callable[..., Any]) -> None:
    """CARLA derives acceleration from the last three places, and those before the first reading are zero."""
    pose = place(up_m=1.0)
    with listening("sensor.other.imu", pose) as (_, data):
        felt = [_of_frame(data, world.tick()).accelerometer for _ in range(4)]
    up = carla.Vector3D(0.0, 0.0, 9.81)
    there = pose.location
    far = np.array([-there.x, -there.y, -there.z]) / _STEP_S**2
    yaw = np.radians(pose.rotation.yaw)
    ahead, right = np.array([np.cos(yaw), np.sin(yaw), 0.0]), np.array([-np.sin(yaw), np.cos(yaw), 0.0])
    assert (felt[0] - up).length() < 0.01
    wanted = (far @ ahead, far @ right, far[2] + up.z)
    assert (felt[1].x, felt[1].y, felt[1].z) == pytest.approx(wanted, rel=1e-2, abs=1.0)
    assert (felt[3] - up).length() < 0.1


def test_a_radar_tells_the_speed_of_actors_against_its_own(
    listening: Open, world: Any, place: Callable[..., Any], spawn: Callable[..., Any]
) -> None:
    car = spawn("vehicle.tesla.model3", place(ahead_m=12.0, up_m=0.1))
    for _ in range(20):
        world.tick()
    mast = place(up_m=0.9)
    narrow = {"horizontal_fov": 4, "vertical_fov": 2, "points_per_second": 2000}
    with listening("sensor.other.radar", mast, **narrow) as (_, data):
        world.tick()
        car.set_target_velocity(mast.get_forward_vector() * 5.0)
        frame = world.tick()
        speed = car.get_velocity().length()
        found = [detection for detection in _of_frame(data, frame) if detection.depth < 20.0]
        assert len(found) > 50
        assert np.mean([detection.velocity for detection in found]) == pytest.approx(speed, abs=0.2)


@pytest.fixture
def light(world: Any) -> Any:
    """A traffic light of the map, with its post."""
    lights = list(world.get_actors().filter("traffic.traffic_light"))
    assert lights, "the map has no traffic light"
    return lights[0]


def test_a_semantic_lidar_tells_the_actor_of_a_traffic_light(listening: Open, world: Any, light: Any) -> None:
    there = light.get_transform().location
    beside = carla.Transform(there + carla.Location(x=-6.0, z=2.0))
    dense = {"channels": 64, "points_per_second": 64 * 2000 * 20, "rotation_frequency": 20, "upper_fov": 40, "lower_fov": -20}
    with listening("sensor.lidar.ray_cast_semantic", beside, range=30, **dense) as (_, data):
        scan = _of_frame(data, world.tick())  # owns the memory of raw_data
        points = np.frombuffer(bytes(scan.raw_data), _POINT)
    tags = carla.CityObjectLabel
    on_lamps = points[points["tag"] == int(tags.TrafficLight)]
    assert len(on_lamps) > 5
    assert light.id in set(on_lamps["id"].tolist())
    assert set(points[points["tag"] == int(tags.Roads)]["id"].tolist()) <= {0}


def test_a_crash_into_a_traffic_light_tells_which(listening: Open, world: Any, spawn: Callable[..., Any], light: Any) -> None:
    before = carla.Transform(light.get_transform().location + carla.Location(x=-8.0, z=0.3))
    car = spawn("vehicle.tesla.model3", before)
    with listening("sensor.other.collision", carla.Transform(), car) as (_, data):
        world.tick()
        car.set_target_velocity(carla.Vector3D(12.0, 0.0, 0.0))
        for _ in range(40):
            world.tick()
        event = data.get(timeout=_WAIT_S)
        assert (event.other_actor.type_id, event.other_actor.id) == ("traffic.traffic_light", light.id)
        assert event.actor.id == car.id
        assert event.normal_impulse.x < 0.0
