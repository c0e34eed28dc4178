"""The navigation mesh: the polygons are sound, and the file says what they are."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from carlite.navigation import NavigationFile, build, detour
from carlite.navigation.detour import Area, PolygonMesh
from carlite.navigation.faces import walking_areas
from carlite.navigation.mesh import polygon_mesh
from carlite.navigation.polygons import convex_polygons
from carlite.opendrive import RoadNetwork, parse

_HEADER, _SET, _POLYGON = 100, 40, 32
_MAPS = Path(__file__).parents[4].parent / "shared" / "maps" / "carla"


def _lane(number: int, kind: str, width_m: float) -> str:
    return f'<lane id="{number}" type="{kind}" level="false"><width sOffset="0" a="{width_m}" b="0" c="0" d="0"/></lane>'


def _road(number: int, hdg: float, *, z: float = 0.0, objects: str = "") -> str:
    """A street of 100 m through the origin with sidewalks of 2 m on both sides."""
    x, y = -50.0 * np.cos(hdg), -50.0 * np.sin(hdg)
    return f"""<road name="r" length="100" id="{number}" junction="-1">
<planView><geometry s="0" x="{x}" y="{y}" hdg="{hdg}" length="100"><line/></geometry></planView>
<elevationProfile><elevation s="0" a="{z}" b="0" c="0" d="0"/></elevationProfile>
<lanes><laneSection s="0"><left>{_lane(2, "sidewalk", 2.0)}{_lane(1, "driving", 3.5)}</left>
<center><lane id="0" type="none" level="false"/></center>
<right>{_lane(-1, "driving", 3.5)}{_lane(-2, "sidewalk", 2.0)}</right></laneSection></lanes>
<objects>{objects}</objects></road>"""


_CROSSWALK = """<object id="9" type="crosswalk" name="zebra" s="50" t="0" zOffset="0" orientation="none" length="3" width="7"
hdg="0" pitch="0" roll="0"><outline><cornerLocal u="-1.5" v="-3.5" z="0"/><cornerLocal u="1.5" v="-3.5" z="0"/>
<cornerLocal u="1.5" v="3.5" z="0"/><cornerLocal u="-1.5" v="3.5" z="0"/></outline></object>"""


def _network(*roads: str) -> RoadNetwork:
    return parse(f'<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="x"/>{"".join(roads)}</OpenDRIVE>')


def _mesh(network: RoadNetwork) -> PolygonMesh:
    mesh = polygon_mesh(network, lambda points: points[:, 2])
    assert mesh is not None
    return mesh


def _size(mesh: PolygonMesh, area: Area) -> float:
    sizes = [
        float(shapely.Polygon(mesh.vertices[corners, :2]).area)
        for corners, of in zip(mesh.polygons, mesh.areas, strict=True)
        if of is area
    ]
    return sum(sizes)


def _connected(mesh: PolygonMesh, allowed: set[Area]) -> int:
    """Number of parts that can be walked from end to end on ``allowed`` areas."""
    beyond = detour.neighbours(mesh.polygons)
    left = {number for number, area in enumerate(mesh.areas) if area in allowed}
    parts = 0
    while left:
        parts += 1
        open_ = [left.pop()]
        while open_:
            for other in beyond[open_.pop()]:
                if other in left:
                    left.remove(other)
                    open_.append(other)
    return parts


def test_a_crosswalk_joins_the_sidewalks_of_a_street() -> None:
    without, with_one = _mesh(_network(_road(1, 0.3))), _mesh(_network(_road(1, 0.3, objects=_CROSSWALK)))
    feet = {Area.SIDEWALK, Area.CROSSWALK}
    assert _connected(without, feet) == 2
    assert _connected(with_one, feet) == 1
    assert _connected(without, {*feet, Area.ROAD}) == 1
    # Sidewalks of 2 m lose 0.3 m on every side; the crosswalk reaches over the kerb strips of 0.3 m.
    assert _size(without, Area.SIDEWALK) == pytest.approx(2 * 1.4 * 99.4, rel=1e-3)
    assert _size(with_one, Area.CROSSWALK) == pytest.approx(3.0 * 7.6, rel=1e-2)
    assert _size(with_one, Area.ROAD) == pytest.approx(7.6 * 99.4 - 3.0 * 7.6, rel=1e-2)


def test_walkers_keep_off_what_passes_above() -> None:
    level = _mesh(_network(_road(1, 0.0), _road(2, 1.5, z=0.0)))
    bridge = _mesh(_network(_road(1, 0.0), _road(2, 1.5, z=6.0)))
    assert _connected(level, {Area.SIDEWALK}) == 4  # four corners
    low = bridge.vertices[:, 2] < 3.0
    street = shapely.LineString([(-45.0, -4.5), (45.0, -4.5)])  # a sidewalk of the lower road
    walks = shapely.union_all(
        [
            shapely.Polygon(bridge.vertices[corners, :2])
            for corners, area in zip(bridge.polygons, bridge.areas, strict=True)
            if area is Area.SIDEWALK and low[corners].all()
        ]
    )
    assert street.difference(walks).length == pytest.approx(0.0, abs=0.1)


def test_a_bridge_can_be_walked_over() -> None:
    bridge = _mesh(_network(_road(1, 0.0), _road(2, 1.5, z=6.0)))
    high = bridge.vertices[:, 2] > 3.0
    sizes = [
        float(shapely.Polygon(bridge.vertices[corners, :2]).area)
        for corners, area in zip(bridge.polygons, bridge.areas, strict=True)
        if area is Area.SIDEWALK and high[corners].all()
    ]
    assert sum(sizes) == pytest.approx(2 * 1.4 * 99.4, rel=1e-2)
    assert all(high[corners].all() or not high[corners].any() for corners in bridge.polygons)
    assert _connected(bridge, {Area.SIDEWALK}) == 4  # both sidewalks of both streets, each in one piece
    assert _connected(bridge, set(Area)) == 2  # the streets do not meet


def test_a_map_without_sidewalks_has_no_file() -> None:
    bare = _road(1, 0.0).replace("sidewalk", "shoulder")
    file = NavigationFile("Bare", bare, _network(bare), lambda points: points[:, 2])
    assert file.paths == []
    assert file.content() == b""


def test_a_file_is_kept_and_its_name_follows_the_map(tmp_path: Path) -> None:
    roads = [_road(1, 0.0), _road(1, 0.5)]
    files = [NavigationFile("M", road, _network(road), lambda points: points[:, 2], tmp_path) for road in roads]
    assert files[0].paths != files[1].paths
    content = files[0].content()
    assert [path.read_bytes() for path in tmp_path.glob("nav-*.bin")] == [content]
    next(tmp_path.glob("nav-*.bin")).write_bytes(b"kept")
    again = NavigationFile("M", roads[0], _network(roads[0]), lambda points: points[:, 2], tmp_path)
    assert again.content() == b"kept"


def test_the_file_holds_what_the_mesh_says() -> None:
    network = _network(_road(1, 0.3, objects=_CROSSWALK))
    content, mesh = build(network, lambda points: points[:, 2]), _mesh(network)
    assert content == build(network, lambda points: points[:, 2])
    magic, version, tiles, *_ = struct.unpack_from("<4siifffffii", content)
    assert (magic, version, tiles) == (b"TESM", 1, 1)
    reference, size = struct.unpack_from("<Ii", content, _SET)
    tile = content[_SET + 8 :]
    assert size == len(tile)
    assert reference & (reference - 1) == 0
    magic, version, *_, polygons, vertices, links = struct.unpack_from("<4s8i", tile)
    assert (magic, version, polygons, vertices) == (b"VAND", 7, len(mesh.polygons), len(mesh.vertices))
    points = np.frombuffer(tile, "<f4", 3 * vertices, _HEADER).reshape(-1, 3)
    np.testing.assert_allclose(points, mesh.vertices[:, [0, 2, 1]], atol=1e-4)
    records = [tile[at : at + _POLYGON] for at in range(_HEADER + 12 * vertices, _HEADER + 12 * vertices + 32 * polygons, 32)]
    total = 0
    for record, area in zip(records, mesh.areas, strict=True):
        _, *numbers, flags, count, kind = struct.unpack("<I12HHBB", record)
        assert (flags, kind) == (1 << area, area)
        x, z = points[numbers[:count], 0].astype(float), points[numbers[:count], 2].astype(float)
        # Detour's area of a triangle, which has to be positive (dtTriArea2D).
        turn = (x[2:] - x[0]) * (z[1:-1] - z[0]) - (x[1:-1] - x[0]) * (z[2:] - z[0])
        assert (turn > -0.01).all()
        for other in numbers[6 : 6 + count]:
            total += other > 0
            assert other <= polygons
    assert links == total


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20), st.floats(2, 15), st.floats(2, 15)), min_size=1, max_size=6))
def test_polygons_are_convex_and_cover_their_face(boxes: list[tuple[float, float, float, float]]) -> None:
    union = shapely.union_all([shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes], grid_size=0.01)
    faces = [(part, Area.SIDEWALK) for part in shapely.get_parts(union)]
    corners, polygons, _ = convex_polygons(faces)
    pieces = [shapely.Polygon(corners[polygon]) for polygon in polygons]
    assert all(shapely.convex_hull(piece).area <= piece.area * 1.01 + 1e-3 for piece in pieces)
    assert sum(piece.area for piece in pieces) == pytest.approx(union.area, rel=1e-3)
    assert all(3 <= len(polygon) <= detour.CORNERS for polygon in polygons)


def test_the_tree_of_bounds_skips_whole_branches() -> None:
    mesh = _mesh(_network(_road(1, 0.3, objects=_CROSSWALK)))
    nodes = detour._tree(mesh.vertices[:, [0, 2, 1]], mesh.polygons)
    assert sorted(index for index in nodes["index"].tolist() if index >= 0) == list(range(len(mesh.polygons)))

    def check(at: int) -> int:
        """The node after the branch at ``at``; every child lies inside its parent."""
        if nodes["index"][at] >= 0:
            return at + 1
        after = at - nodes["index"][at]
        child = at + 1
        while child < after:
            assert (nodes["low"][at] <= nodes["low"][child]).all()
            assert (nodes["high"][at] >= nodes["high"][child]).all()
            child = check(child)
        assert child == after
        return int(after)

    assert check(0) == len(nodes)


@pytest.mark.parametrize(
    ("polygons", "areas", "message"),
    [
        ([], [], "got no polygon"),
        ([[0, 1]], [Area.ROAD], "2 corners"),
        ([[0, 1, 2]], [], "1 polygons and 0 areas"),
        ([[0, 1, 2]] * 40000, [Area.ROAD] * 40000, "simplify"),
    ],
)
def test_a_mesh_that_detour_cannot_hold_is_refused(polygons: list[list[int]], areas: list[Area], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PolygonMesh(vertices=np.zeros((3, 3)), polygons=polygons, areas=areas)


def test_a_town_can_be_walked_from_end_to_end() -> None:
    path = _MAPS / "Town10HD.xodr"
    if not path.is_file():
        pytest.skip("the shared maps are not here")
    network = parse(path.read_text())
    mesh = _mesh(network)
    beyond = detour.neighbours(mesh.polygons)
    for number, others in enumerate(beyond):
        assert all(number in beyond[other] for other in others if other >= 0)
    assert _connected(mesh, {Area.SIDEWALK, Area.CROSSWALK}) == 1
    faces = walking_areas(network).faces
    assert len(faces) < len(mesh.polygons) < 3000
    overlaps = [a.intersection(b).area for (a, _), (b, _) in itertools.pairwise(faces)]
    assert max(overlaps) < 1e-6
