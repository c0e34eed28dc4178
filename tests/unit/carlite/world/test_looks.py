"""When the looks of actors are built."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carlite.world.level import build_level
from carlite.world.maps import EMPTY_STREET, MapSource
from carlite.world.world import World

_LEVEL = (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World(build_level(MapSource(name="Street", opendrive=EMPTY_STREET), seed=0, threads=1))
    yield made
    made.episode.level.rays.close()


def test_nobody_builds_looks_until_something_looks(world: World) -> None:
    car = world.episode.spawn("vehicle.audi.tt", {}, (0.0, 0.0, 40.0), _LEVEL)
    world.episode.spawn("sensor.other.gnss", {}, (0.0, 0.0, 2.0), _LEVEL)
    assert car.model is None
    camera = world.episode.spawn("sensor.camera.rgb", {}, (0.0, 0.0, 2.0), _LEVEL)
    assert car.model is not None  # no later tick has to wait for it
    other = world.episode.spawn("vehicle.mini.cooper_s", {}, (0.0, 0.0, 60.0), _LEVEL)
    assert other.model is not None
    world.episode.destroy(camera)
    assert world.episode.spawn("vehicle.tesla.model3", {}, (0.0, 0.0, 80.0), _LEVEL).model is None
