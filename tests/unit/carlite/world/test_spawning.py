"""Where actors may be spawned."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carlite.errors import CallError
from carlite.world.level import build_level
from carlite.world.maps import EMPTY_STREET, MapSource
from carlite.world.world import World

_LEVEL = (0.0, 0.0, 0.0)


@pytest.fixture
def world() -> Iterator[World]:
    made = World(build_level(MapSource(name="Street", opendrive=EMPTY_STREET), seed=0, threads=1))
    yield made
    made.episode.level.rays.close()


def test_a_walker_steps_aside_from_what_stands_in_its_place(world: World) -> None:
    post = world.episode.spawn("walker.pedestrian.0001", {}, (20.0, 2.0, 1.0), _LEVEL)
    walker = world.episode.spawn("walker.pedestrian.0002", {}, (20.0, 1.7, 1.0), _LEVEL)
    apart_m = abs(world.episode.states.location[walker.row, 1] - world.episode.states.location[post.row, 1])
    assert 0.3 < apart_m <= 0.8


def test_a_walker_does_not_step_out_of_a_car(world: World) -> None:
    world.episode.spawn("vehicle.tesla.model3", {}, (20.0, 2.0, 0.3), _LEVEL)
    with pytest.raises(CallError, match="collision"):
        world.episode.spawn("walker.pedestrian.0001", {}, (20.0, 2.0, 1.0), _LEVEL)


def test_a_vehicle_does_not_step_aside(world: World) -> None:
    world.episode.spawn("walker.pedestrian.0001", {}, (20.0, 2.0, 1.0), _LEVEL)
    with pytest.raises(CallError, match="collision"):
        world.episode.spawn("vehicle.tesla.model3", {}, (20.0, 1.3, 0.3), _LEVEL)
