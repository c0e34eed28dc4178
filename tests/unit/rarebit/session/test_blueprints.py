"""Models of scenarios to blueprints of a made-up library."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import carla
import numpy as np
import pytest

from rarebit.core.errors import MissingBlueprintError
from rarebit.session import blueprints
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer


@dataclasses.dataclass
class Attribute:
    value: str

    def as_str(self) -> str:
        return self.value


@dataclasses.dataclass
class Blueprint:
    id: str
    attributes: dict[str, str]

    def has_attribute(self, name: str) -> bool:
        return name in self.attributes

    def get_attribute(self, name: str) -> Attribute:
        return Attribute(self.attributes[name])


class Handle(list[Blueprint]):
    def find(self, type_id: str) -> Blueprint:
        return next(one for one in self if one.id == type_id)


def library() -> blueprints.Library:
    handle: Any = Handle(
        [
            Blueprint("vehicle.tesla.model3", {"base_type": "car"}),
            Blueprint("vehicle.audi.tt", {"base_type": "car"}),
            Blueprint("vehicle.audi.a2", {"base_type": "car"}),
            Blueprint("vehicle.ford.ambulance", {"base_type": "van", "special_type": "emergency"}),
            Blueprint("vehicle.audi", {}),
            Blueprint("walker.pedestrian.0009", {"age": "child"}),
            Blueprint("walker.pedestrian.0001", {"age": "adult"}),
            Blueprint("static.prop.box01", {}),
        ]
    )
    return blueprints.Library(handle)


@pytest.mark.parametrize(
    ("model", "ids"),
    [
        ("vehicle.car", {"vehicle.audi.a2", "vehicle.audi.tt", "vehicle.tesla.model3"}),
        ("vehicle.emergency", {"vehicle.ford.ambulance"}),
        ("vehicle.van", {"vehicle.ford.ambulance"}),
        ("walker.child", {"walker.pedestrian.0009"}),
        ("walker.pedestrian", {"walker.pedestrian.0001", "walker.pedestrian.0009"}),
        ("vehicle.audi", {"vehicle.audi"}),  # an id is itself, not what begins with it
        ("vehicle.audi.", {"vehicle.audi.a2", "vehicle.audi.tt"}),
    ],
)
def test_a_model_is_drawn_from_what_it_stands_for(model: str, ids: set[str]) -> None:
    known, rng = library(), np.random.default_rng(0)
    assert {blueprints.resolve(known, model, rng) for _ in range(60)} == ids


def test_a_model_that_is_not_there_is_told_the_nearest_of_its_kind() -> None:
    with pytest.raises(MissingBlueprintError, match=r"no vehicle\.audi\.ttt; nearest it has: vehicle\.audi\.tt, vehicle\.audi"):
        blueprints.resolve(library(), "vehicle.audi.ttt", np.random.default_rng(0))
    with pytest.raises(MissingBlueprintError, match=r"no walker\.pedestrian\.0008; nearest it has: walker\.pedestrian\.000"):
        blueprints.resolve(library(), "walker.pedestrian.0008", np.random.default_rng(0))
    with pytest.raises(MissingBlueprintError, match=r"no vehicle\.bus; nearest"):
        blueprints.resolve(library(), "vehicle.bus", np.random.default_rng(0))


def test_boxes_are_measured_once_each_in_the_air_and_probes_do_not_stay() -> None:
    probes: list[tuple[str, float, float]] = []
    gone: list[str] = []

    def spawn_actor(blueprint: Blueprint, where: carla.Transform) -> Any:
        probes.append((blueprint.id, where.location.x, where.location.z))
        box = carla.BoundingBox(carla.Location(0.0, 0.0, 0.7), carla.Vector3D(2.0, 0.9, 0.7))
        return SimpleNamespace(bounding_box=box, destroy=lambda: gone.append(blueprint.id))

    server, world, known = CarlaServer(CarlaConfig(host="there")), SimpleNamespace(spawn_actor=spawn_actor), library()
    handle: Any = world
    found = blueprints.boxes(server, handle, known, ["vehicle.audi.tt", "static.prop.box01", "vehicle.audi.tt"])
    assert found["vehicle.audi.tt"][1] == pytest.approx([4.0, 1.8, 1.4])
    assert [name for name, _, _ in probes] == gone == ["static.prop.box01", "vehicle.audi.tt"]
    assert len({x for _, x, _ in probes}) == 2  # not inside each other
    assert all(z > 100.0 for _, _, z in probes)
    blueprints.boxes(server, handle, known, ["vehicle.audi.tt"])
    assert len(probes) == 2
    with pytest.raises(MissingBlueprintError, match=r"no vehicle\.audi\.q9"):
        blueprints.boxes(server, handle, known, ["vehicle.audi.q9"])
