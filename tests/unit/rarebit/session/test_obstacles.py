"""What stands on a map, from its environment objects."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import carla
import pytest

from rarebit.scenario import TemplateRoad, TownRoad
from rarebit.session.config import CarlaConfig
from rarebit.session.obstacles import obstacles
from rarebit.session.server import CarlaServer

SERVER = CarlaServer(CarlaConfig(host="there"))


def thing(kind: str, size: tuple[float, float, float], yaw_deg: float = 0.0) -> Any:
    box = carla.BoundingBox(carla.Location(3.0, 5.0, 2.0), carla.Vector3D(*(side / 2.0 for side in size)))
    box.rotation = carla.Rotation(yaw=yaw_deg)
    return SimpleNamespace(type=kind, bounding_box=box)


def standing(*things: Any, town: bool = True) -> list[Any]:
    road = TownRoad(town="Town01", query={}, draw=0.0) if town else TemplateRoad(template="t", parameters={}, opendrive="")
    session: Any = SimpleNamespace(server=SERVER, world=SimpleNamespace(get_environment_objects=lambda label: list(things)))
    scenario: Any = SimpleNamespace(road=road)
    return obstacles(session, scenario)


def test_what_stands_has_the_outline_and_heights_of_its_box() -> None:
    (found,) = standing(thing("Buildings", (8.0, 6.0, 4.0), yaw_deg=30.0))
    outline = found.outline
    assert (outline.x, outline.y) == pytest.approx((3.0, -5.0))
    assert outline.yaw_rad == pytest.approx(-math.radians(30.0), abs=1e-6)
    assert (outline.half_length, outline.half_width) == pytest.approx((4.0, 3.0))
    assert (found.bottom_m, found.top_m) == pytest.approx((0.0, 4.0))


@pytest.mark.parametrize(("kind", "half"), [("Vegetation", 0.3), ("Poles", 0.3), ("TrafficLight", 0.3), ("Walls", 2.5)])
def test_trees_and_lamps_count_as_their_stems(kind: str, half: float) -> None:
    (found,) = standing(thing(kind, (5.0, 5.0, 6.0)))
    assert (found.outline.half_length, found.outline.half_width) == pytest.approx((half, half))


def test_roads_and_flat_things_do_not_stand_and_a_generated_road_asks_for_nothing() -> None:
    assert (
        standing(thing("Roads", (5.0, 5.0, 1.0)), thing("Fences", (5.0, 0.0, 1.0)), thing("Pedestrians", (1.0, 1.0, 1.0))) == []
    )
    assert standing(thing("Buildings", (5.0, 5.0, 1.0)), town=False) == []
