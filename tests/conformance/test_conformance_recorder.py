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


def test_a_negative_speed_is_taken(bench: Any, world: Any, recorded: Any) -> None:
    name, actor_id, _ = recorded
    bench.client.set_replayer_time_factor(-1.0)
    try:
        assert "-1.0x" in bench.client.replay_file(name, 1.0, 0.0, 0)
        for _ in range(40):
            world.tick()
        assert world.get_actor(actor_id) is not None
    finally:
        bench.client.set_replayer_time_factor(1.0)
        bench.client.stop_replayer(False)


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


def test_who_stood_until_it_was_destroyed_is_listed(bench: Any, spawn: Make, place: Make, ticks: Any) -> None:
    name = "conformance_towed.log"
    bench.client.start_recorder(name)
    parked = spawn("vehicle.tesla.model3", place())
    spawn("vehicle.audi.tt", place(20.0))
    ticks(60)
    number = parked.id
    assert parked.destroy()
    ticks(40)
    bench.client.stop_recorder()
    ticks(1)
    rows = [line.split() for line in bench.client.show_recorder_actors_blocked(name, 1.0, 50.0).splitlines()]
    assert [row[2] for row in rows if row[1:2] == [str(number)]] == ["vehicle.tesla.model3"]


def test_an_attached_actor_is_logged_with_its_mount(bench: Any, spawn: Make, place: Make, ticks: Any) -> None:
    name, mount = "conformance_mount.log", carla.Transform(carla.Location(x=1.25, z=2.5))
    car = spawn("vehicle.tesla.model3", place())
    before = spawn("sensor.other.gnss", mount, parent=car)
    bench.client.start_recorder(name)
    during = spawn("sensor.other.gnss", mount, parent=car)
    ticks(2)
    bench.client.stop_recorder()
    ticks(1)
    text = bench.client.show_recorder_file_info(name, False)
    assert f" Create {during.id}: sensor.other.gnss (5) at (125, 0, 250)" in text
    assert f" Parenting {during.id} with {car.id} (parent)" in text
    assert f" Create {before.id}: sensor.other.gnss (5) at (" in text
    assert f" Create {before.id}: sensor.other.gnss (5) at (125, 0, 250)" not in text
    assert f" Parenting {before.id} " not in text


def test_additional_data_tell_changes_of_physics_and_of_times(bench: Any, world: Any, spawn: Make, ticks: Any) -> None:
    name = "conformance_tuned.log"
    lights = world.get_actors().filter("traffic.traffic_light")
    car = spawn("vehicle.tesla.model3")
    bench.client.start_recorder(name, True)
    ticks(3)
    physics = car.get_physics_control()
    physics.mass = 1234.0
    car.apply_physics_control(physics)
    if len(lights):
        lights[0].set_green_time(33.0)
    ticks(3)
    bench.client.stop_recorder()
    ticks(1)
    text = bench.client.show_recorder_file_info(name, True)
    assert text.count("   mass = ") == 2
    assert text.count("   mass = 1234\n") == 1
    if len(lights):
        assert text.count(f"  Id: {lights[0].id} green_time: 33 ") == 1


def test_a_missing_log_is_said_to_be_missing(bench: Any) -> None:
    for text in (
        bench.client.show_recorder_file_info("conformance_none.log", False),
        bench.client.replay_file("conformance_none.log", 0.0, 0.0, 0),
    ):
        assert "conformance_none.log not found on server" in text


def test_walkers_lights_and_sensors_are_replayed(bench: Any, world: Any, spawn: Make, place: Make, ticks: Any) -> None:
    name = "conformance_street.log"
    lights = world.get_actors().filter("traffic.traffic_light")
    bench.client.start_recorder(name)
    car = spawn("vehicle.dodge.charger_2020", place())
    camera = spawn("sensor.other.imu", carla.Transform(carla.Location(x=1.0, z=2.0)), parent=car)
    walker = spawn("walker.pedestrian.0003", place(15.0, 0.0, 0.8))
    ahead = place().get_forward_vector()
    walker.apply_control(carla.WalkerControl(direction=ahead, speed=1.5))
    car.open_door(carla.VehicleDoor.FL)
    if len(lights):
        lights[0].set_state(carla.TrafficLightState.Yellow)
        world.freeze_all_traffic_lights(True)
    walked = []
    for _ in range(30):
        world.tick()
        walked.append(walker.get_location())
    ids = car.id, camera.id, walker.id
    bench.client.stop_recorder()
    for actor in (camera, car, walker):
        actor.destroy()
    world.reset_all_traffic_lights()
    ticks(2)
    text = bench.client.show_recorder_file_info(name, False)
    assert f" Parenting {ids[1]} with {ids[0]} (parent)" in text
    bench.client.replay_file(name, 0.0, 0.0, 0, True)
    ticks(25)
    found = {actor.id: actor for actor in world.get_actors()}
    assert {found[ids[0]].type_id, found[ids[2]].type_id} == {"vehicle.dodge.charger_2020", "walker.pedestrian.0003"}
    again = [actor for actor in found.values() if actor.type_id == "sensor.other.imu"]
    assert len(again) == 1
    mount = found[ids[0]].get_transform().transform(carla.Location(x=1.0, z=2.0))
    assert again[0].get_location().distance(mount) < 0.3
    assert min(found[ids[2]].get_location().distance(spot) for spot in walked) < 0.1
    assert found[ids[2]].get_velocity().dot(ahead) == pytest.approx(1.5, abs=0.4)
    if len(lights):
        assert lights[0].get_state() == carla.TrafficLightState.Yellow
    bench.client.stop_replayer(False)
    world.freeze_all_traffic_lights(False)


def test_a_replay_loads_the_map_it_needs(bench: Any, world: Any, spawn: Make, ticks: Any) -> None:
    others = [name for name in bench.client.get_available_maps() if not name.endswith(world.get_map().name.rsplit("/", 1)[-1])]
    if not bench.is_carlite or not others:
        pytest.skip("takes a town's loading")
    bench.client.start_recorder("conformance_map.log")
    car_id = spawn("vehicle.tesla.model3").id
    ticks(10)
    bench.client.stop_recorder()
    ticks(1)
    home = world.get_map().name
    bench.client.load_world(others[0], False)
    said = bench.client.replay_file("conformance_map.log", 0.0, 0.0, 0)
    assert f"Loading map {home.rsplit('/', 1)[-1]}" in said
    world = bench.client.get_world()
    assert world.get_map().name == home
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = True, 0.05
    world.apply_settings(settings)
    assert world.get_actor(car_id).type_id == "vehicle.tesla.model3"


def test_logs_stay_in_their_folder(bench: Any, world: Any, tmp_path: Any) -> None:
    if not bench.is_carlite:
        pytest.skip("CARLA writes wherever it is told")
    wanted = tmp_path / "outside.log"
    path = bench.client.start_recorder(str(wanted))
    world.tick()
    bench.client.stop_recorder()
    world.tick()
    assert path.endswith("/outside.log")
    assert path != str(wanted)
    assert not wanted.exists()
    assert "Frames: 1" in bench.client.show_recorder_file_info(str(wanted), False)
    assert "Frames: 1" in bench.client.show_recorder_file_info(path, False)
    with pytest.raises(RuntimeError, match=r"without '\.\.'"):
        bench.client.start_recorder("../outside.log")
