"""Coverage-guided fuzzing of what clients can send, with atheris; run by hand.

    pip install atheris
    python tests/fuzz/fuzz_rpc.py TARGET [-max_total_time=60] [libFuzzer options] [CORPUS_FOLDER]

TARGET is one of: requests (bytes of the call socket), calls (every function with any arguments, and ticks between), logs (a
recording with edits), maps (an OpenDRIVE text with edits). What is found is written to ``crash-*`` in the present folder; give
that file as the last argument to see it again. An input that takes longer than ``-timeout`` seconds counts as found too.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import atheris
import msgpack

with atheris.instrument_imports():
    from carlite import opendrive

# Without instruments: numba cannot compile what has them.
import carlite.navigation
import carlite.physics
import carlite.rays
import carlite.scenery
import carlite.sensors  # noqa: F401

with atheris.instrument_imports():
    from carlite.calls import Call, Context, all_calls
    from carlite.errors import CallError, MapError, WireError
    from carlite.recording import LogFolder, RecordingDesk, reports
    from carlite.recording.log import read_log
    from carlite.wire.limits import WireLimits
    from carlite.wire.requests import RequestReader
    from carlite.wire.streams import StreamServer
    from carlite.wire.values import reply
    from carlite.world.level import build_level
    from carlite.world.maps import EMPTY_STREET, MapShelf, MapSource
    from carlite.world.world import World

_TEXTS = (
    "",
    "x",
    "vehicle.tesla.model3",
    "walker.pedestrian.0003",
    "sensor.other.imu",
    "sensor.camera.rgb",
    "sensor.lidar.ray_cast",
    "static.prop.box01",
    "static.trigger.friction",
    "image_size_x",
    "channels",
    "1",
    "-1",
    "nan",
    "a.log",
    "../a",
    "Street",
    "crl_hips__C",
)
_NUMBERS = (0, 1, -1, 2, 3, 255, 2**31, 2**32 - 1, -(2**63), 2**64 - 1, 0.0, -0.5, 1e-30, 1e6, 1e30, 1e300)
_NUMBERS_WRONG = (float("nan"), float("inf"), -float("inf"))
_LOADING = frozenset({"load_new_episode", "copy_opendrive_to_file"})
_MOST_ACTORS = 60
_STEP_S = 0.05


def _requests() -> Callable[[bytes], None]:
    """Any bytes in any pieces: requests or a WireError, the same ones however the bytes were cut."""

    def run(data: bytes) -> None:
        if not data:
            return
        piece, content = data[0] + 1, data[1:]
        assert repr(_read([content])) == repr(_read([content[i : i + piece] for i in range(0, len(content), piece)]))

    return run


def _read(pieces: list[bytes]) -> tuple[list[Any], bool]:
    reader = RequestReader(WireLimits(request_bytes=1 << 16))
    found: list[Any] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            while (request := reader.take()) is not None:
                found.append(request)
    except WireError:
        return found, True
    return found, False


def _logs() -> Callable[[bytes], None]:
    """Any file gives a log and three reports, or a CallError."""
    path = Path(tempfile.mkdtemp()) / "fuzzed.log"
    recording = _recording()

    def run(data: bytes) -> None:
        path.write_bytes(_edited(recording, data))
        try:
            log = read_log(path)
            reports.file_info(log, everything=True)
            reports.collisions(log, "a", "a")
            reports.blocked(log, 1.0, 10.0)
        except CallError:
            return

    return run


def _maps() -> Callable[[bytes], None]:
    """Any text is a road network or a MapError."""

    def run(data: bytes) -> None:
        try:
            opendrive.parse(_edited(EMPTY_STREET.encode(), data).decode("utf-8", errors="replace"))
        except MapError:
            return

    return run


def _edited(content: bytes, data: bytes) -> bytes:
    """``content`` with up to eight pieces replaced, as ``data`` says; sometimes ``data`` alone."""
    given = atheris.FuzzedDataProvider(data)
    if given.ConsumeProbability() < 0.05:
        return bytes(given.ConsumeBytes(given.remaining_bytes()))
    for _ in range(given.ConsumeIntInRange(1, 8)):
        at = given.ConsumeIntInRange(0, len(content))
        gone = given.ConsumeIntInRange(0, 12)
        content = content[:at] + given.ConsumeBytes(given.ConsumeIntInRange(0, 12)) + content[at + gone :]
    return content


def _recording() -> bytes:
    """A second of a car, a walker and a box, everything recorded."""
    context = _context()
    assert context.recording is not None
    path = Path(context.recording.start_recorder("seed.log", additional=True))
    for _ in range(20):
        context.world.step(_STEP_S)
    context.recording.stop_recorder()
    return path.read_bytes()


def _calls() -> Callable[[bytes], None]:
    """Any function with any arguments gives a value that can be packed or a CallError, and the world ticks on."""
    context = _context()
    calls = [call for name, call in sorted(all_calls().items()) if name not in _LOADING]
    ticks = [0]

    def run(data: bytes) -> None:
        given = atheris.FuzzedDataProvider(data)
        for _ in range(given.ConsumeIntInRange(1, 4)):
            call: Call = given.PickValueInList(calls)
            arguments = [_anything(given, 0) for _ in range(call.arguments)]
            if arguments and given.ConsumeBool():
                arguments[0] = given.ConsumeIntInRange(0, 12)
            try:
                msgpack.packb(reply(call.form, call.run(context, arguments)))
            except CallError:
                continue
        context.world.step(_STEP_S)
        ticks[0] += 1
        if ticks[0] % 16 == 0:
            context.world.refresh_rays()
            context.world.snapshot(0.0)
        if len(context.world.episode.actors) > _MOST_ACTORS:
            context.world.load(context.world.episode.level, reset_settings=True)
            _populate(context.world)

    return run


class _Streams:
    """Nobody listens."""

    def expect(self, stream_id: int, asker: object) -> None:
        del stream_id, asker


def _context() -> Context:
    world = World(build_level(MapSource(name="Street", opendrive=EMPTY_STREET), seed=0, threads=1))
    _populate(world)
    desk = RecordingDesk(world, LogFolder(Path(tempfile.mkdtemp())))
    streams = cast(StreamServer, _Streams())
    return Context(world=world, streams=streams, stream_port=1, shelf=MapShelf(None), threads=1, recording=desk)


def _populate(world: World) -> None:
    for number, name in enumerate(("vehicle.tesla.model3", "walker.pedestrian.0003", "static.prop.box01")):
        world.episode.spawn(name, {}, (10.0 + 8.0 * number, 1.75, 1.0), (0.0, 0.0, 0.0))
    for name in ("sensor.camera.rgb", "sensor.lidar.ray_cast"):
        world.episode.spawn(name, {}, (0.0, 0.0, 2.0), (0.0, 0.0, 0.0), 2)


def _anything(given: atheris.FuzzedDataProvider, depth: int) -> Any:
    """What a client could send; vectors, transforms and descriptions more often than chance would make them."""
    kind = given.ConsumeIntInRange(0, 13)
    if kind < 2:
        return given.PickValueInList(list(_NUMBERS))
    if kind == 2:
        return given.PickValueInList(list(_NUMBERS_WRONG))
    if kind == 3:
        return given.ConsumeBool()
    if kind == 4:
        return given.PickValueInList(list(_TEXTS))
    if kind == 5:
        return given.PickValueInList([None, b"", b"abc", {}, given.ConsumeUnicodeNoSurrogates(6)])
    if kind == 6:
        return given.ConsumeIntInRange(-5, 40)
    if kind == 7:
        return given.ConsumeRegularFloat()
    if kind < 10:
        return _vector(given)
    if kind == 10:
        return [_vector(given), _vector(given)]
    if kind == 11:
        attributes = [[_text(given), 4, _text(given)] for _ in range(given.ConsumeIntInRange(0, 2))]
        return [0, _text(given), attributes]
    return [] if depth > 3 else [_anything(given, depth + 1) for _ in range(given.ConsumeIntInRange(0, 8))]


def _text(given: atheris.FuzzedDataProvider) -> str:
    return str(given.PickValueInList(list(_TEXTS)))


def _vector(given: atheris.FuzzedDataProvider) -> list[float]:
    if given.ConsumeProbability() < 0.2:
        return [given.PickValueInList(list(_NUMBERS)) for _ in range(3)]
    return [given.ConsumeFloatInRange(-60.0, 60.0) for _ in range(3)]


_TARGETS = {"requests": _requests, "calls": _calls, "logs": _logs, "maps": _maps}


def main() -> None:
    """Runs the fuzzer until it finds something or its time is over."""
    if len(sys.argv) < 2 or sys.argv[1] not in _TARGETS:
        raise SystemExit(__doc__)
    run = _TARGETS[sys.argv.pop(1)]()
    atheris.Setup(sys.argv, run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
