"""Surfaces of built worlds: heights, continuity, markings, determinism, the cache."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import carla
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from carlite.errors import MapError
from carlite.mesh import Mesh, StaticWorld
from carlite.opendrive import RoadNetwork, parse
from carlite.scenery import load
from carlite.scenery.drape import Draper
from carlite.scenery.field import HeightField, surface_samples
from carlite.scenery.ground import Ground, build_ground
from carlite.scenery.marks import lane_ribbons, lay
from carlite.scenery.paint import crosswalk_areas, line_ribbons, painted_areas
from carlite.scenery.strips import LaneStrip, lane_strips
from carlite.scenery.terrain import Terrain, make_terrain
from carlite.tags import Tag

MAPS = Path(__file__).parents[5] / "shared" / "maps"
Array = NDArray[np.float64]


def read_map(name: str) -> str:
    path = MAPS / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return path.read_text()


def lane(lane_id: int, kind: str, width: float, mark: str = "") -> str:
    line = f'<roadMark sOffset="0" type="{mark}" color="white" width="0.15"/>' if mark else ""
    return f'<lane id="{lane_id}" type="{kind}"><width sOffset="0" a="{width}" b="0" c="0" d="0"/>{line}</lane>'


def street(length: float = 80.0, *, curvature: float = 0.0, slope: float = 0.0, parking: bool = False) -> str:
    """An OpenDRIVE text: two lanes with sidewalks, on one arc and one slope."""
    lanes = {
        "left": lane(2, "sidewalk", 2.0) + lane(1, "driving", 3.5, "solid"),
        "right": lane(-1, "driving", 3.5, "solid") + (lane(-2, "parking", 2.4) if parking else lane(-2, "sidewalk", 2.0)),
    }
    plan = f'<geometry s="0" x="0" y="0" hdg="0.4" length="{length}"><arc curvature="{curvature}"/></geometry>'
    centre = '<lane id="0" type="none"><roadMark sOffset="0" type="broken" color="yellow" width="0.15"/></lane>'
    return (
        f'<OpenDRIVE><header/><road id="1" length="{length}" junction="-1"><planView>{plan}</planView><elevationProfile>'
        f'<elevation s="0" a="1" b="{slope}" c="0" d="0"/></elevationProfile>'
        f'<lanes><laneSection s="0"><left>{lanes["left"]}</left>'
        f"<center>{centre}</center><right>{lanes['right']}</right></laneSection></lanes></road></OpenDRIVE>"
    )


def ground_meshes(network: RoadNetwork) -> list[Mesh]:
    return list(build_ground(network, seed=0).meshes.values())


@cache
def town(name: str) -> tuple[RoadNetwork, Ground]:
    """A shared map and its ground, built once for all tests."""
    network = parse(read_map(name))
    return network, build_ground(network, seed=0)


def lane_centres(network: RoadNetwork, *, step_m: float, junctions: bool) -> Array:
    points = []
    for road in network.roads.values():
        if (road.junction != -1) is not junctions:
            continue
        for section in road.sections:
            s = np.arange(section.start_m + 0.3, section.end_m - 0.3, step_m)
            for of in section.lanes:
                if of.type == "driving" and len(s):
                    inner, outer = road.lane_borders(section, of.id, s)
                    points.append(road.surface(s, 0.5 * (inner + outer)))
    return np.concatenate(points)


@pytest.mark.parametrize("name", ["carla/Town10HD.xodr", "carla/Town02.xodr", "esmini/fabriksgatan.xodr"])
def test_ground_lies_at_the_lanes_heights(name: str) -> None:
    network, ground = town(name)
    with Draper(list(ground.meshes.values())) as draper:
        for junctions in (False, True):
            points = lane_centres(network, step_m=5.3, junctions=junctions)
            laid, tags = draper.lay(points, lift_m=0.5)
            assert np.all(tags == Tag.ROADS), f"{np.sum(tags != Tag.ROADS)} of {len(tags)} lane centres are no road"
            error = np.abs(laid[:, 2] - points[:, 2])
            # Connecting roads of one junction may disagree where they cross; a single surface cannot follow both.
            assert np.quantile(error, 0.95 if junctions else 1.0) < 0.02
            assert np.max(error) < 0.15


def test_a_junction_whose_roads_differ_in_height_follows_its_waypoints_without_steps() -> None:
    """Town04 has crossing roads with 19 cm between them: one surface can be at most halfway from both."""
    network = parse(read_map("carla/Town04.xodr"))
    inside: dict[int, list[LaneStrip]] = {}
    for road in network.roads.values():
        if road.junction != -1:
            inside.setdefault(road.junction, []).extend(lane_strips(road))
    errors, steps = [], []
    for strips in inside.values():
        heights = HeightField(surface_samples(strips))
        for strip in strips:
            if strip.lane.type == "driving" and np.max(strip.width_m) > 2.0:
                centre = 0.5 * (strip.inner + strip.outer)
                errors.append(np.abs(heights(centre[:, :2])[0] - centre[:, 2]))
                fine = np.linspace(0.0, len(centre) - 1.0, 20 * len(centre))
                points = np.stack([np.interp(fine, np.arange(len(centre)), column) for column in centre.T], -1)
                rise = np.abs(np.diff(heights(points[:, :2])[0]))
                steps.append(np.max(rise / np.maximum(np.linalg.norm(np.diff(points[:, :2], axis=0), axis=1), 0.02)))
    error = np.concatenate(errors)
    assert np.mean(error > 0.05) < 0.005
    assert np.max(error) < 0.19 / 2 + 0.01
    assert np.max(steps) < 0.6  # slope


def test_wheel_and_ground_agree_on_a_town() -> None:
    text = read_map("carla/Town01.xodr")
    oracle = carla.Map("oracle", text)
    points = np.array([[(w := p.transform.location).x, w.y, w.z] for p in oracle.generate_waypoints(30.0) if not p.is_junction])
    with Draper(ground_meshes(parse(text))) as draper:
        laid, tags = draper.lay(points)
    assert np.all(tags == Tag.ROADS)
    np.testing.assert_allclose(laid[:, 2], points[:, 2], atol=0.02)


@given(curvature=st.floats(-0.03, 0.03), slope=st.floats(-0.08, 0.08))
@settings(max_examples=8, deadline=None)
def test_streets_are_whole_and_stepped_only_at_kerbs(curvature: float, slope: float) -> None:
    network = parse(street(curvature=curvature, slope=slope))
    road = network.roads[1]
    s = np.repeat(np.linspace(0.5, 79.5, 60), 15)
    t = np.tile(np.linspace(-5.4, 5.4, 15), 60)
    points = road.surface(s, t)
    with Draper(ground_meshes(network)) as draper:
        laid, tags = draper.lay(points, lift_m=1.0)
    on_lane, on_walk = np.abs(t) < 3.45, np.abs(t) > 3.55
    assert np.all(tags[on_lane] == Tag.ROADS)
    assert np.all(tags[on_walk] == Tag.SIDEWALKS)
    np.testing.assert_allclose(laid[on_lane, 2], points[on_lane, 2], atol=0.02)
    np.testing.assert_allclose(laid[on_walk, 2] - points[on_walk, 2], 0.15, atol=0.02)


@pytest.mark.parametrize("name", ["esmini/e6mini.xodr", "esmini/curves_elevation.xodr"])
def test_terrain_stays_below_roads_and_meets_their_edges(name: str) -> None:
    network, ground = town(name)
    terrain = [ground.meshes[key] for key in ("terrain", "verges")]
    points = lane_centres(network, step_m=4.1, junctions=False)
    with Draper(terrain) as draper:
        laid, tags = draper.lay(points, lift_m=2.0)
        assert not np.any((tags == Tag.TERRAIN) & (laid[:, 2] > points[:, 2] - 0.05)), "terrain pokes through a lane"
    with Draper(list(ground.meshes.values())) as draper:
        beside = np.concatenate([strip.outer[::9] + 0.05 * (strip.outer - strip.inner)[::9] for strip in ground.strips])
        laid, tags = draper.lay(beside, lift_m=1.0)
    # Under every edge there is ground, and nearly everywhere close below (bridges excepted).
    assert np.all(tags != Tag.NONE)
    assert np.mean(beside[:, 2] - laid[:, 2] < 0.6) > 0.97


def test_markings_lie_on_the_asphalt_between_the_borders() -> None:
    network = parse(street(curvature=0.01))
    meshes = ground_meshes(network)
    with Draper(meshes) as draper:
        painted = lay(lane_ribbons(network), draper)
        for mesh in painted:
            points = mesh.vertices.astype(np.float64)
            laid, tags = draper.lay(points, lift_m=0.5)
            assert np.all(tags == Tag.ROADS)
            assert np.all((points[:, 2] - laid[:, 2] > 0.002) & (points[:, 2] - laid[:, 2] < 0.012))
    assert {int(mesh.tags[0]) for mesh in painted} == {int(Tag.ROAD_LINE)}
    yellow = next(mesh for mesh in painted if mesh.colours[0, 2] < 0.2)
    radius = np.linalg.norm(yellow.vertices[:, :2] - _centre(0.01), axis=1)
    assert np.all(np.abs(radius - 100.0) < 0.09)
    # 3 m painted of every 9 m over 80 m: nine dashes of 0.15 m.
    assert _area(yellow) == pytest.approx(0.15 * 27.0, rel=0.02)


def test_crosswalks_and_stop_lines_of_a_town_are_painted() -> None:
    network, ground = town("carla/Town10HD.xodr")
    areas = crosswalk_areas(network)
    assert len(areas) == 16
    with Draper(list(ground.meshes.values())) as draper:
        painted = painted_areas(network, draper)
        lines = lay(line_ribbons(network), draper)
    centres = np.concatenate([mesh.vertices[mesh.triangles].mean(1) for mesh in painted])[:, :2]
    for area, _, _ in areas:
        x0, y0, x1, y1 = area.bounds
        inside = np.all((centres > [x0, y0]) & (centres < [x1, y1]), axis=1)
        assert np.sum(inside) >= 8, f"no stripes on the crosswalk at {area.centroid}"
    assert sum(_area(mesh) for mesh in lines) > 20 * 0.4 * 3.0


def test_same_text_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = load(street(), seed=4), load(street(), seed=4)
    stored = load(street(), seed=4, cache_dir=tmp_path)
    again = load(street(), seed=4, cache_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    for other in (second, stored, again):
        _assert_equal(first, other)
    changed = load(street(), seed=5)
    assert any(not np.array_equal(a.vertices, b.vertices) for a, b in zip(first.ground, changed.ground, strict=True))


def test_damaged_cache_is_built_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = load(street(), seed=0, cache_dir=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:1000])
    _assert_equal(first, load(street(), seed=0, cache_dir=tmp_path))
    assert "cannot be read" in caplog.text


def test_faulty_text_is_refused_and_leaves_no_cache(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="holds no <road>"):
        load("<OpenDRIVE/>", seed=0, cache_dir=tmp_path)
    assert not list(tmp_path.iterdir())


def test_meshes_are_sound() -> None:
    world = load(street(curvature=-0.02, slope=0.05, parking=True), seed=0)
    for mesh in world.ground:
        assert np.isfinite(mesh.vertices).all()
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-5)
        assert len(mesh.triangles) > 0
    assert len(world.spawn_points) == 8  # every 20 m of two lanes of 80 m


def _centre(curvature: float) -> Array:
    return np.array([-np.sin(0.4), -np.cos(0.4)]) / curvature


def _area(mesh: Mesh) -> float:
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    return float(0.5 * np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum())


def _assert_equal(first: StaticWorld, second: StaticWorld) -> None:
    assert np.array_equal(first.spawn_points, second.spawn_points)
    assert len(first.ground) == len(second.ground)
    for a, b in zip(first.ground, second.ground, strict=True):
        for name in ("vertices", "triangles", "normals", "uvs", "colours", "materials", "tags"):
            assert getattr(a, name).tobytes() == getattr(b, name).tobytes(), name
    assert [(o.name, o.world_from_local.tobytes(), o.tint) for o in first.objects] == [
        (o.name, o.world_from_local.tobytes(), o.tint) for o in second.objects
    ]


def two_streets(apart_m: float) -> str:
    one = street(20.0)
    other = one.replace('id="1" length', 'id="2" length').replace('x="0" y="0"', f'x="{apart_m}" y="{apart_m}"')
    road = other[other.index("<road") : other.index("</OpenDRIVE>")]
    return one.replace("</OpenDRIVE>", f"{road}</OpenDRIVE>")


def land(text: str) -> Terrain:
    strips = [strip for road in parse(text).roads.values() for strip in lane_strips(road)]
    return make_terrain(surface_samples(strips), hill_m=20.0, rng=np.random.default_rng(0))


def test_land_follows_the_roads_not_the_distance_between_them() -> None:
    near, far = (land(two_streets(apart)) for apart in (9000.0, 36000.0))
    nodes = [sum(patch.heights.size for patch in terrain.patches) for terrain in (near, far)]
    assert nodes[1] <= 1.5 * nodes[0]
    alone = land(street(20.0))
    assert nodes[0] < 8 * sum(patch.heights.size for patch in alone.patches)


def test_squares_of_land_join_without_a_seam_and_lie_under_the_road() -> None:
    source = street(9000.0, slope=0.01)
    terrain = land(source)
    patches = {tuple(np.round(patch.bounds)): patch for patch in terrain.patches}
    assert len(patches) > 20
    joints = 0
    for (x0, y0, x1, y1), patch in patches.items():
        for beyond in patches:
            if beyond[:2] == (x1, y0):
                np.testing.assert_allclose(patch.heights[-1], patches[beyond].heights[0], atol=1e-9)
                np.testing.assert_allclose(patch.tint[-1], patches[beyond].tint[0], atol=1e-9)
                joints += 1
            if beyond[:2] == (x0, y1):
                np.testing.assert_allclose(patch.heights[:, -1], patches[beyond].heights[:, 0], atol=1e-9)
                joints += 1
    assert joints > 20
    road = parse(source).roads[1].surface(np.linspace(0.0, 9000.0, 901), 0.0)
    below = road[:, 2] - terrain.at(road[:, :2])
    assert below.min() > 0.05
    assert below.max() < 1.0


def test_trees_stand_on_the_land_of_a_map_in_pieces() -> None:
    network = parse(two_streets(9000.0))
    world = load(two_streets(9000.0), seed=0, network=network)
    terrain = build_ground(network, seed=0).terrain
    trees = np.array([thing.world_from_local[:, 3] for thing in world.objects if thing.name.startswith(("Tree", "Bush"))])
    assert len(trees) > 50
    inside = [
        any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in (patch.bounds for patch in terrain.patches))
        for x, y, _ in trees
    ]
    assert all(inside)
    assert np.abs(trees[:, 2] - terrain.at(trees[:, :2])).max() < 1.5
