"""What the wire costs: a call against an echo of its bytes, and an image against a copy of its bytes over loopback.

    python benchmarks/wire.py [--rounds 15] [--width 1600] [--height 900]

Three processes take turns, so that the load of the machine is the same for all: a carlite whose colour camera has its pixels
ready (the way of the bytes is the real one from the worker thread on, and no time is spent on looking), a bare server that
sends as many bytes as an image has when it gets a byte, and that echoes what it gets. An image takes from ``world.tick()``
to the first line of the Python callback; the tick alone, with nobody listening, is measured beside it and taken off.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import carla
import msgpack
import numpy as np
from common import median_s, started

_CALL_TIMEOUT_S = 60.0
_STEP_S = 0.05
_PER_ROUND = 20
_HEADERS_BYTES = 4 + 48 + 12


def main() -> None:
    """Runs the benchmark, or one of its servers."""
    if sys.argv[1:2] == ["--ready-camera"]:
        sys.exit(_serve_ready_images(sys.argv[2:]))
    if sys.argv[1:2] == ["--bare"]:
        _serve_bare(int(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--height", type=int, default=900)
    options = parser.parse_args()
    image_bytes = 4 * options.width * options.height + _HEADERS_BYTES
    carlite = ["--ready-camera", "--port", "0", "--parent", str(os.getpid())]
    with started(__file__, *carlite) as (_, port), started(__file__, "--bare", str(image_bytes)) as (_, bare_port):
        _measure_calls(port, bare_port, options.rounds)
        _measure_images(port, bare_port, image_bytes, options)
        sys.stdout.flush()
    os._exit(0)  # without the destructors of the client, which wait for a server that has gone


def _measure_calls(port: int, bare_port: int, rounds: int) -> None:
    """Round trips of a call, by the client and by a bare socket, and of an echo of the same bytes."""
    client = carla.Client("127.0.0.1", port)
    client.set_timeout(_CALL_TIMEOUT_S)
    request, reply = msgpack.packb([0, 1, "version", [[False]]]), msgpack.packb([1, 1, None, [[1, "0.9.16"]]])
    call, bare = _connected(port), _connected(bare_port)

    def ask(connection: socket.socket, answer_bytes: int) -> None:
        connection.sendall(request)
        got = 0
        while got < answer_bytes:
            got += len(connection.recv(4096))

    echoed, raw, official = [], [], []
    for _ in range(rounds):
        echoed.append(median_s(lambda: ask(bare, len(request)), 200))
        raw.append(median_s(lambda: ask(call, len(reply)), 200))
        official.append(median_s(client.get_server_version, 200))
    floor = np.median(echoed)
    print(f"call: echo of its bytes {1e6 * floor:.0f} us; through a bare socket {1e6 * np.median(raw):.0f} us, ratio "
          f"{np.median(np.array(raw) / echoed):.2f}; through the client {1e6 * np.median(official):.0f} us, ratio "
          f"{np.median(np.array(official) / echoed):.2f}", flush=True)  # fmt: skip


def _measure_images(port: int, bare_port: int, image_bytes: int, options: argparse.Namespace) -> None:
    """Images to the callback, ticks alone, copies of the same bytes."""
    client = carla.Client("127.0.0.1", port)
    client.set_timeout(_CALL_TIMEOUT_S)
    world = client.get_world()
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
    world.apply_settings(settings)
    blueprint = world.get_blueprint_library().find("sensor.camera.rgb")
    blueprint.set_attribute("image_size_x", str(options.width))
    blueprint.set_attribute("image_size_y", str(options.height))
    camera = world.spawn_actor(blueprint, carla.Transform())
    arrived = threading.Event()
    times = [0.0]

    def receive(_: Any) -> None:
        times[0] = time.perf_counter()
        arrived.set()

    def image() -> float:
        arrived.clear()
        begin_s = time.perf_counter()
        world.tick(_CALL_TIMEOUT_S)
        if not arrived.wait(_CALL_TIMEOUT_S):
            raise SystemExit("no image came")
        return times[0] - begin_s

    bare, buffer = _connected(bare_port), bytearray(image_bytes)

    def copy() -> None:
        bare.sendall(b"!")
        view = memoryview(buffer)
        while view:
            view = view[bare.recv_into(view) :]

    copies, ticks, images = [], [], []
    for round_ in range(options.rounds + 1):
        camera.listen(receive)
        image()
        delivered = float(np.median([image() for _ in range(_PER_ROUND)]))
        camera.stop()
        world.tick(_CALL_TIMEOUT_S)
        if round_:  # the first round warms up
            images.append(delivered)
            ticks.append(median_s(lambda: world.tick(_CALL_TIMEOUT_S), _PER_ROUND))
            copies.append(median_s(copy, _PER_ROUND))
    alone = np.array(images) - ticks
    print(f"image of {options.width} x {options.height}: copy of its bytes {1e3 * np.median(copies):.2f} ms; tick alone "
          f"{1e3 * np.median(ticks):.2f} ms; tick to callback {1e3 * np.median(images):.2f} ms, ratio "
          f"{np.median(np.array(images) / copies):.2f}; without the tick {1e3 * np.median(alone):.2f} ms, ratio "
          f"{np.median(alone / copies):.2f} (target 2.0)", flush=True)  # fmt: skip


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), _CALL_TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _serve_ready_images(arguments: list[str]) -> int:
    """carlite with a colour camera whose pixels are there already."""
    from carlite.__main__ import main as carlite
    from carlite.actors import Actor
    from carlite.sensors import registry
    from carlite.sensors.base import Payload, View
    from carlite.sensors.camera import ColourCamera
    from carlite.wire.binary import image_header

    class ReadyCamera(ColourCamera):
        """Sends the same noise every tick."""

        def __init__(self, actor: Actor) -> None:
            super().__init__(actor)
            pixels = np.random.default_rng(0).integers(0, 256, 4 * self.width * self.height, np.uint8)
            self._noise = image_header(self.width, self.height, self.fov_deg) + pixels.tobytes()

        def prepare(self, view: View) -> None:
            """Nothing to ask for."""

        def measure(self, view: View) -> list[Payload]:
            """The noise."""
            return [self._noise]

    registry.SENSORS["sensor.camera.rgb"] = ReadyCamera
    return carlite(arguments)


def _serve_bare(image_bytes: int) -> None:
    """Echoes what it gets; answers "!" with an image's bytes."""
    listener = socket.create_server(("127.0.0.1", 0))
    image = np.random.default_rng(0).integers(0, 256, image_bytes, np.uint8).tobytes()
    print(f"bare ready on 127.0.0.1:{listener.getsockname()[1]}", flush=True)

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            while data := connection.recv(4096):
                connection.sendall(image if data == b"!" else data)

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
