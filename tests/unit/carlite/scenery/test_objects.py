"""Things beside the roads: none in the way of traffic, all on the ground, the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from carlite.geometry import apply
from carlite.library import find
from carlite.mesh import PlacedObject, StaticWorld
from carlite.opendrive import RoadNetwork, parse
from carlite.scenery import build
from carlite.scenery.areas import strip_polygon
from carlite.scenery.drape import Draper
from carlite.scenery.paint import crosswalk_areas
from carlite.scenery.strips import lane_strips
from carlite.tags import Tag

TOWN = Path(__file__).parents[5] / "shared" / "maps" / "carla" / "Town10HD.xodr"


@pytest.fixture(scope="module")
def town() -> tuple[RoadNetwork, StaticWorld]:
    if not TOWN.exists():
        pytest.skip(f"{TOWN} is absent")
    network = parse(TOWN.read_text())
    return network, build(network, seed=0)


def base(placed: PlacedObject) -> shapely.Polygon:
    """The ground under an object's box."""
    (cx, cy, cz), (hx, hy, hz) = placed.box.centre, placed.box.half_extent
    low = np.array([[cx + i * hx, cy + j * hy, cz - hz] for i, j in ((1, 1), (-1, 1), (-1, -1), (1, -1))])
    return shapely.Polygon(apply(placed.world_from_local, low)[:, :2])


def test_no_building_and_no_parked_car_stands_on_a_driving_lane_or_a_crosswalk(town: tuple[RoadNetwork, StaticWorld]) -> None:
    network, world = town
    lanes = [strip_polygon(s) for road in network.roads.values() for s in lane_strips(road) if s.lane.type == "driving"]
    tree = shapely.STRtree(lanes)
    crossings = shapely.union_all([area for area, _, _ in crosswalk_areas(network)])
    blocks = [placed for placed in world.objects if placed.tag in (Tag.BUILDING, Tag.CAR)]
    assert sum(placed.tag == Tag.BUILDING for placed in blocks) > 50
    assert sum(placed.tag == Tag.CAR for placed in blocks) > 15
    for placed in blocks:
        area = base(placed)
        overlap = sum(area.intersection(lanes[at]).area for at in tree.query(area))
        assert overlap < 0.01, f"{placed.name} stands {overlap:.2f} m2 on driving lanes"
        assert not crossings.intersects(area), f"{placed.name} stands on a crosswalk"


def test_no_foot_stands_on_a_driving_lane(town: tuple[RoadNetwork, StaticWorld]) -> None:
    network, world = town
    lanes = [strip_polygon(s) for road in network.roads.values() for s in lane_strips(road) if s.lane.type == "driving"]
    area = shapely.union_all(lanes).buffer(-0.05)
    for placed in world.objects:
        x, y = placed.world_from_local[:2, 3]
        assert not shapely.contains_xy(area, x, y), f"{placed.name} stands on a driving lane"


def test_everything_stands_on_the_ground(town: tuple[RoadNetwork, StaticWorld]) -> None:
    _, world = town
    feet = np.array([placed.world_from_local[:, 3] for placed in world.objects])
    with Draper(list(world.ground)) as draper:
        laid, tags = draper.lay(feet, lift_m=40.0)
    assert np.all(tags != Tag.NONE)
    above = feet[:, 2] - laid[:, 2]
    assert above.max() < 0.1, f"{world.objects[int(above.argmax())].name} floats"
    # The whole base of a building must reach the ground, so one on a slope goes into it.
    assert above.min() > -1.5, f"{world.objects[int(above.argmin())].name} is buried"


def test_objects_are_numbered_named_and_true_to_size(town: tuple[RoadNetwork, StaticWorld]) -> None:
    network, world = town
    names = [placed.name for placed in world.objects]
    assert len(set(names)) == len(names)
    assert [placed.object_id for placed in world.objects] == list(range(1 << 15, (1 << 15) + len(names)))
    lights = {f"traffic_light_{signal.id}" for _, signal in network.signals() if signal.is_traffic_light}
    assert lights <= set(names)
    for placed in world.objects:
        if placed.tag == Tag.CAR:
            blueprint = find(placed.name.split("_parked_")[0])
            assert blueprint is not None
            assert placed.box.half_extent == blueprint.half_extent
    assert len({id(placed.model) for placed in world.objects}) < 120


def test_lamps_shine_high_above_the_sidewalk(town: tuple[RoadNetwork, StaticWorld]) -> None:
    _, world = town
    posts = np.array([p.world_from_local[:, 3] for p in world.objects if p.name.startswith("Street_Lamp")])
    assert len(world.lamps) == len(posts) > 30
    for lamp, post in zip(world.lamps, posts, strict=True):
        assert 3.0 < lamp.position[2] - post[2] < 10.0
        assert np.hypot(lamp.position[0] - post[0], lamp.position[1] - post[1]) < 3.0
