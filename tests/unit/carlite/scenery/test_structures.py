"""Bridges, tunnels, banked roads, walls, rails: closed forms on small maps."""

from __future__ import annotations

from functools import cache

import carla
import numpy as np
import pytest
from numpy.typing import NDArray

from carlite.errors import MapError
from carlite.mesh import StaticWorld
from carlite.opendrive import Generation, entry_points, parse
from carlite.physics.controls import VehicleControl
from carlite.rays import RayScene
from carlite.scenery import build
from carlite.scenery.drape import Draper
from carlite.tags import Tag
from carlite.world.level import build_level
from carlite.world.maps import MapSource
from carlite.world.world import World

Array = NDArray[np.float64]
_UP = np.array([[0.0, 0.0, 1.0]])


def above(points: Array, lift_m: float) -> Array:
    raised: Array = points + np.array([0.0, 0.0, lift_m])
    return raised


def lane(number: int, kind: str, width: float, extra: str = "") -> str:
    return f'<lane id="{number}" type="{kind}"><width sOffset="0" a="{width}" b="0" c="0" d="0"/>{extra}</lane>'


def road(
    number: int,
    *,
    heading: float = 0.0,
    length: float = 120.0,
    elevation: str = '<elevation s="0" a="0" b="0" c="0" d="0"/>',
    lateral: str = "",
    objects: str = "",
    walks: bool = False,
    height: str = "",
    link: str = "",
) -> str:
    """A straight road of two lanes of 3.5 m through the origin."""
    x, y = -0.5 * length * np.cos(heading), -0.5 * length * np.sin(heading)
    left = (lane(2, "sidewalk", 2.0) if walks else "") + lane(1, "driving", 3.5)
    right = lane(-1, "driving", 3.5, height) + (lane(-2, "sidewalk", 2.0) if walks else "")
    return (
        f'<road id="{number}" length="{length}" junction="-1"><link>{link}</link><planView>'
        f'<geometry s="0" x="{x}" y="{y}" hdg="{heading}" length="{length}"><line/></geometry></planView>'
        f"<elevationProfile>{elevation}</elevationProfile><lateralProfile>{lateral}</lateralProfile>"
        f'<lanes><laneSection s="0"><left>{left}</left><center><lane id="0" type="none"/></center>'
        f"<right>{right}</right></laneSection></lanes><objects>{objects}</objects></road>"
    )


def text(*roads: str) -> str:
    return f'<OpenDRIVE><header revMajor="1" revMinor="4"/>{"".join(roads)}</OpenDRIVE>'


# Up to 7 m in the middle, level at both ends: a + c s^2 + d s^3 pieces would do as well, slopes of 14 % are plainer.
_HUMP = (
    '<elevation s="0" a="0" b="0" c="0" d="0"/><elevation s="40" a="0" b="0.14" c="0" d="0"/>'
    '<elevation s="90" a="7" b="0" c="0" d="0"/><elevation s="130" a="7" b="-0.14" c="0" d="0"/>'
    '<elevation s="180" a="0" b="0" c="0" d="0"/>'
)


@cache
def overpass() -> StaticWorld:
    return build(parse(text(road(1, length=200.0), road(2, heading=np.pi / 2, length=220.0, elevation=_HUMP))), seed=0)


@cache
def tunnel() -> StaticWorld:
    inside = '<tunnel id="t" s="40" length="40" type="standard" name=""/>'
    return build(parse(text(road(1, walks=True, objects=inside))), seed=0)


def heights(world: StaticWorld, points: Array) -> tuple[Array, NDArray[np.uint8]]:
    with Draper(list(world.ground)) as draper:
        laid, tags = draper.lay(points, lift_m=0.5)
    return laid[:, 2], tags


def test_a_banked_lane_lies_as_its_map_says() -> None:
    bank = 0.08
    network = parse(text(road(1, lateral=f'<superelevation s="0" a="{bank}" b="0" c="0" d="0"/>')))
    t = np.linspace(-3.4, 3.4, 9)
    points = np.stack([np.linspace(-40.0, 40.0, 9), -t * np.cos(bank), t * np.sin(bank)], -1)
    z, tags = heights(build(network, seed=0), points)
    np.testing.assert_allclose(z, points[:, 2], atol=1e-3)
    assert np.all(tags == Tag.ROADS)


def test_a_road_with_crossfall_falls_to_both_sides() -> None:
    network = parse(text(road(1, lateral='<crossfall side="both" s="0" a="0.03" b="0" c="0" d="0"/>')))
    t = np.array([-3.3, -1.0, 1.0, 3.3])
    points = np.stack([np.linspace(-30.0, 30.0, 4), -t, -np.abs(t) * np.tan(0.03)], -1)
    z, _ = heights(build(network, seed=0), points)
    np.testing.assert_allclose(z, points[:, 2], atol=1e-3)


def test_a_lane_lies_as_high_as_its_height_record() -> None:
    network = parse(text(road(1, height='<height sOffset="0" inner="0.1" outer="0.2"/>')))
    z, _ = heights(build(network, seed=0), np.array([[0.0, 1.75, 0.3], [0.0, -1.75, 0.0]]))
    np.testing.assert_allclose(z, [0.15, 0.0], atol=1e-3)


def test_both_roads_of_an_overpass_are_there_and_free() -> None:
    world = overpass()
    along = np.arange(-90.0, 90.0, 1.0)
    lower = np.stack([along, np.full_like(along, 1.75), np.zeros_like(along)], -1)
    over = np.arange(-18.0, 18.0, 1.0)
    upper = np.stack([np.full_like(over, 1.75), over, np.full_like(over, 7.0)], -1)
    for points in (lower, upper):
        z, tags = heights(world, points)
        np.testing.assert_allclose(z, points[:, 2], atol=2e-3)
        assert np.all(tags == Tag.ROADS)
    with RayScene(world, threads=1) as scene:
        up = scene.cast(above(lower, 0.3), np.repeat(_UP, len(lower), 0), 20.0)
        for lift in (0.4, 1.5, 3.4):
            for points, ahead in ((lower[:-1], [[1.0, 0.0, 0.0]]), (upper[:-1], [[0.0, 1.0, 0.0]])):
                hits = scene.cast(above(points, lift), np.repeat(np.array(ahead), len(points), 0), 1.0)
                assert not np.any(np.isfinite(hits.distance_m)), "something stands in a lane"
    under = np.abs(along) < 3.4
    # The deck is 0.9 m thick.
    np.testing.assert_allclose(up.distance_m[under], 7.0 - 0.9 - 0.3, atol=0.02)
    assert np.all(up.tag[under] == Tag.BRIDGE)
    assert np.all(up.distance_m[np.abs(along) > 5.0] > 4.5), "the bridge hangs low beside itself"


def test_parapets_line_a_bridge_and_piers_carry_it() -> None:
    parapets = np.array([p.world_from_local[:, 3] for p in overpass().objects if p.name.startswith("Parapet")])
    high = parapets[np.abs(parapets[:, 1]) < 15.0]
    assert len(high) >= 2 * 14
    np.testing.assert_allclose(np.abs(high[:, 0]), 3.5 + 0.18, atol=0.01)
    np.testing.assert_allclose(high[:, 2], 7.0, atol=0.01)
    for pier in (p for p in overpass().objects if p.name.startswith("Pier")):
        x, y, _ = pier.world_from_local[:, 3]
        assert abs(y) > 4.0, "a pier stands on the road below"
        assert abs(x) < 3.5


def test_a_tunnel_has_walls_a_ceiling_and_lamps_and_is_free_inside() -> None:
    world = tunnel()
    along = np.arange(-58.0, 58.0, 1.0)
    points = np.stack([along, np.full_like(along, 1.75), np.full_like(along, 0.3)], -1)
    with RayScene(world, threads=1) as scene:
        up = scene.cast(points, np.repeat(_UP, len(points), 0), 20.0)
        sides = scene.cast(above(points, 1.5), np.repeat([[0.0, 1.0, 0.0]], len(points), 0), 30.0)
        ahead = scene.cast(above(points[:-1], 1.0), np.repeat([[1.0, 0.0, 0.0]], len(points) - 1, 0), 1.0)
    inside, outside = np.abs(along) < 19.0, np.abs(along) > 21.0
    np.testing.assert_allclose(up.distance_m[inside], 4.7, atol=0.2)  # lamps hang a little lower
    assert np.all(np.isinf(up.distance_m[outside]))
    np.testing.assert_allclose(sides.distance_m[inside], 3.5 + 2.0 + 0.4 - 1.75, atol=0.02)
    assert np.all(sides.tag[inside] == Tag.WALL)
    assert not np.any(np.isfinite(ahead.distance_m))
    lamps = np.array([lamp.position for lamp in world.lamps])
    assert np.sum((np.abs(lamps[:, 0]) < 20.0) & (np.abs(lamps[:, 2] - (0.15 + 4.87)) < 0.02)) >= 3
    inner = [p for p in world.objects if abs(p.world_from_local[0, 3]) < 19.0 and abs(p.world_from_local[1, 3]) < 5.5]
    assert {p.name.split("_")[0] for p in inner} <= {"Tunnel", "Bin", "Bench", "Hydrant", "Bus"}


@pytest.mark.parametrize("height", [0.0, 1.5])
def test_walls_stand_as_high_as_a_client_asks(height: float) -> None:
    world = build(parse(text(road(1))), seed=0, generation=Generation(wall_height_m=height, additional_width_m=0.0))
    along = np.arange(-50.0, 50.0, 2.5)
    with RayScene(world, threads=1) as scene:
        for lift, there in ((height - 0.05, height > 0.0), (height + 0.05, False)):
            if lift <= 0.0:
                continue
            eyes = np.stack([along, np.zeros_like(along), np.full_like(along, lift)], -1)
            for side in (1.0, -1.0):
                hits = scene.cast(eyes, np.repeat([[0.0, side, 0.0]], len(eyes), 0), 3.6)
                assert np.all((hits.tag == Tag.WALL) == there)


def test_a_wall_stops_a_car() -> None:
    source = MapSource(name="Walled", opendrive=text(road(1)), generation=Generation())
    level = build_level(source, seed=0, threads=1)
    with level.rays:
        world = World(level)
        assert len(world.episode.spawn_points) == 2  # where its two lanes begin
        car = world.episode.spawn("vehicle.tesla.model3", {}, (0.0, 0.0, 0.3), (0.0, 90.0, 0.0))
        world.episode.apply_vehicle_control(car, VehicleControl(throttle=1.0))
        touched = []
        for _ in range(60):
            world.step(0.05)
            touched += world.episode.contacts
        # The wall is 0.6 m beyond the lane, the car 4.8 m long.
        assert float(world.episode.states.location[car.row][1]) < 3.5 + 0.6 + 0.3 - 2.0
        assert touched


def test_lanes_are_as_much_wider_as_a_client_asks() -> None:
    network = parse(text(road(1)))
    points = np.array([[0.0, 3.5 + 0.7, 0.0], [0.0, -3.5 - 0.7, 0.0]])
    for width, tag in ((0.0, Tag.TERRAIN), (0.8, Tag.ROADS)):
        _, tags = heights(build(network, seed=0, generation=Generation(wall_height_m=0.0, additional_width_m=width)), points)
        assert np.all(tags == tag)


def test_hidden_roads_still_carry() -> None:
    world = build(parse(text(road(1))), seed=0, generation=Generation(mesh_visible=False))
    eye = np.array([[0.0, 1.75, 2.0]])
    with RayScene(world, threads=1) as scene:
        assert scene.cast(eye, -_UP, 50.0).tag[0] == Tag.TERRAIN
        assert scene.ground_below(eye).tag[0] == Tag.ROADS


@pytest.mark.parametrize(
    ("name", "value"), [("wall_height_m", -1.0), ("vertex_distance_m", 0.0), ("additional_width_m", np.nan)]
)
def test_absurd_wishes_are_refused(name: str, value: float) -> None:
    with pytest.raises(MapError, match=f"got {name}"):
        Generation(**{name: value})  # type: ignore[arg-type]


def test_entry_points_are_where_the_client_sees_lanes_begin() -> None:
    slope = '<elevation s="0" a="1" b="0.05" c="0" d="0"/>'
    source = text(road(1, heading=0.4, elevation=slope), road(2, heading=1.9, length=70.0))
    oracle = carla.Map("oracle", source)
    wanted = []
    for number, lanes in ((1, ((-1, 0.0), (1, 119.9999))), (2, ((-1, 0.0), (1, 69.9999)))):
        for lane_id, s in lanes:
            wanted.append(oracle.get_waypoint_xodr(number, lane_id, s).transform)
    points = entry_points(parse(source))
    assert len(points) == len(wanted)
    for (location, rotation), pose in zip(points, wanted, strict=True):
        np.testing.assert_allclose(location, [pose.location.x, pose.location.y, pose.location.z + 3.0], atol=1e-3)
        difference = np.array([pose.rotation.pitch, pose.rotation.yaw]) - rotation[:2]
        np.testing.assert_allclose((difference + 180.0) % 360.0 - 180.0, 0.0, atol=0.01)  # float32 on its side


def test_a_road_does_not_end_under_the_axle_of_who_stands_at_its_start() -> None:
    z, tags = heights(
        build(parse(text(road(1))), seed=0), np.array([[-64.0, 1.75, 0.0], [64.0, -1.75, 0.0], [-60.0, 1.0, 0.0]])
    )
    assert np.all(tags == Tag.ROADS)
    np.testing.assert_allclose(z, 0.0, atol=0.01)


def test_rails_follow_the_slope_without_steps() -> None:
    repeat = '<repeat s="5" length="100" distance="0" tStart="-4.2" tEnd="-4.2"/>'
    rail = f'<object id="1" type="railing" name="rail" s="5" t="-4.2">{repeat}</object>'
    slope = 0.06
    network = parse(text(road(1, elevation=f'<elevation s="0" a="0" b="{slope}" c="0" d="0"/>', objects=rail)))
    rails = [p.world_from_local for p in build(network, seed=0).objects if p.tag == Tag.GUARD_RAIL]
    assert len(rails) == 25
    ends = np.array([[matrix[:, :3] @ [0.0, side, 0.0] + matrix[:, 3] for side in (-2.0, 2.0)] for matrix in rails])
    order = np.argsort(ends[:, :, 0], axis=1)
    ends = np.take_along_axis(ends, order[..., None], axis=1)
    ends = ends[np.argsort(ends[:, 0, 0])]
    steps = ends[1:, 0, 2] - ends[:-1, 1, 2]
    assert np.max(np.abs(steps)) < 0.03
    np.testing.assert_allclose((ends[:, 1, 2] - ends[:, 0, 2]) / 4.0, slope, atol=0.02)


def _rails(source: str) -> Array:
    """(n, 2) where the pieces of rail stand."""
    rails = [p.world_from_local[:2, 3] for p in build(parse(source), seed=0).objects if p.tag == Tag.GUARD_RAIL]
    return np.array(rails).reshape(-1, 2)


def test_rural_roads_have_rails_on_the_outside_of_sharp_bends_alone() -> None:
    fast = '<type s="0" type="rural"><speed max="100" unit="km/h"/></type><planView>'
    straight = road(1, length=200.0).replace("<planView>", fast)
    assert len(_rails(text(straight))) == 0
    bend = straight.replace("<line/>", '<arc curvature="0.005"/>')  # to the left: CARLA's y falls, outside is the right
    along_bend = _rails(text(bend))
    assert len(along_bend) > 40
    middle = np.array([-100.0, -1.0 / 0.005])
    np.testing.assert_allclose(np.linalg.norm(along_bend - middle, axis=1), 200.0 + 3.5 + 0.6, atol=0.3)
    several = straight.replace('id="-1"', 'id="-2"').replace("<right>", "<right>" + lane(-1, "driving", 3.5))
    np.testing.assert_allclose(_rails(text(several))[:, 1], 7.0 + 0.6, atol=0.1)
    assert len(_rails(text(several))) == 50


def test_street_trees_leave_room_for_a_lorry() -> None:
    source = text(road(1, length=240.0, walks=True).replace('a="2.0"', 'a="4.0"'))
    trees = [p for p in build(parse(source), seed=0).objects if p.name.startswith("Tree")]
    row = [p for p in trees if 3.5 < abs(p.world_from_local[1, 3]) < 7.5]
    assert len(row) > 10
    for tree in row:
        part = tree.model.parts[0]
        points = part.mesh.vertices @ tree.world_from_local[:, :3].T + tree.world_from_local[:, 3]
        over_lanes = points[(np.abs(points[:, 1]) < 3.5) & (np.abs(points[:, 0]) < 120.0)]
        assert over_lanes[:, 2].min(initial=9.0) > 3.8, f"{tree.name} hangs into a lane"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (text(road(1).replace('a="3.5"', 'a="0"')), "no lane of the map has any width"),
        (text(road(1).replace('x="-60.0"', 'x="1e300"')), "x='1e300'>, expected a finite number"),
        (text(road(1).replace('x="-60.0"', 'x="1e6"')), "step by 0.0625 m; expected coordinates within 60 km"),
        (
            text(road(1), road(2).replace('x="-60.0"', 'x="1e6"')),
            "1000 km across, expected all of it within 60 km of one place",
        ),
    ],
)
def test_maps_that_nobody_can_build_are_refused(source: str, complaint: str) -> None:
    with pytest.raises(MapError, match=complaint):
        build(parse(source), seed=0)
