"""Recorder, replayer and their reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import carla
import pytest

Make = Callable[..., Any]
_STEPS = 40


@pytest.fixture
def recorded(bench: Any, world: Any, spawn: Make, ticks: Callable[[int], int]) -> Any:
    """A log of a car that drives for two seconds and is destroyed: its name, its id, where it was tick by tick."""
    name = "conformance_drive.log"
    path = bench.client.start_recorder(name, True)
    assert path.endswith(name)
    car = spawn("vehicle.tesla.model3", role_name="hero")
    car.apply_control(carla.VehicleControl(throttle=0.7, steer=0.1))
    car.set_light_state(carla.VehicleLightState(carla.VehicleLightState.LowBeam))
    track = [car.get_location()]
    for _ in range(_STEPS):
        world.tick()
        track.append(car.get_location())
    actor_id = car.id
    assert car.destroy()
    ticks(2)
    bench.client.stop_recorder()
    world.tick()
    return name, actor_id, track


def test_a_report_lists_what_was_created_and_destroyed(bench: Any, world: Any, recorded: Any) -> None:
    name, actor_id, _ = recorded
    text = bench.client.show_recorder_file_info(name, False)
    lines = text.splitlines()
    assert lines[0] == "Version: 1"
    assert lines[1] == f"Map: {world.get_map().name.rsplit('/', 1)[-1]}" or lines[1].startswith("Map: ")
    assert lines[2].startswith("Date: ")
    assert any(line.startswith("Frame 1 at 0 seconds") for line in lines)
    assert any(line.startswith(f" Create {actor_id}: vehicle.tesla.model3 (1) at (") for line in lines)
    assert "  role_name = hero" in lines
    assert f" Destroy {actor_id}" in lines
    assert lines[-2].startswith("Frames: ")
    assert float(lines[-1].split()[1]) == pytest.approx((_STEPS + 2) * 0.05, abs=0.06)
    assert "Positions" not in text


def test_the_full_report_has_every_frame(bench: Any, recorded: Any) -> None:
    name, actor_id, _ = recorded
    text = bench.client.show_recorder_file_info(name, True)
    assert text.count("\nFrame ") >= _STEPS
    assert f"  Id: {actor_id} Steering: 0.1 Throttle: 0.7 Brake: 0 Handbrake: 0 Gear:" in text
    assert f"  Id: {actor_id} LowBeam" in text
    assert f"  Id: {actor_id} linear_velocity: (" in text
    assert "   max_rpm = " in text


def test_a_replay_repeats_the_track_tick_by_tick(bench: Any, world: Any, recorded: Any) -> None:
    name, actor_id, track = recorded
    said = bench.client.replay_file(name, 0.0, 0.0, 0)
    assert said.startswith("Replaying File: ")
    assert "Total time recorded: " in said
    assert "Replaying from 0 s - " in said
    shown: list[Any] = []
    for _ in range(len(track) - 3):
        world.tick()
        car = world.get_actor(actor_id)
        shown.append(car.get_location())
    assert car.type_id == "vehicle.tesla.model3"
    assert car.attributes["role_name"] == "hero"
    for seen, was in zip(shown[3:], track[3:], strict=False):
        assert seen.distance(was) < 0.3  # a frame more or less at the start is no difference
    assert shown[-1].distance(track[0]) > 3.0
    assert car.get_control().throttle == pytest.approx(0.7)
    assert car.get_light_state() == carla.VehicleLightState.LowBeam
    bench.client.stop_replayer(True)
    world.tick()
    assert world.get_actor(actor_id) is not None


def test_a_replay_can_begin_late_run_faster_and_be_followed(bench: Any, world: Any, recorded: Any) -> None:
    name, actor_id, track = recorded
    bench.client.set_replayer_time_factor(2.0)
    try:
        offset = carla.Transform(carla.Location(x=-8.0, z=4.0), carla.Rotation(pitch=-20.0))
        said = bench.client.replay_file(name, 1.0, 0.5, actor_id, False, offset)
        assert "Replaying from 1 s - 1.5 s" in said
        assert "2.0x" in said
        world.tick()
        world.tick()
        car = world.get_actor(actor_id)
        assert car.get_location().distance(track[20]) < track[20].distance(track[26]) + 0.5
        eye = world.get_spectator().get_transform()
        assert eye.location.distance(car.get_location()) == pytest.approx(80**0.5, abs=0.2)
        assert eye.rotation.pitch == pytest.approx(-20.0, abs=2.0)
        for _ in range(6):
            world.tick()
        here = car.get_location()
        for _ in range(4):
            world.tick()
        assert car.get_location().distance(here) < 0.5  # over: the car stands under physics again
        assert car.get_control().throttle == 0.0
    finally:
        bench.client.set_replayer_time_factor(1.0)


def test_heroes_can_be_left_out(bench: Any, world: Any, recorded: Any) -> None:
    name, actor_id, _ = recorded
    bench.client.set_replayer_ignore_hero(True)
    try:
        assert "Ignoring Hero vehicle" in bench.client.replay_file(name, 0.0, 0.0, 0)
        world.tick()
        world.tick()
        assert world.get_actors().filter("vehicle.*").find(actor_id) is None
    finally:
        bench.client.set_replayer_ignore_hero(False)
        bench.client.stop_replayer(False)


def test_collisions_are_listed_by_category(bench: Any, world: Any, spawn: Make, place: Make, ticks: Any) -> None:
    name = "conformance_crash.log"
    bench.client.start_recorder(name)
    wall = spawn("vehicle.carlamotors.carlacola", place(12.0))
    car = spawn("vehicle.tesla.model3", place(), role_name="hero")
    spawn("sensor.other.collision", carla.Transform(), parent=car)
    ticks(10)
    car.set_target_velocity(place().get_forward_vector() * 12.0)
    ticks(30)
    bench.client.stop_recorder()
    world.tick()
    text = bench.client.show_recorder_collisions(name, "h", "v")
    row = next(line for line in text.splitlines() if " v v " in line)
    assert row.split()[3:] == [str(car.id), "vehicle.tesla.model3", str(wall.id), "vehicle.carlamotors.carlacola"]
    assert " v v " not in bench.client.show_recorder_collisions(name, "w", "a")


def test_blocked_actors_are_listed_longest_first(bench: Any, spawn: Make, place: Make, ticks: Any) -> None:
    name = "conformance_blocked.log"
    bench.client.start_recorder(name)
    parked = spawn("vehicle.tesla.model3", place())
    ticks(60)
    bench.client.stop_recorder()
    ticks(1)
    text = bench.client.show_recorder_actors_blocked(name, 1.0, 50.0)
    rows = [line.split() for line in text.splitlines() if "vehicle.tesla.model3" in line]
    assert [row[1] for row in rows] == [str(parked.id)]
    assert float(rows[0][3]) == pytest.approx(3.0, abs=1.0)
    assert "vehicle.tesla" not in bench.client.show_recorder_actors_blocked(name, 30.0, 50.0)


def test_a_missing_log_is_said_to_be_missing(bench: Any) -> None:
    for text in (
        bench.client.show_recorder_file_info("conformance_none.log", False),
        bench.client.replay_file("conformance_none.log", 0.0, 0.0, 0),
    ):
        assert "conformance_none.log not found on server" in text
