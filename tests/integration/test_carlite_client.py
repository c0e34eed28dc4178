"""The unmodified CARLA client against a carlite process."""

from __future__ import annotations

import queue
import random
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import carla
import msgpack
import pytest

_TIME_OUT_S = 120.0  # kernels may have to be compiled first
_COLLISION = "Spawn failed because of collision at spawn position"


def _road(length_m: float) -> str:
    """A straight street along x with one lane for each direction and a speed limit of 50 km/h."""
    lane = '<lane id="{}" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'
    return f"""<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="4" name="street"/>
<road name="street" length="{length_m}" id="1" junction="-1">
<type s="0" type="town"><speed max="50" unit="km/h"/></type>
<planView><geometry s="0" x="0" y="0" hdg="0" length="{length_m}"><line/></geometry></planView>
<lanes><laneSection s="0"><left>{lane.format(1)}</left><center><lane id="0" type="none" level="false"/></center>
<right>{lane.format(-1)}</right></laneSection></lanes></road></OpenDRIVE>"""


@dataclass(frozen=True)
class _Server:
    port: int
    clients: list[Any] = field(default_factory=list)

    def client(self, number: int = 0) -> Any:
        """A client that lives until the process ends: the wheel can crash when one goes while snapshots arrive for it."""
        while len(self.clients) <= number:
            client = carla.Client("127.0.0.1", self.port)
            client.set_timeout(_TIME_OUT_S)
            self.clients.append((client, client.get_world()))
        return self.clients[number][0]


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps")
    (folder / "Street.xodr").write_text(_road(400.0))
    (folder / "Lane.xodr").write_text(_road(120.0))
    return folder


@pytest.fixture(scope="module")
def server(run_carlite: Callable[..., Any], maps: Path) -> Iterator[_Server]:
    with run_carlite("--maps", str(maps), "--map", "Street") as carlite:
        yield _Server(carlite.port)


@pytest.fixture
def world(server: _Server) -> Iterator[Any]:
    """A fresh synchronous world at 20 Hz."""
    client = server.client()
    world = client.load_world("Street")
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = True, 0.05
    world.apply_settings(settings)
    yield world
    settings.synchronous_mode, settings.fixed_delta_seconds = False, None
    world.apply_settings(settings)


def _at(x: float, y: float = 1.75, z: float = 0.3, yaw: float = 0.0) -> Any:
    return carla.Transform(carla.Location(x, y, z), carla.Rotation(yaw=yaw))


def _vehicle(world: Any, x: float, name: str = "vehicle.tesla.model3") -> Any:
    return world.spawn_actor(world.get_blueprint_library().find(name), _at(x))


def test_a_client_connects_and_reads_the_world(server: _Server) -> None:
    client = server.client()
    world = client.get_world()
    assert client.get_server_version() == "0.9.16"
    assert client.get_available_maps() == ["/Game/Carla/Maps/Lane", "/Game/Carla/Maps/Street"]
    assert world.get_map().name in ("Carla/Maps/Street", "Carla/Maps/Lane", "Carla/Maps/OpenDriveMap")
    assert len(world.get_blueprint_library().filter("vehicle.*")) >= 41
    assert world.get_spectator().type_id == "spectator"


def test_settings_take_at_most_two_ticks_and_ticks_count(world: Any) -> None:
    before = world.get_snapshot().frame
    settings = world.get_settings()
    settings.fixed_delta_seconds = 0.1
    assert world.apply_settings(settings) - before <= 2
    frames = [world.tick() for _ in range(5)]
    snapshot = world.get_snapshot()
    assert frames == list(range(frames[0], frames[0] + 5))
    assert snapshot.frame == frames[-1]
    assert snapshot.timestamp.delta_seconds == pytest.approx(0.1, abs=1e-7)
    assert snapshot.timestamp.elapsed_seconds == pytest.approx(world.get_snapshot().timestamp.elapsed_seconds)


def test_a_vehicle_settles_drives_and_reports_its_control(world: Any) -> None:
    vehicle = _vehicle(world, 50.0)
    world.tick()
    assert vehicle.get_traffic_light_state() == carla.TrafficLightState.Green
    for _ in range(20):
        world.tick()
    assert vehicle.get_location().z == pytest.approx(0.0, abs=0.15)
    vehicle.apply_control(carla.VehicleControl(throttle=0.8))
    for _ in range(60):
        world.tick()
    assert vehicle.get_control().throttle == pytest.approx(0.8)
    assert vehicle.get_velocity().x > 5.0
    assert vehicle.get_speed_limit() == pytest.approx(50.0)
    assert vehicle.bounding_box.extent.x == pytest.approx(2.3959, abs=1e-4)
    assert len(vehicle.get_physics_control().wheels) == 4


def test_a_batch_reports_each_command(server: _Server, world: Any) -> None:
    client = server.client()
    blueprint = world.get_blueprint_library().find("vehicle.audi.tt")
    control = carla.VehicleControl(throttle=1.0)
    spawn = carla.command.SpawnActor
    results = client.apply_batch_sync(
        [
            spawn(blueprint, _at(100.0)).then(carla.command.ApplyVehicleControl(carla.command.FutureActor, control)),
            spawn(blueprint, _at(100.5)),
            carla.command.DestroyActor(987654),
            carla.command.ApplyVehicleControl(987654, control),
        ],
        True,
    )
    assert [result.has_error() for result in results] == [False, True, True, True]
    assert results[1].error == _COLLISION
    assert results[2].error == "unable to destroy actor: not found"
    assert results[3].error.endswith("Actor could not be found in the registry.  Actor Id: 987654")
    vehicle = world.get_actor(results[0].actor_id)
    world.tick()
    assert vehicle.get_control().throttle == 1.0
    assert client.apply_batch_sync([], False) == []


def test_what_cannot_be_spawned_says_why(world: Any) -> None:
    library = world.get_blueprint_library()
    _vehicle(world, 60.0)
    with pytest.raises(RuntimeError, match=_COLLISION):
        _vehicle(world, 61.0)
    assert world.try_spawn_actor(library.find("walker.pedestrian.0001"), _at(60.0, z=0.5)) is None


def test_sensor_data_carry_the_frame_of_their_tick(world: Any) -> None:
    vehicle = _vehicle(world, 50.0)
    library = world.get_blueprint_library()
    received: list[tuple[Any, queue.Queue[Any]]] = []
    for name in ("camera.rgb", "camera.depth", "lidar.ray_cast", "other.radar", "other.imu", "other.gnss"):
        blueprint = library.find(f"sensor.{name}")
        if blueprint.has_attribute("image_size_x"):
            blueprint.set_attribute("image_size_x", "64")
            blueprint.set_attribute("image_size_y", "48")
        sensor = world.spawn_actor(blueprint, carla.Transform(carla.Location(0.5, 0.0, 2.0)), attach_to=vehicle)
        messages: queue.Queue[Any] = queue.Queue()
        sensor.listen(messages.put)
        received.append((sensor, messages))
    for _ in range(4):
        frame = world.tick()
        for sensor, messages in received:
            data = messages.get(timeout=_TIME_OUT_S)
            assert data.frame == frame, sensor.type_id  # from the first tick on: the server waits for announced subscribers
            assert data.transform.location.x == pytest.approx(sensor.get_transform().location.x, abs=1e-3)
    for sensor, messages in received:
        assert messages.empty()
        assert sensor.destroy()
    world.tick()
    assert {actor.id for actor in world.get_actors()}.isdisjoint(sensor.id for sensor, _ in received)


def test_sensor_tick_skips_frames(world: Any) -> None:
    blueprint = world.get_blueprint_library().find("sensor.other.imu")
    blueprint.set_attribute("sensor_tick", "0.1")
    sensor = world.spawn_actor(blueprint, carla.Transform())
    messages: queue.Queue[Any] = queue.Queue()
    sensor.listen(messages.put)
    first = world.tick()
    for _ in range(7):
        world.tick()
    frames = [messages.get(timeout=_TIME_OUT_S).frame - first for _ in range(4)]
    assert frames == [0, 3, 5, 7]
    sensor.destroy()


def test_a_crash_is_reported_to_the_collision_sensor(world: Any) -> None:
    hitter, parked = _vehicle(world, 50.0), _vehicle(world, 62.0)
    sensor = world.spawn_actor(
        world.get_blueprint_library().find("sensor.other.collision"), carla.Transform(), attach_to=hitter
    )
    events: queue.Queue[Any] = queue.Queue()
    sensor.listen(events.put)
    world.tick()
    hitter.set_target_velocity(carla.Vector3D(12.0, 0.0, 0.0))
    for _ in range(40):
        world.tick()
    event = events.get(timeout=_TIME_OUT_S)
    assert (event.actor.id, event.other_actor.id) == (hitter.id, parked.id)
    assert event.normal_impulse.x < 0.0
    sensor.destroy()


def test_attached_actors_follow_and_are_moved_in_their_parents_frame(world: Any) -> None:
    vehicle = _vehicle(world, 50.0)
    mount = carla.Transform(carla.Location(1.0, 0.5, 2.0), carla.Rotation(yaw=30.0))
    camera = world.spawn_actor(world.get_blueprint_library().find("sensor.camera.rgb"), mount, attach_to=vehicle)
    world.tick()
    assert camera.parent.id == vehicle.id
    assert camera.get_transform().location.x == pytest.approx(vehicle.get_location().x + 1.0, abs=0.01)
    camera.set_transform(carla.Transform(carla.Location(-2.0, 0.0, 3.0)))
    world.tick()
    assert camera.get_transform().location.x == pytest.approx(vehicle.get_location().x - 2.0, abs=0.01)


def test_walkers_walk(world: Any) -> None:
    walker = world.spawn_actor(world.get_blueprint_library().find("walker.pedestrian.0001"), _at(80.0, z=1.0))
    walker.apply_control(carla.WalkerControl(carla.Vector3D(0.0, 1.0, 0.0), 1.5))
    start = _at(80.0).location.y
    for _ in range(40):
        world.tick()
    assert walker.get_location().y - start == pytest.approx(3.0, abs=0.3)
    assert walker.get_velocity().y == pytest.approx(1.5, abs=0.05)
    assert walker.get_control().speed == pytest.approx(1.5)


def test_weather_lights_and_rays_answer(world: Any) -> None:
    world.set_weather(carla.WeatherParameters.HardRainSunset)
    assert world.get_weather() == carla.WeatherParameters.HardRainSunset
    vehicle = _vehicle(world, 50.0)
    vehicle.set_light_state(carla.VehicleLightState.LowBeam)
    assert vehicle.get_light_state() == carla.VehicleLightState.LowBeam
    assert dict(world.get_vehicles_light_states())[vehicle.id] == carla.VehicleLightState.LowBeam
    hit = world.ground_projection(carla.Location(30.0, 1.75, 5.0), 10.0)
    assert hit.location.z == pytest.approx(0.0, abs=0.1)
    assert hit.label in (carla.CityObjectLabel.Roads, carla.CityObjectLabel.RoadLines)
    hits = world.cast_ray(carla.Location(30.0, 1.75, 5.0), carla.Location(30.0, 1.75, -5.0))
    assert hits[0].location.z == pytest.approx(0.0, abs=0.1)


def test_what_cannot_be_served_says_why(server: _Server, world: Any) -> None:
    vehicle = _vehicle(world, 50.0)
    with socket.create_connection(("127.0.0.1", server.port), 10.0) as connection:  # the wheel asks without waiting
        assert "carlite publishes nothing over ROS 2" in str(_call(connection, "enable_sensor_for_ros", vehicle.id))
        assert "Chrono" in str(_call(connection, "enable_chrono_physics", vehicle.id, 1, 0.1, "", "", "", ""))


def test_worlds_load_reload_and_are_generated(server: _Server) -> None:
    client = server.client()
    world = client.load_world("Street")
    _vehicle(world, 50.0)
    episode, frame = world.id, world.get_snapshot().frame
    world = client.load_world("/Game/Carla/Maps/Lane")
    assert world.get_map().name == "Carla/Maps/Lane"
    assert world.id != episode
    assert world.get_snapshot().frame > frame
    assert len(world.get_actors().filter("vehicle.*")) == 0
    with pytest.raises(RuntimeError, match="Map 'Nowhere' not found"):
        client.load_world("Nowhere")
    with pytest.raises(RuntimeError, match="opendrive could not be correctly parsed"):
        client.generate_opendrive_world("this is no map")
    world = client.generate_opendrive_world(_road(77.0))
    assert world.get_map().name == "Carla/Maps/OpenDriveMap"
    assert world.get_map().to_opendrive() == _road(77.0)
    world = client.reload_world()
    assert world.get_map().name == "Carla/Maps/OpenDriveMap"


def test_maps_that_the_client_fails_at_are_handed_out_mended_or_refused_with_the_reason(server: _Server) -> None:
    client = server.client()
    late = _road(60.0).replace("<lanes>", '<lanes><laneOffset s="25" a="0.5" b="0" c="0" d="0"/>')
    world = client.generate_opendrive_world(late)
    town = world.get_map()
    assert '<laneOffset s="0"' in town.to_opendrive()
    assert [town.get_waypoint_xodr(1, -1, s).transform.location.y for s in (10.0, 40.0)] == pytest.approx([1.75, 1.25])
    hole = _road(60.0).replace('hdg="0" length="60.0"', 'hdg="0" length="30"')
    with pytest.raises(RuntimeError, match=r"road 1, geometry at s=0: ends at s=30 and nothing follows before s=60"):
        client.generate_opendrive_world(hole)
    far = _road(60.0).replace('x="0"', 'x="691000"')
    with pytest.raises(RuntimeError, match=r'road 1: lies at x=691060, .* step by 0.0625 m; .*<offset x="-691030" y="0"'):
        client.generate_opendrive_world(far)
    assert client.get_world().get_map().get_waypoint_xodr(1, -1, 10.0) is not None  # the map before is still there


def test_an_asynchronous_world_runs_by_itself(server: _Server) -> None:
    world = server.client().load_world("Street")
    first = world.wait_for_tick(10.0)
    later = [world.wait_for_tick(10.0) for _ in range(5)]
    assert later[-1].frame > first.frame
    assert later[-1].timestamp.elapsed_seconds > first.timestamp.elapsed_seconds


def test_calls_have_room_beside_slow_sensors(server: _Server) -> None:
    """A client that calls after each reply gets more than one call between two ticks that take long."""
    world = server.client().get_world()
    blueprint = world.get_blueprint_library().find("sensor.camera.rgb")
    blueprint.set_attribute("image_size_x", "2560")
    blueprint.set_attribute("image_size_y", "1440")
    camera = world.spawn_actor(blueprint, carla.Transform(carla.Location(z=2.0)))
    frames: queue.Queue[int] = queue.Queue()
    camera.listen(lambda image: frames.put(image.frame))
    first = frames.get(timeout=_TIME_OUT_S)
    for _ in range(60):
        world.get_weather()
    last = world.wait_for_tick(_TIME_OUT_S).frame
    camera.stop()
    camera.destroy()
    assert last - first < 30


def test_a_second_client_sees_a_world_that_nobody_ticks(server: _Server, world: Any) -> None:
    vehicle = _vehicle(world, 50.0)
    frame = world.tick()
    other = server.client(1).get_world()
    end_s = time.monotonic() + 10.0
    while other.get_snapshot().frame == 0:  # it comes with the subscription, a moment later
        assert time.monotonic() < end_s
        time.sleep(0.01)
    assert other.get_snapshot().frame == frame
    assert other.get_actor(vehicle.id).get_location().x == pytest.approx(vehicle.get_location().x)


def test_a_traffic_manager_is_listed_until_its_client_goes(server: _Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10.0) as registrar:
        assert _call(registrar, "add_traffic_manager_running", ["10.0.0.1", 8123]) == [[1, True]]
        with socket.create_connection(("127.0.0.1", server.port), 10.0) as other:
            assert _call(other, "add_traffic_manager_running", ["10.0.0.2", 8123]) == [[1, False]]
            assert _call(other, "get_traffic_manager_running", 8123) == [[1, ["10.0.0.1", 8123]]]
            registrar.close()
            end_s = time.monotonic() + 5.0
            while _call(other, "is_traffic_manager_running", 8123) != [[1, False]]:
                assert time.monotonic() < end_s


def test_garbage_on_both_ports_harms_nobody(server: _Server, world: Any) -> None:
    noise = random.Random(7)
    for port in (server.port, server.port + 1):
        for garbage in (b"GET / HTTP/1.0\r\n\r\n", noise.randbytes(4096), b"", struct.pack("<I", 99), b"\xdc\xff\xff"):
            with socket.create_connection(("127.0.0.1", port), 10.0) as connection:
                connection.sendall(garbage)
    frame = world.tick()
    assert world.get_snapshot().frame == frame


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("spawn_actor", [[1, "vehicle.tesla.model3", []], "nowhere"], "transform: got 'nowhere'"),
        ("spawn_actor", [], "function spawn_actor: got 0 arguments, expected 2"),
        ("spawn_actor", [[1, "vehicle.of.no.kind", []], [[0, 0, 0], [0, 0, 0]]], "invalid actor description"),
        ("set_weather_parameters", [[float("nan")] * 14], "expected a finite number"),
        ("set_episode_settings", [[True]], "EpisodeSettings"),
        ("get_actors_by_id", [[[]]], "actor_ids"),
    ],
)
def test_wrong_arguments_are_answered_with_an_error(server: _Server, name: str, arguments: list[object], words: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10.0) as connection:
        assert words in str(_call(connection, name, *arguments))
        assert _call(connection, "version") == [[1, "0.9.16"]]


def test_the_same_run_twice_is_the_same(server: _Server) -> None:
    assert _drive(server) == _drive(server)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--map", "Nowhere"], 4, "map 'Nowhere' not found"),
        (["--map", "broken.xodr"], 5, "map broken"),
        (["--map", "Street", "--port", "99999"], 2, "expected 0..65534"),
    ],
)
def test_a_start_that_fails_says_why(maps: Path, tmp_path: Path, options: list[str], code: int, words: str) -> None:
    (tmp_path / "broken.xodr").write_text("<OpenDRIVE>")
    command = [sys.executable, "-m", "carlite", "--port", "0", "--maps", str(maps), *options]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=_TIME_OUT_S, check=False)
    assert ended.returncode == code
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_an_error_of_its_own(server: _Server, maps: Path) -> None:
    command = [sys.executable, "-m", "carlite", "--port", str(server.port), "--maps", str(maps), "--map", "Street"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=_TIME_OUT_S, check=False)
    assert ended.returncode == 3
    assert f"cannot listen on 127.0.0.1:{server.port}" in ended.stderr


def test_the_server_ends_with_its_parent(maps: Path) -> None:
    code = (
        "import subprocess, sys\n"
        f"p = subprocess.Popen([sys.executable, '-m', 'carlite', '--port', '0', '--maps', {str(maps)!r}, '--map', 'Street',\n"
        "                      '--exit-with-parent'], stdout=subprocess.PIPE, text=True)\n"
        "print(p.stdout.readline(), flush=True)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=_TIME_OUT_S, check=True)
    port = int(ended.stdout.strip().rsplit(":", 1)[1])
    end_s = time.monotonic() + 10.0
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            return
        assert time.monotonic() < end_s, "the server outlived its parent by 10 s"
        time.sleep(0.05)


def _call(connection: socket.socket, name: str, *arguments: object) -> object:
    connection.sendall(msgpack.packb([0, 1, name, [[False], *arguments]]))
    unpacker = msgpack.Unpacker()
    while True:
        data = connection.recv(1 << 16)
        assert data, "the server closed the connection"
        unpacker.feed(data)
        for _, _, error, result in unpacker:
            return result if error is None else error


def _drive(server: _Server) -> list[tuple[float, ...]]:
    """Poses of two vehicles, one of which hits the other, over two seconds of a fresh world."""
    world = server.client().load_world("Street")
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = True, 0.05
    world.apply_settings(settings)
    hitter, parked = _vehicle(world, 50.0), _vehicle(world, 60.0, "vehicle.ford.ambulance")
    hitter.apply_control(carla.VehicleControl(throttle=1.0, steer=0.02))
    poses = []
    for _ in range(40):
        world.tick()
        for actor in (hitter, parked):
            transform, velocity = actor.get_transform(), actor.get_velocity()
            where, turned = transform.location, transform.rotation
            poses.append(
                (actor is hitter, where.x, where.y, where.z, turned.pitch, turned.yaw, turned.roll, velocity.x, velocity.y)
            )
    return poses
