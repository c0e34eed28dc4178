"""Who dies, and what falls out of the world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carlite.physics import VehicleControl
from carlite.world.level import build_level
from carlite.world.maps import EMPTY_STREET, MapSource
from carlite.world.world import World

_LEVEL = (0.0, 0.0, 0.0)


@pytest.fixture
def world() -> Iterator[World]:
    made = World(build_level(MapSource(name="Street", opendrive=EMPTY_STREET), seed=0, threads=1))
    yield made
    made.episode.level.rays.close()


@pytest.mark.parametrize(("invincible", "dies"), [("true", False), ("false", True)])
def test_a_mortal_walker_dies_of_a_car_and_lies_for_ten_seconds(world: World, invincible: str, dies: bool) -> None:
    car = world.episode.spawn("vehicle.tesla.model3", {}, (20.0, 1.75, 0.3), _LEVEL)
    walker = world.episode.spawn("walker.pedestrian.0001", {"is_invincible": invincible}, (28.0, 1.75, 1.0), _LEVEL)
    world.step(0.05)
    world.episode.physics.pushes.set_target_velocity(car, (8.0, 0.0, 0.0))
    for tick in range(80):
        if tick == 18:
            world.episode.apply_vehicle_control(car, VehicleControl(brake=1.0))
        world.step(0.05)
    assert world.episode.losses.is_dead(walker) == dies
    lies = abs(world.episode.states.rotation_deg[walker.row, [0, 2]]).max() > 60.0
    assert lies == dies
    for _ in range(160):
        world.step(0.05)
    assert (world.episode.actors.find(walker.id) is None) == dies


def test_what_falls_out_of_the_world_is_gone_and_what_a_client_holds_stays(world: World) -> None:
    falling = world.episode.spawn("vehicle.tesla.model3", {}, (20.0, 1.75, 0.3), _LEVEL)
    held = world.episode.spawn("vehicle.tesla.model3", {}, (30.0, 1.75, 0.3), _LEVEL)
    world.episode.physics.set_simulate_physics(held, False)
    for car, x in ((falling, 0.0), (held, 30.0)):
        world.episode.place(car, (x, 0.0, -10480.0), _LEVEL)
    world.step(0.05)
    assert world.episode.actors.find(falling.id) is not None
    for _ in range(30):  # 5.75 m last 1.08 s
        world.step(0.05)
    assert world.episode.actors.find(falling.id) is None
    world.episode.place(held, (30.0, 0.0, -11000.0), _LEVEL)
    world.step(0.05)
    assert world.episode.actors.find(held.id) is not None
