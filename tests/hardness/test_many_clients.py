"""Clients that come late, come in thousands, read slowly, never finish, or vanish."""

from __future__ import annotations

import contextlib
import resource
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

_MANY = 3000
_IMPATIENT = """
    import dataclasses
    import carlite.serve.limits as limits
    granted = limits.from_options
    def impatient(options):
        given = granted(options)
        wire = dataclasses.replace(given.wire, write_s=0.5, handshake_s=0.5, request_s=2.0, stream_backlog_bytes=1 << 20)
        return dataclasses.replace(given, wire=wire)
    limits.from_options = impatient
"""


@pytest.fixture(scope="module")
def impatient(start_server: Any) -> Iterator[Any]:
    """A server with short times and a small backlog."""
    with start_server(patch=_IMPATIENT) as running:
        yield running


def test_thousands_of_connections_cost_others_nothing(server: Any, witness: Callable[[], Any]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    many = min(_MANY, (hard - 300) // 2)
    opened = []
    try:
        for number in range(many):
            port = server.port + number % 2
            opened.append(socket.create_connection(("127.0.0.1", port), 10.0))
            if number % 10 == 0:
                opened[-1].sendall(b"\x94\x00"[: 1 + number % 20 // 10])  # begun and never finished
        assert server.is_alive()
        with server.subscriber(1) as late:
            assert late.recv(4)
        for connection in opened[::2]:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    finally:
        for connection in opened:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    for _ in range(500):  # and a storm of short ones
        for port in (server.port, server.port + 1):
            socket.create_connection(("127.0.0.1", port), 10.0).close()
    seen = witness()
    assert np.all(np.diff(seen["seen"]) == 1)
    assert np.all(np.diff(seen["frames"]) == 1)
    assert max(seen["waited"]) < 5.0


def test_what_is_never_finished_is_cut(impatient: Any) -> None:
    with (
        socket.create_connection(("127.0.0.1", impatient.port + 1), 10.0) as silent,
        socket.create_connection(("127.0.0.1", impatient.port), 10.0) as half,
        impatient.caller() as idle,
    ):
        half.sendall(b"\x94\x00\x01\xdd\xff\xff\xff\xff")
        assert _is_cut(silent)
        assert _is_cut(half)
        assert idle.call("version") == "0.9.16"  # to be silent between calls is no fault


def test_replies_that_nobody_reads_stop_the_reading(impatient: Any) -> None:
    with impatient.caller() as good, impatient.caller() as greedy:
        before = impatient.resident_mb()
        greedy.socket.settimeout(0.5)
        with contextlib.suppress(OSError):
            for _ in range(100_000):
                greedy.send("get_actor_definitions")
        for _ in range(5):
            begin_s = time.monotonic()
            assert good.call("version") == "0.9.16"
            assert time.monotonic() - begin_s < 2.0
        assert impatient.resident_mb() - before < 300.0
        time.sleep(3.0)  # longer than a client may leave its replies unread
        greedy.socket.settimeout(10.0)
        assert _is_cut(greedy.socket, drain=True)


def test_a_flood_of_calls_leaves_others_their_turn(server: Any, witness: Callable[[], Any]) -> None:
    end = threading.Event()

    def flood() -> None:
        with server.caller() as caller:
            while not end.is_set():
                for _ in range(500):
                    caller.send("get_actors_by_id", list(range(20)))
                for _ in range(500):
                    caller.answer()

    floods = [threading.Thread(target=flood) for _ in range(3)]
    for thread in floods:
        thread.start()
    waited = []
    try:
        with server.caller() as other:
            end_s = time.monotonic() + 3.0
            while time.monotonic() < end_s:
                begin_s = time.monotonic()
                other.call("version")
                waited.append(time.monotonic() - begin_s)
    finally:
        end.set()
        for thread in floods:
            thread.join()
    assert np.median(waited) < 0.25
    seen = witness()
    assert max(seen["waited"]) < 5.0
    assert np.all(np.diff(seen["frames"]) == 1)


def test_a_token_that_nobody_uses_delays_one_tick_at_most(server: Any) -> None:
    with server.caller() as good, server.caller() as liar:
        good.synchronous()
        waited = []
        for _ in range(4):
            liar.call("get_sensor_token", 1)
            begin_s = time.monotonic()
            frame = good.call("tick_cue")
            assert good.call("get_episode_settings")[0] is True  # is answered after the tick
            waited.append(time.monotonic() - begin_s)
            assert frame > 0
        assert sorted(waited)[2] < 0.5
        liar.call("get_sensor_token", 1)
    with server.caller() as good:  # whoever has gone is not waited for
        with server.caller() as gone:
            gone.call("get_sensor_token", 1)
        begin_s = time.monotonic()
        good.call("tick_cue")
        good.call("get_episode_settings")
        assert time.monotonic() - begin_s < 0.5


@pytest.mark.parametrize("synchronous", [True, False])
def test_a_subscriber_that_never_reads_holds_others_up_for_a_while_at_most(impatient: Any, synchronous: bool) -> None:
    with impatient.caller() as caller:
        caller.call("load_new_episode", "Street", True, 0)
        caller.synchronous(on=synchronous)
        camera = caller.spawn("sensor.camera.depth", image_size_x=1000, image_size_y=500)  # two megabytes
        (stream,) = struct.unpack_from("<I", camera[5])
        caller.call("get_sensor_token", stream)
        with impatient.subscriber(stream) as silent, impatient.subscriber(1) as good:
            begin_s, frames = time.monotonic(), []
            while len(frames) < 20:
                if synchronous:
                    caller.call("tick_cue")
                frames.append(good.frame())
            assert time.monotonic() - begin_s < 15.0
            if synchronous:
                assert np.all(np.diff(frames[1:]) == 1)
                assert "read nothing for 0.5 s" in impatient.errors.read_text()
                assert _is_cut(silent, drain=True)
            assert impatient.is_alive()
        caller.call("load_new_episode", "Street", True, 0)


_KILLED = {
    "ticking": "synchronous()\ncar(100.0)\nsay('ready')\nwhile True: world.tick()",
    "subscribed": """
        synchronous()
        camera = sensor("sensor.camera.rgb", car(100.0), image_size_x=800, image_size_y=600)
        camera.listen(lambda image: time.sleep(0.05))
        for _ in range(3): world.tick()
        say("ready")
        while True: world.tick()
    """,
    "token": """
        synchronous()
        imu = sensor("sensor.other.imu", car(100.0))
        say("ready")
        while True:
            imu.listen(print)
            imu.stop()
    """,
    "replay": """
        synchronous()
        client.start_recorder("killed.log", True)
        car(100.0).apply_control(carla.VehicleControl(throttle=1.0))
        for _ in range(40): world.tick()
        client.stop_recorder()
        client.replay_file("killed.log", 0.0, 0.0, 0, False)
        for _ in range(5): world.tick()
        say("ready")
        while True: world.tick()
    """,
    "traffic": """
        synchronous()
        port = int(sys.argv[1]) + 3000 if int(sys.argv[1]) < 60000 else int(sys.argv[1]) - 3000
        manager = client.get_trafficmanager(port)
        manager.set_synchronous_mode(True)
        car(100.0).set_autopilot(True, port)
        for _ in range(5): world.tick()
        say(port)
        while True: world.tick()
    """,
}


@pytest.mark.parametrize("doing", sorted(_KILLED))
def test_a_client_that_is_killed_leaves_the_world_to_others(server: Any, doing: str) -> None:
    with server.program(_KILLED[doing]) as program:
        heard = program.hear()
        time.sleep(0.2)
        program.kill()
    with server.caller() as caller, server.subscriber(1) as world:
        world.frame()
        begin_s = time.monotonic()
        frames = []
        for _ in range(5):
            caller.call("tick_cue")
            frames.append(world.frame())
        assert time.monotonic() - begin_s < 5.0
        assert np.all(np.diff(frames) == 1)
        if doing == "traffic":
            _until(lambda: caller.call("is_traffic_manager_running", heard) is False)
        caller.call("load_new_episode", "Street", True, 0)


def test_a_late_client_sees_the_same_world(server: Any) -> None:
    """Its actors, episode, sensors and Traffic Manager; both may tick; each hears the other's sensor."""
    first_code = """
        synchronous()
        vehicle = car(100.0)
        imu = sensor("sensor.other.imu", vehicle)
        port = int(sys.argv[1]) + 3000 if int(sys.argv[1]) < 60000 else int(sys.argv[1]) - 3000
        manager = client.get_trafficmanager(port)
        frame = world.tick()
        say({"vehicle": vehicle.id, "imu": imu.id, "episode": world.id, "frame": frame, "manager": port})
        sys.stdin.read()
        leave()
    """
    second_code = """
        say({"episode": world.id, "synchronous": world.get_settings().synchronous_mode})
        while world.get_snapshot().frame == 0: time.sleep(0.01)
        say({"actors": [actor.id for actor in world.get_actors()], "frame": world.get_snapshot().frame})
        imu = [actor for actor in world.get_actors().filter("sensor.*")][0]
        heard = queue.Queue()
        imu.listen(lambda data: heard.put(data.frame))
        say([(world.tick(), heard.get(timeout=10.0)) for _ in range(5)])
        leave()
    """
    with server.program(first_code) as first:
        there = first.hear()
        with server.caller() as caller:
            assert caller.call("is_traffic_manager_running", there["manager"]) is True
        with server.program(second_code) as second:
            assert second.hear() == {"episode": there["episode"], "synchronous": True}
            seen = second.hear()
            assert {there["vehicle"], there["imu"]} <= set(seen["actors"])
            assert seen["frame"] == there["frame"]
            ticks = second.hear()
            assert [list(pair) for pair in ticks] == [[there["frame"] + i, there["frame"] + i] for i in range(1, 6)]
        first.tell()
    with server.caller() as caller:
        caller.call("load_new_episode", "Street", True, 0)


def test_clients_that_tick_at_once_make_one_tick_each(server: Any) -> None:
    code = """
        say(0)
        sys.stdin.read()
        say([world.tick() for _ in range(30)])
        leave()
    """
    with server.caller() as caller:
        caller.synchronous()
        before = caller.call("tick_cue")
        with server.program(code) as one, server.program(code) as two, server.program(code) as three:
            programs = (one, two, three)
            for program in programs:
                program.hear()
            for program in programs:
                program.tell()
            frames = [frame for program in programs for frame in program.hear()]
        assert caller.call("tick_cue") == before + 91
    assert len(frames) == 90
    assert min(frames) > before
    assert max(frames) <= before + 90


def test_the_recorder_works_while_the_world_runs_by_itself(server: Any) -> None:
    with server.caller() as caller:
        caller.call("load_new_episode", "Street", True, 0)
        path = caller.call("start_recorder", "free.log", True)
        vehicle = caller.spawn("vehicle.tesla.model3", x=100.0)
        control = [1.0, 0.0, 0.0, False, False, False, 0]
        caller.call("apply_control_to_vehicle", vehicle[0], control)
        time.sleep(1.5)
        caller.call("stop_recorder")
        assert Path(path).stat().st_size > 1000
        report = caller.call("show_recorder_file_info", "free.log", True)
        assert "vehicle.tesla.model3" in report
        (frames,) = (int(line.split()[-1]) for line in report.splitlines() if line.startswith("Frames:"))
        assert frames >= 10
        assert "Replaying File" in caller.call("replay_file", "free.log", 0.0, 0.0, 0, False, [[0.0] * 3, [0.0] * 3])
        time.sleep(0.5)
        caller.call("stop_replayer", False)
    assert server.is_alive()


def _is_cut(connection: socket.socket, *, drain: bool = False) -> bool:
    try:
        while connection.recv(1 << 20):
            if not drain:
                return False
    except ConnectionResetError:
        return True
    return True


def _until(holds: Callable[[], bool], limit_s: float = 10.0) -> None:
    end_s = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end_s, f"it did not come true within {limit_s:g} s"
        time.sleep(0.05)
