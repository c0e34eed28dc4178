"""Any arguments at all give a value or a CallError, and the world ticks on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgpack
import pytest

from carlite.calls import Call, Context, all_calls
from carlite.errors import CallError
from carlite.recording import LogFolder, RecordingDesk
from carlite.wire.streams import StreamServer
from carlite.wire.values import reply
from carlite.world.level import build_level
from carlite.world.maps import EMPTY_STREET, MapShelf, MapSource
from carlite.world.world import World

_CASES = 4000
_TEXTS = (
    "",
    "x",
    "vehicle.tesla.model3",
    "walker.pedestrian.0003",
    "sensor.other.imu",
    "a.log",
    "../a",
    "Street",
    "crl_hips__C",
)
_NUMBERS = (0, 1, -1, 2, 3, 255, 2**31, -(2**63), 2**64 - 1, 0.0, -0.5, 1e6, 1e300, float("nan"), float("inf"))
_LOADING = frozenset({"load_new_episode", "copy_opendrive_to_file"})  # tested where maps are loaded


class _Streams:
    """Nobody listens."""

    def expect(self, stream_id: int, asker: object) -> None:
        del stream_id, asker


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A street with a car, a walker, a box and a camera."""
    world = World(build_level(MapSource(name="Street", opendrive=EMPTY_STREET), seed=0, threads=1))
    for number, name in enumerate(("vehicle.tesla.model3", "walker.pedestrian.0003", "static.prop.box01")):
        world.episode.spawn(name, {}, (10.0 + 8.0 * number, 1.75, 1.0), (0.0, 0.0, 0.0))
    world.episode.spawn("sensor.camera.rgb", {}, (0.0, 0.0, 2.0), (0.0, 0.0, 0.0), 2)
    desk = RecordingDesk(world, LogFolder(tmp_path_factory.mktemp("logs")))
    streams = cast(StreamServer, _Streams())
    yield Context(world=world, streams=streams, stream_port=1, shelf=MapShelf(Path("/none")), threads=1, recording=desk)
    desk.close()
    world.episode.level.rays.close()


def _anything(rng: random.Random, depth: int = 0) -> Any:
    """What a client could send, vectors and transforms more often than chance would make them."""
    kind = rng.random()
    if kind < 0.3:
        return rng.choice(_NUMBERS)
    if kind < 0.4:
        return rng.random() < 0.5
    if kind < 0.5:
        return rng.choice(_TEXTS)
    if kind < 0.55:
        return rng.choice((None, b"", b"abc", {}))
    if kind < 0.75:
        return [rng.uniform(-50.0, 50.0) for _ in range(3)]
    if kind < 0.85:
        return [[rng.uniform(-50.0, 50.0) for _ in range(3)] for _ in range(2)]
    return [] if depth > 3 else [_anything(rng, depth + 1) for _ in range(rng.randrange(8))]


def test_any_arguments_give_a_value_or_an_error(context: Context) -> None:
    rng = random.Random(5)
    calls = [call for name, call in sorted(all_calls().items()) if name not in _LOADING]
    for _ in range(_CASES):
        call: Call = rng.choice(calls)
        arguments = [_anything(rng) for _ in range(call.arguments)]
        if arguments and rng.random() < 0.7:
            arguments[0] = rng.randrange(8)
        try:
            msgpack.packb(reply(call.form, call.run(context, arguments)))
        except CallError:
            continue
        except Exception as error:
            raise AssertionError(f"{call.name}{arguments} raised {error!r}") from error


def test_the_world_ticks_after_all_that(context: Context) -> None:
    for _ in range(3):
        context.world.step(0.05)
    context.world.refresh_rays()
