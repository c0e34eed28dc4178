"""Who plays what: drawn from the scenario's seed, the same for every run of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import carla
import pytest

from rarebit.core.errors import MissingBlueprintError
from rarebit.session.casting import Casting, cast
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer


class Blueprint:
    def __init__(self, number: int) -> None:
        self.id = f"vehicle.maker.model{number}"

    def has_attribute(self, name: str) -> bool:
        return name == "base_type"

    def get_attribute(self, name: str) -> Any:
        return SimpleNamespace(as_str=lambda: "car")


class Library(list[Blueprint]):
    def find(self, type_id: str) -> Blueprint:
        return next(one for one in self if one.id == type_id)


class World:
    """Twelve cars, the nth of them 4 m and n dm long."""

    def __init__(self) -> None:
        self.reads = 0

    def get_blueprint_library(self) -> Library:
        self.reads += 1
        return Library(Blueprint(number) for number in range(12))

    def spawn_actor(self, blueprint: Blueprint, where: carla.Transform) -> Any:
        half = 2.0 + int(blueprint.id.removeprefix("vehicle.maker.model")) / 20.0
        box = carla.BoundingBox(carla.Location(), carla.Vector3D(half, 0.9, 0.7))
        return SimpleNamespace(bounding_box=box, destroy=lambda: None)


def made(*models: str, seed: int = 0, index: int = 0, name: str = "t", world: World | None = None) -> Casting:
    ego = SimpleNamespace(model="vehicle.maker.model0")
    scenario: Any = SimpleNamespace(
        seed=seed, index=index, scenario=name, ego=ego, actors=tuple(SimpleNamespace(model=model) for model in models)
    )
    handle: Any = world or World()
    return cast(CarlaServer(CarlaConfig(host="there")), handle, scenario)


def test_a_family_is_played_by_one_of_it_and_an_id_by_itself() -> None:
    casting = made("vehicle.car", "vehicle.maker.model7")
    assert set(casting.type_ids) == {"vehicle.maker.model0", "vehicle.car", "vehicle.maker.model7"}
    assert casting.type_ids["vehicle.maker.model7"] == "vehicle.maker.model7"
    assert casting.size_lwh_m("vehicle.maker.model7") == pytest.approx([4.7, 1.8, 1.4])
    drawn = casting.type_ids["vehicle.car"]
    assert casting.size_lwh_m("vehicle.car") == pytest.approx(casting.boxes[drawn][1])


def test_the_draw_is_that_of_seed_index_and_scenario_alone() -> None:
    first = made("vehicle.car").type_ids["vehicle.car"]
    assert made("vehicle.car", "vehicle.maker", "vehicle.maker.model3").type_ids["vehicle.car"] == first
    for others in (
        {made("vehicle.car", seed=seed).type_ids["vehicle.car"] for seed in range(30)},
        {made("vehicle.car", index=index).type_ids["vehicle.car"] for index in range(30)},
        {made("vehicle.car", name=f"t{number}").type_ids["vehicle.car"] for number in range(30)},
    ):
        assert len(others) > 6


def test_a_servers_library_is_read_once() -> None:
    server, world = CarlaServer(CarlaConfig(host="there")), World()
    handle: Any = world
    ego = SimpleNamespace(model="vehicle.car")
    scenario: Any = SimpleNamespace(seed=0, index=0, scenario="t", ego=ego, actors=())
    assert cast(server, handle, scenario).library is cast(server, handle, scenario).library
    assert world.reads == 1


def test_a_model_that_nobody_can_play_is_told() -> None:
    with pytest.raises(MissingBlueprintError, match=r"no walker\.child; nearest it has"):
        made("walker.child")
