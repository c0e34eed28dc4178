"""Limits are options, reaching one is a clear error, and nothing outside the server's own folders can be had."""

from __future__ import annotations

import ast
import socket
import struct
import time
from pathlib import Path
from typing import Any

import pytest

CARLITE = Path(__file__).parents[2] / "carlite"


def test_actors_and_sensors_beyond_the_limit_are_refused_and_those_that_went_make_room(start_server: Any) -> None:
    with start_server("--max-actors", "6", "--max-sensors", "2", "--max-pixels", "10000") as server, server.caller() as caller:
        caller.synchronous()
        sensors = [caller.spawn("sensor.other.imu") for _ in range(2)]
        with pytest.raises(Exception, match=r"already 2 sensors.*--max-sensors"):
            caller.spawn("sensor.other.gnss")
        props = [caller.spawn("static.prop.box01", x=20.0 + i) for i in range(3)]
        with pytest.raises(Exception, match=r"already 6 actors.*--max-actors"):
            caller.spawn("static.prop.box01")
        for actor in (*sensors, *props):
            assert caller.call("destroy_actor", actor[0])
        with pytest.raises(Exception, match=r"image of 200 x 100 pixels: expected at most 10000"):
            caller.spawn("sensor.camera.rgb", image_size_x=200, image_size_y=100)
        caller.spawn("sensor.camera.rgb", image_size_x=100, image_size_y=100)


@pytest.mark.parametrize(
    ("sensor", "name", "value"),
    [
        ("sensor.camera.rgb", "image_size_x", "99999999"),
        ("sensor.camera.rgb", "image_size_x", "99999999999999999999"),
        ("sensor.camera.rgb", "image_size_x", "0"),
        ("sensor.camera.rgb", "image_size_y", "-5"),
        ("sensor.camera.depth", "fov", "0"),
        ("sensor.camera.depth", "fov", "720"),
        ("sensor.camera.rgb", "fov", "nan"),
        ("sensor.lidar.ray_cast", "channels", "1000000000"),
        ("sensor.lidar.ray_cast", "points_per_second", "2000000000"),
        ("sensor.other.radar", "points_per_second", "2000000000"),
        ("sensor.other.radar", "range", "inf"),
    ],
)
def test_a_sensor_that_cannot_be_is_refused(server: Any, sensor: str, name: str, value: str) -> None:
    with server.caller() as caller, pytest.raises(Exception, match=r"expected|invalid actor description"):
        caller.spawn(sensor, **{name: value})


@pytest.mark.parametrize(
    ("sensor", "attributes"),
    [
        ("sensor.camera.rgb", {"image_size_x": "1", "image_size_y": "1", "fov": "179.9"}),
        ("sensor.lidar.ray_cast", {"channels": "-1", "points_per_second": "-100000", "range": "-3"}),
        ("sensor.lidar.ray_cast_semantic", {"rotation_frequency": "-1e30"}),
        ("sensor.other.radar", {"points_per_second": "-1", "horizontal_fov": "-90"}),
        ("sensor.other.imu", {"sensor_tick": "-1"}),
    ],
)
def test_a_sensor_with_senseless_settings_stops_nobody(server: Any, sensor: str, attributes: dict[str, str]) -> None:
    with server.caller() as caller:
        caller.call("load_new_episode", "Street", True, 0)
        caller.synchronous()
        good = caller.spawn("sensor.other.imu")
        bad = caller.spawn(sensor, **attributes)
        with _listening(server, caller, bad), _listening(server, caller, good) as data:
            for _ in range(3):
                _tick(caller)
            assert [data.frame() for _ in range(3)] == [_frames(caller) - 2, _frames(caller) - 1, _frames(caller)]


def test_a_message_beyond_the_limit_cuts_its_sender_only(start_server: Any) -> None:
    with start_server("--max-message", "1") as server, server.caller() as good, server.caller() as bad:
        with pytest.raises((AssertionError, OSError)):
            bad.call("copy_opendrive_to_file", "x" * 3_000_000, [])
        assert good.call("version") == "0.9.16"
        assert "--max-message" in server.errors.read_text()


def test_clients_beyond_the_limit_are_told_so(start_server: Any) -> None:
    with start_server("--max-connections", "3") as server:
        callers = [server.caller() for _ in range(3)]
        assert [caller.call("version") for caller in callers] == ["0.9.16"] * 3
        with server.caller() as fourth, pytest.raises(Exception, match=r"already has 3 clients.*--max-connections"):
            fourth.call("version")
        callers[0].socket.close()
        _until(lambda: _is_admitted(server))
        # A subscriber that names its stream takes the place of one that does not.
        silent = [socket.create_connection(("127.0.0.1", server.port + 1), 10.0) for _ in range(5)]
        with server.subscriber(1) as subscriber:
            assert subscriber.recv(4)
        for connection in (*silent, *(caller.socket for caller in callers)):
            connection.close()


def test_a_server_without_file_descriptors_serves_those_it_has(start_server: Any) -> None:
    with start_server(files=200) as server, server.caller() as good:
        assert good.call("version") == "0.9.16"
        opened = []
        for port in (server.port, server.port + 1):
            opened += [socket.create_connection(("127.0.0.1", port), 10.0) for _ in range(150)]
        good.synchronous()
        for _ in range(5):
            _tick(good)
        good.call("load_new_episode", "Second", True, 0)
        for connection in opened:
            connection.close()
        _until(lambda: _is_admitted(server))


def test_a_process_with_no_descriptors_left_goes_on(start_server: Any) -> None:
    """The limits alone would keep it from that, so here they are taken away."""
    patch = """
        import carlite.serve.limits as limits
        limits._open_files = lambda: 1 << 20
    """
    with start_server(files=100, patch=patch) as server, server.caller() as good:
        opened = []
        for port in (server.port, server.port + 1):
            opened += [socket.create_connection(("127.0.0.1", port), 10.0) for _ in range(100)]
        good.synchronous()
        for _ in range(5):
            _tick(good)
        for connection in opened:
            connection.close()
        _until(lambda: _is_admitted(server))
        with server.subscriber(1) as subscriber:
            assert subscriber.recv(4)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "../secret.xodr",
        "/etc/passwd",
        "..",
        ".",
        "",
        "Carla/Maps/../secret",
        "/Game/Carla/Maps/../../secret",
        "a\0b",
        "*",
    ],
)
def test_no_map_outside_the_folder_is_loaded(server: Any, name: str) -> None:
    with server.caller() as caller:
        before = caller.call("get_map_info")[0]
        if name:
            with pytest.raises(Exception, match=r"not found"):
                caller.call("load_new_episode", name, True, 0)
        assert caller.call("get_map_info")[0] == before


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "Carla/Maps/Nav/../../../secret.xodr", "maps/Street.xodr", ""]
)
def test_no_file_but_those_listed_is_given(server: Any, path: str) -> None:
    with server.caller() as caller:
        assert caller.call("request_file", path) in (b"", "")
        assert caller.call("get_required_files", path) == []


@pytest.mark.parametrize("name", ["../x.log", "a/../../x.log", "/../x.log", "..\\x.log", "a\0.log", ""])
def test_no_log_outside_the_folder_is_read_or_written(server: Any, name: str) -> None:
    with server.caller() as caller:
        for call in (
            ("start_recorder", name, False),
            ("show_recorder_file_info", name, True),
            ("replay_file", name, 0.0, 0.0, 0, False, [[0.0] * 3, [0.0] * 3]),
        ):
            with pytest.raises(Exception, match=r"recorder file"):
                caller.call(*call)


def test_an_absolute_log_lies_below_the_folder(server: Any, tmp_path: Path) -> None:
    with server.caller() as caller:
        told = caller.call("start_recorder", str(tmp_path / "a.log"), False)
        caller.call("stop_recorder")
    assert not (tmp_path / "a.log").exists()
    assert Path(told).is_file()
    assert Path(told).is_relative_to(server.logs)


def test_carlite_runs_no_code_that_somebody_sends() -> None:
    """No pickle, eval or shell in the source, and numpy reads no pickles.

    ``jit.py`` alone unpickles: kernels that this machine has compiled, from the user's own cache folder, as numba itself would.
    """
    banned_calls = {"eval", "exec", "compile", "__import__"}
    for path in CARLITE.rglob("*.py"):
        banned_modules = {"marshal", "shelve", "dill", "cloudpickle", "joblib"}
        if path != CARLITE / "jit.py":
            banned_modules.add("pickle")
        for node in ast.walk(ast.parse(path.read_text())):
            where = f"{path.relative_to(CARLITE)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                assert not banned_modules & {alias.name.split(".")[0] for alias in node.names}, where
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in banned_modules, where
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if isinstance(node.func, ast.Name):
                    assert name not in banned_calls, where
                assert not any(word.arg == "shell" for word in node.keywords), where
                assert name != "system", where
                if name == "load" and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "np":
                    assert any(word.arg == "allow_pickle" and ast.unparse(word.value) == "False" for word in node.keywords), (
                        where
                    )


def test_the_server_listens_on_loopback_unless_told_otherwise(server: Any) -> None:
    listening = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        address, state = line.split()[1], line.split()[3]
        host, port = address.split(":")
        if state == "0A" and int(port, 16) in (server.port, server.port + 1):
            listening.append(host)
    assert listening == ["0100007F", "0100007F"]


def _frames(caller: Any) -> int:
    return int(caller.frame)


def _tick(caller: Any) -> None:
    caller.frame = caller.call("tick_cue")


def _listening(server: Any, caller: Any, actor: Any) -> Any:
    (stream,) = struct.unpack_from("<I", actor[5])
    caller.call("get_sensor_token", stream)
    return server.subscriber(stream)


def _is_admitted(server: Any) -> bool:
    with server.caller() as caller:
        try:
            return bool(caller.call("version") == "0.9.16")
        except Exception:
            return False


def _until(holds: Any, limit_s: float = 10.0) -> None:
    end_s = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end_s, f"it did not come true within {limit_s:g} s"
        time.sleep(0.05)
