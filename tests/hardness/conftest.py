"""A carlite process, raw connections to it, and official clients in processes of their own, which may be killed."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack
import pytest

CALL_S = 60.0
_LANE = '<lane id="{}" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'
_ROAD = f"""<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="4" name="street"/>
<road name="street" length="400" id="1" junction="-1">
<planView><geometry s="0" x="0" y="0" hdg="0" length="400"><line/></geometry></planView>
<lanes><laneSection s="0"><left>{_LANE.format(1)}</left><center><lane id="0" type="none" level="false"/></center>
<right>{_LANE.format(-1)}</right></laneSection></lanes></road></OpenDRIVE>"""
# What every client program of the tests begins with.
_PRELUDE = """
import json, os, queue, sys, threading, time
import carla
client = carla.Client("127.0.0.1", int(sys.argv[1]))
client.set_timeout(60.0)
world = client.get_world()
library = world.get_blueprint_library()

def synchronous(step_s=0.05):
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = True, step_s
    world.apply_settings(settings)

def car(x, name="vehicle.tesla.model3"):
    return world.spawn_actor(library.find(name), carla.Transform(carla.Location(x, 1.75, 0.3)))

def sensor(name, parent, **attributes):
    blueprint = library.find(name)
    for key, value in attributes.items():
        blueprint.set_attribute(key, str(value))
    return world.spawn_actor(blueprint, carla.Transform(carla.Location(0.5, 0.0, 2.0)), attach_to=parent)

def say(value):
    print(json.dumps(value), flush=True)

def leave():
    os._exit(0)  # without the destructors of the wheel, which can crash while snapshots arrive
"""


class CallFailedError(Exception):
    """A call that the server answered with an error."""


class Caller:
    """A raw msgpack-RPC client: what the wheel sends, without its threads."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), CALL_S)
        self._unpacker = msgpack.Unpacker(raw=False, unicode_errors="replace", max_buffer_size=1 << 30)
        self._last_id = 0

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, name: str, *arguments: object) -> int:
        """Asks without waiting; the id of the request."""
        self._last_id += 1
        self.socket.sendall(msgpack.packb([0, self._last_id, name, [[True], *arguments]]))
        return self._last_id

    def answer(self) -> tuple[int, object]:
        """The next reply: id of the request and result; raises CallFailedError for an error."""
        while True:
            for _, request_id, error, result in self._unpacker:
                return request_id, _unwrapped(error, result)
            data = self.socket.recv(1 << 20)
            assert data, "the server closed the connection"
            self._unpacker.feed(data)

    def call(self, name: str, *arguments: object) -> Any:
        """Asks and waits."""
        asked = self.send(name, *arguments)
        while True:
            request_id, result = self.answer()
            if request_id == asked:
                return result

    def synchronous(self, step_s: float | None = 0.05, *, on: bool = True) -> None:
        """Sets the mode and the length of ticks."""
        delta = [False] if step_s is None else [True, step_s]
        self.call("set_episode_settings", [on, False, delta, True, 0.01, 10, 0.0, False, 3000.0, 2000.0, True])

    def spawn(self, name: str, x: float = 50.0, parent: int | None = None, **attributes: object) -> Any:
        """Spawns an actor of a blueprint; its description."""
        described = [0, name, [[key, 4, str(value)] for key, value in attributes.items()]]
        pose = [[x, 1.75, 0.3], [0.0, 0.0, 0.0]]
        if parent is None:
            return self.call("spawn_actor", described, pose)
        return self.call("spawn_actor_with_parent", described, [[0.5, 0.0, 2.0], [0.0] * 3], parent, 0, "")


class Subscriber(socket.socket):
    """A raw connection to a stream."""

    def __init__(self, port: int, stream_id: int) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self.settimeout(CALL_S)
        self.connect(("127.0.0.1", port))
        self.sendall(struct.pack("<I", stream_id))

    def exactly(self, size: int) -> bytes:
        """So many bytes."""
        data = bytearray()
        while len(data) < size:
            part = self.recv(size - len(data))
            assert part, "the server closed the connection"
            data += part
        return bytes(data)

    def message(self) -> bytes:
        """The next message."""
        return self.exactly(struct.unpack("<I", self.exactly(4))[0])

    def frame(self) -> int:
        """The frame of the next message."""
        return int(struct.unpack_from("<QQ", self.message())[1])


def _unwrapped(error: object, result: Any) -> object:
    """The value of a ``Response``; what has no such form is given as it is."""
    if error is not None:
        raise CallFailedError(str(error))
    if not isinstance(result, list) or len(result) != 1 or not isinstance(result[0], list):
        return result  # of a batch
    if len(result[0]) == 1:
        return None
    kind, value = result[0]
    if kind is True or (kind == 0 and kind is not False):
        raise CallFailedError(value[0])
    return value


@dataclass(frozen=True)
class Program:
    """An official client in a process of its own."""

    process: subprocess.Popen[str]

    def hear(self) -> Any:
        """The next thing it says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the client ended with {self.process.wait(10)}"
        return json.loads(line)

    def tell(self) -> None:
        """Ends its standard input, which the programs take for the sign to finish."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def kill(self) -> None:
        """As ``kill -9``."""
        self.process.kill()
        self.process.wait(10)


@dataclass(frozen=True)
class Server:
    """A running carlite."""

    process: subprocess.Popen[str]
    port: int
    errors: Path
    logs: Path

    def caller(self) -> Caller:
        """A new raw connection."""
        return Caller(self.port)

    def subscriber(self, stream_id: int) -> Subscriber:
        """A raw connection to a stream, after its handshake."""
        return Subscriber(self.port + 1, stream_id)

    @contextmanager
    def program(self, code: str) -> Iterator[Program]:
        """Runs a client program; it has ``client``, ``world``, ``car``, ``sensor``, ``say`` and more of the prelude."""
        command = [sys.executable, "-c", _PRELUDE + textwrap.dedent(code), str(self.port)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield Program(process)
        finally:
            process.kill()
            process.wait(10)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def resident_mb(self) -> float:
        """Memory in use."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * 4096 / 1e6

    def cpu_s(self) -> float:
        """Processor time used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100.0

    def is_alive(self) -> bool:
        """Whether it runs and answers."""
        if self.process.poll() is not None:
            return False
        with self.caller() as caller:
            return bool(caller.call("version") == "0.9.16")


StartServer = Callable[..., Any]


@pytest.fixture(scope="session")
def start_server(run_carlite: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> StartServer:
    """``with start_server(*options, files=N, patch=CODE) as server``: ``CODE`` runs in the server before it starts."""

    @contextmanager
    def start(*options: str, files: int | None = None, patch: str = "") -> Iterator[Server]:
        folder = tmp_path_factory.mktemp("server")
        (folder / "maps").mkdir()
        for name in ("Street", "Second"):
            (folder / "maps" / f"{name}.xodr").write_text(_ROAD)
        (folder / "secret.xodr").write_text(_ROAD)
        limit = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))\n" if files else ""
        own = ("--maps", str(folder / "maps"), "--map", "Street", "--recordings", str(folder / "logs"))
        with run_carlite(*own, *options, before=limit + textwrap.dedent(patch)) as carlite:
            yield Server(carlite.process, carlite.port, carlite.errors, folder / "logs")

    return start


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[Server]:
    """One server for the tests of a module."""
    with start_server() as running:
        yield running


_WITNESS = """
synchronous()
vehicle = car(300.0)
imu = sensor("sensor.other.imu", vehicle)
frames, seen, ticks, waited = [], [], [], []
imu.listen(lambda data: frames.append(data.frame))
world.on_tick(lambda snapshot: seen.append(snapshot.frame))
world.tick()
say("ready")
end = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), end.set()), daemon=True).start()
while not end.is_set():
    start = time.perf_counter()
    ticks.append(world.tick())
    waited.append(time.perf_counter() - start)
    time.sleep(0.005)
time.sleep(0.5)
say({"frames": frames, "seen": seen, "ticks": ticks, "waited": waited})
leave()
"""


@pytest.fixture
def witness(server: Server) -> Iterator[Callable[[], Any]]:
    """An official client that ticks beside the test; calling it ends it and gives what it saw."""
    with server.program(_WITNESS) as program:
        assert program.hear() == "ready"

        def end() -> Any:
            time.sleep(0.3)
            program.tell()
            return program.hear()

        yield end
    with server.caller() as caller:
        caller.call("load_new_episode", "Street", True, 0)
