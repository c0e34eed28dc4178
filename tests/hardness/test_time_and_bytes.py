"""The same calls give the same bytes; the asynchronous world keeps the pace of the clock; an idle server does nothing."""

from __future__ import annotations

import hashlib
import math
import struct
import time
from typing import Any

import pytest

_SENSORS: dict[str, dict[str, object]] = {
    "sensor.camera.rgb": {"image_size_x": 80, "image_size_y": 60},
    "sensor.camera.depth": {"image_size_x": 80, "image_size_y": 60},
    "sensor.camera.instance_segmentation": {"image_size_x": 80, "image_size_y": 60},
    "sensor.camera.dvs": {"image_size_x": 80, "image_size_y": 60},
    "sensor.lidar.ray_cast": {"points_per_second": 20000, "noise_stddev": 0.02},
    "sensor.lidar.ray_cast_semantic": {"points_per_second": 20000},
    "sensor.other.radar": {},
    "sensor.other.imu": {"noise_accel_stddev_x": 0.1},
    "sensor.other.gnss": {"noise_lat_stddev": 0.01},
    "sensor.other.collision": {},
    "sensor.other.obstacle": {},
}
_TICKS = 12
_PLATFORM_TIME = slice(48 + 8, 48 + 16)  # the wall clock in a world snapshot


def test_the_same_calls_give_the_same_bytes_on_two_servers(start_server: Any) -> None:
    runs = []
    for _ in range(2):
        with start_server() as server:
            runs.append(_run(server))
    assert runs[0].keys() == runs[1].keys()
    assert [name for name in runs[0] if runs[0][name] != runs[1][name]] == []


def _run(server: Any) -> dict[str, str]:
    """Hashes of everything that each stream of a small crash sends."""
    with server.caller() as caller:
        caller.synchronous()
        hitter = caller.spawn("vehicle.tesla.model3", x=50.0)[0]
        caller.spawn("vehicle.audi.tt", x=62.0)
        caller.spawn("walker.pedestrian.0003", x=70.0)
        streams = {"world": server.subscriber(1)}
        streams["world"].message()
        for name, attributes in _SENSORS.items():
            sensor = caller.spawn(name, parent=hitter, **attributes)
            (stream,) = struct.unpack_from("<I", sensor[5])
            caller.call("get_sensor_token", stream)
            streams[name] = server.subscriber(stream)
        caller.call("set_actor_target_velocity", hitter, [12.0, 0.0, 0.0])
        caller.call("apply_control_to_vehicle", hitter, [1.0, 0.1, 0.0, False, False, False, 0])
        frames = [caller.call("tick_cue") for _ in range(_TICKS)]
        caller.call("get_map_info")  # is answered when the last tick is over
        hashes = {}
        for name, connection in streams.items():
            digest = hashlib.sha256()
            for data in _messages(connection):
                assert struct.unpack_from("<Q", data, 8)[0] in frames, name
                if name == "world":
                    assert len(data) > _PLATFORM_TIME.stop
                    data = data[: _PLATFORM_TIME.start] + data[_PLATFORM_TIME.stop :]
                digest.update(data)
            hashes[name] = digest.hexdigest()
            connection.close()
        assert len(set(hashes.values())) >= len(hashes) - 2  # hardly any is empty
        return hashes


def test_asynchronous_time_is_the_time_of_the_clock(server: Any) -> None:
    with server.caller() as caller, server.subscriber(1) as world:
        caller.call("load_new_episode", "Street", True, 0)
        camera = caller.spawn("sensor.camera.rgb", image_size_x=640, image_size_y=360)  # keeps the server busy
        (stream,) = struct.unpack_from("<I", camera[5])
        caller.call("get_sensor_token", stream)
        with server.subscriber(stream):
            for _ in range(3):
                first = _snapshot(world)
            begin_s = time.monotonic()
            while time.monotonic() - begin_s < 3.0:
                last = _snapshot(world)
            passed_s = last["platform"] - first["platform"]
    assert last["elapsed"] - first["elapsed"] == pytest.approx(passed_s, rel=0.05, abs=0.1)
    assert last["frame"] - first["frame"] <= math.ceil(31.0 * passed_s) + 2


def test_elapsed_time_is_the_sum_of_the_steps(server: Any) -> None:
    with server.caller() as caller, server.subscriber(1) as world:
        caller.call("load_new_episode", "Street", True, 0)
        caller.synchronous(0.05)
        _drain(world)
        caller.call("tick_cue")
        first = _snapshot(world)
        for _ in range(400):
            caller.call("tick_cue")
            last = _snapshot(world)
        assert last["elapsed"] - first["elapsed"] == pytest.approx(20.0, abs=1e-9)
        assert last["frame"] - first["frame"] == 400


def test_ticks_leave_a_traffic_manager_time_to_fall_asleep(start_server: Any) -> None:
    """With a rest of two seconds instead of two milliseconds, nothing but the rest can make a tick so slow."""
    with start_server(patch="from carlite.serve import pacing\npacing.REST_S = 2.0") as server, server.caller() as caller:
        caller.synchronous()
        first = caller.call("tick_cue")
        begin_s = time.monotonic()
        for _ in range(5):
            caller.call("tick_cue")
        assert time.monotonic() - begin_s < 2.0  # nobody else waits
        caller.call("add_traffic_manager_running", ["127.0.0.1", 8000])
        for name, *arguments in (("tick_cue",), ("apply_batch", [], False)):
            caller.call(name, *arguments)
            begin_s = time.monotonic()
            caller.call("tick_cue")
            assert time.monotonic() - begin_s > 1.9
        caller.call("destroy_traffic_manager", 8000)
        begin_s = time.monotonic()
        assert caller.call("tick_cue") == first + 9
        assert time.monotonic() - begin_s < 2.0


def test_an_idle_synchronous_server_uses_no_processor_time(server: Any) -> None:
    with server.caller() as caller:
        caller.synchronous()
        caller.call("tick_cue")
        time.sleep(0.5)
        before_s = server.cpu_s()
        time.sleep(3.0)
        assert server.cpu_s() - before_s <= 0.1
        caller.synchronous(on=False)
        with server.subscriber(1) as world:  # and wakes at once
            begin_s = time.monotonic()
            for _ in range(5):
                _snapshot(world)
            assert time.monotonic() - begin_s < 2.0


def _snapshot(connection: Any) -> dict[str, Any]:
    data = connection.message()
    frame, elapsed_s = struct.unpack_from("<Qd", data, 8)
    (platform_s,) = struct.unpack_from("<d", data, _PLATFORM_TIME.start)
    return {"frame": frame, "elapsed": elapsed_s, "platform": platform_s}


def _drain(connection: Any) -> None:
    """Reads what is there, and a message that has begun to the end."""
    for _ in _messages(connection):
        continue


def _messages(connection: Any) -> list[bytes]:
    """All messages that come until none has come for a while."""
    found = []
    while True:
        connection.settimeout(0.5)
        try:
            head = connection.recv(4)
        except TimeoutError:
            connection.settimeout(60.0)
            return found
        connection.settimeout(60.0)
        assert head, "the server closed the connection"
        head += connection.exactly(4 - len(head))
        found.append(connection.exactly(struct.unpack("<I", head)[0]))
