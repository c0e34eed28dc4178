"""Map mask, basemap and map expansion."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image
from shapely.geometry import LineString, Polygon

from rarebit.nuscenes import basemap
from rarebit.nuscenes.lane_shapes import Area, LaneShape, area_of, lane_shapes, outlines_in
from rarebit.nuscenes.map_expansion import map_expansion
from rarebit.nuscenes.map_layers import Layers
from rarebit.nuscenes.map_mask import map_mask
from rarebit.roads.lane_map import LaneKey, LaneMap

MAPS = Path(__file__).resolve().parents[5] / "shared" / "maps"


@pytest.fixture(scope="module")
def lanes(synthetic: ModuleType) -> LaneMap:
    result: LaneMap = synthetic.lane_map()
    return result


@pytest.fixture(scope="module")
def area(synthetic: ModuleType) -> Area:
    start = np.array(synthetic._placed(0, 0))
    return area_of(np.array([start, synthetic._placed(30, 0)]))


@pytest.fixture(scope="module")
def shapes(lanes: LaneMap, area: Area) -> dict[LaneKey, LaneShape]:
    return lane_shapes(lanes, area)


def test_coordinates_stay_a_hundred_metres_from_the_edges(area: Area, shapes: dict[LaneKey, LaneShape]) -> None:
    width, height = area.canvas_m
    for shape in shapes.values():
        assert shape.centre.min() >= 100.0
        assert shape.centre[:, 0].max() <= width - 100.0
        assert shape.centre[:, 1].max() <= height - 100.0
    assert area.shift_m.tolist() == np.round(area.shift_m).tolist()


def test_lanes_are_cut_at_the_area_and_keep_their_width(shapes: dict[LaneKey, LaneShape]) -> None:
    assert not shapes[LaneKey(1, 0, -1)].whole_end or shapes[LaneKey(1, 0, -1)].whole_start
    junction = shapes[LaneKey(2, 0, -1)]
    assert junction.whole_start
    assert junction.whole_end
    assert junction.polygon.area == pytest.approx(20.0 * 3.5, rel=0.01)
    # Left of the direction of travel: the opposite lane's left edge coincides with ours.
    np.testing.assert_allclose(junction.left, shapes[LaneKey(2, 0, 1)].left[::-1], atol=1e-9)


def test_mask_is_white_on_lanes_and_black_elsewhere(lanes: LaneMap, area: Area, shapes: dict[LaneKey, LaneShape]) -> None:
    image = np.asarray(Image.open(io.BytesIO(map_mask(area, shapes.values(), outlines_in(area, lanes.crossings)))))
    width, height = area.canvas_m
    assert image.shape == (height * 10, width * 10)
    assert set(np.unique(image)) == {0, 255}
    for shape in shapes.values():
        x, y = shape.centre[len(shape.centre) // 2]
        assert image[int((height - y) * 10), int(x * 10)] == 255
    # The road is 3.5 + 3.5 + 2.5 wide; along it lies nothing else.
    expected = sum(shape.polygon.area for shape in shapes.values()) * 100
    assert np.count_nonzero(image) == pytest.approx(expected, rel=0.05)


def test_expansion_resolves_and_connects(lanes: LaneMap, area: Area, shapes: dict[LaneKey, LaneShape]) -> None:
    content = map_expansion("boxes", lanes, shapes, area)
    assert content["version"] == "1.3"
    known = {layer: {row["token"] for row in content[layer]} for layer in ("node", "line", "polygon")}
    for layer, rows in content.items():
        for row in rows if isinstance(rows, list) and layer != "canvas_edge" else ():
            for key, value in row.items():
                for kind in known:
                    if key.endswith(f"{kind}_token") and value:
                        assert value in known[kind], (layer, key)
                    if key.endswith(f"{kind}_tokens"):
                        assert set(value) <= known[kind], (layer, key)
    lane_tokens = {row["token"] for row in content["lane"] + content["lane_connector"]}
    assert len(content["lane_connector"]) == 2
    assert set(content["arcline_path_3"]) == lane_tokens == set(content["connectivity"])
    assert all(content["arcline_path_3"].values())
    for token, links in content["connectivity"].items():
        for after in links["outgoing"]:
            assert token in content["connectivity"][after]["incoming"]
    assert sum(len(links["outgoing"]) for links in content["connectivity"].values()) == 4
    assert (len(content["traffic_light"]), len(content["ped_crossing"])) == (1, 1)
    assert [row["stop_line_type"] for row in content["stop_line"]] == ["TRAFFIC_LIGHT"]


def test_a_lane_ends_on_the_nodes_where_the_next_begins(lanes: LaneMap, area: Area, shapes: dict[LaneKey, LaneShape]) -> None:
    content = map_expansion("boxes", lanes, shapes, area)
    lines = {row["token"]: row["node_tokens"] for row in content["line"]}
    rings = {row["token"]: row["exterior_node_tokens"] for row in content["polygon"]}
    polygons = {row["token"]: row["polygon_token"] for row in content["lane"] + content["lane_connector"]}
    checked = 0
    for row in content["lane"]:
        for after in content["connectivity"][row["token"]]["outgoing"]:
            assert set(lines[row["to_edge_line_token"]]) <= set(rings[polygons[after]])
            checked += 1
    assert checked == 2


def test_same_map_gives_same_text(lanes: LaneMap, area: Area) -> None:
    texts = {json.dumps(map_expansion("boxes", lanes, lane_shapes(lanes, area), area)) for _ in range(2)}
    assert len(texts) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["carla/Town10HD.xodr", "carla/Town04.xodr", "esmini/fabriksgatan.xodr"])
def test_drivable_area_of_real_maps_is_valid(name: str) -> None:
    path = MAPS / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    carla = pytest.importorskip("carla")
    from rarebit.session.lane_map import read

    lanes = read(carla.Map(path.stem, path.read_text()), path.stem)
    longest = max((lane for lane in lanes.lanes.values() if lane.kind == "driving"), key=lambda lane: len(lane.centre))
    middle = longest.centre[len(longest.centre) // 2, :2]
    area = area_of(middle[None])
    shapes = lane_shapes(lanes, area)
    content = map_expansion("real", lanes, shapes, area)
    nodes = {row["token"]: (row["x"], row["y"]) for row in content["node"]}
    rings = {row["token"]: row for row in content["polygon"]}
    for row in content["drivable_area"]:
        for token in row["polygon_tokens"]:
            holes = [[nodes[node] for node in hole["node_tokens"]] for hole in rings[token]["holes"]]
            assert Polygon([nodes[node] for node in rings[token]["exterior_node_tokens"]], holes).is_valid
    for layer in ("lane", "lane_connector", "road_block", "road_segment", "ped_crossing", "walkway", "stop_line"):
        for row in content[layer]:
            shape = Polygon([nodes[node] for node in rings[row["polygon_token"]]["exterior_node_tokens"]])
            assert shape.is_valid, layer
            assert shape.area > 0.1, layer
    assert all(content["arcline_path_3"].values())


def test_basemap_shows_road_and_paint_in_the_masks_plane(lanes: LaneMap, area: Area, shapes: dict[LaneKey, LaneShape]) -> None:
    image = np.asarray(Image.open(io.BytesIO(basemap.basemap(area, shapes.values(), outlines_in(area, lanes.crossings)))))
    width, height = area.canvas_m
    assert image.shape == (height * basemap.PIXELS_PER_M, width * basemap.PIXELS_PER_M)
    shown = {"driving": basemap.ROAD, "sidewalk": basemap.WALKWAY}
    for key, shape in shapes.items():
        x, y = shape.centre[len(shape.centre) // 2]
        if shape.lane.junction is None:
            pixel = image[int((height - y) * basemap.PIXELS_PER_M), int(x * basemap.PIXELS_PER_M)]
            assert pixel == shown[shape.lane.kind], key
    assert image[0, 0] == basemap.GROUND
    assert np.count_nonzero(image == basemap.PAINT) > 100
    assert np.count_nonzero(image == basemap.CROSSING) > 100


def road(rule: str, *, median_m: float = 0.0) -> str:
    """A straight road of 300 m with two lanes of 3.5 m each way, a sidewalk on either side, perhaps a median."""

    def lane(number: int, kind: str, width_m: float) -> str:
        return (
            f'<lane id="{number}" type="{kind}" level="false"><width sOffset="0" a="{width_m}" b="0" c="0" d="0"/>'
            '<roadMark sOffset="0" type="solid" weight="standard" color="standard" width="0.12" laneChange="none"/></lane>'
        )

    kinds = [*([("median", median_m)] if median_m else []), ("driving", 3.5), ("driving", 3.5), ("sidewalk", 2.5)]
    left = "".join(lane(i + 1, *kinds[i]) for i in reversed(range(len(kinds))))
    right = "".join(lane(-i - 1, *kinds[i]) for i in range(len(kinds)))
    centre = (
        '<center><lane id="0" type="none" level="false"><roadMark sOffset="0" type="broken" weight="standard" '
        'color="standard" width="0.12" laneChange="both"/></lane></center>'
    )
    return (
        '<?xml version="1.0" standalone="yes"?><OpenDRIVE><header revMajor="1" revMinor="4" name="case">'
        "<geoReference><![CDATA[+proj=tmerc +lat_0=0 +lon_0=0]]></geoReference></header>"
        f'<road name="r" length="300" id="1" junction="-1" rule="{rule}"><planView><geometry s="0" x="0" y="0" hdg="0.4" '
        'length="300"><line/></geometry></planView><lanes><laneSection s="0">'
        f"<left>{left}</left>{centre}<right>{right}</right></laneSection></lanes></road></OpenDRIVE>"
    )


def expansion_of(text: str) -> dict[str, Any]:
    """The expansion of the whole road."""
    carla = pytest.importorskip("carla")
    from rarebit.session.lane_map import read

    lanes = read(carla.Map("case", text), "case")
    area = area_of(lanes.lanes[min(lanes.lanes)].centre)
    return map_expansion("case", lanes, lane_shapes(lanes, area), area)


def offset_m(shape: Any) -> float:
    """Across the road, to its left as it runs."""
    return float(np.dot(shape.centroid.coords[0], [-np.sin(0.4), np.cos(0.4)]))


def polygon(content: dict[str, Any], token: str) -> Polygon:
    at = {row["token"]: (row["x"], row["y"]) for row in content["node"]}
    ring = next(row for row in content["polygon"] if row["token"] == token)
    holes = [[at[node] for node in hole["node_tokens"]] for hole in ring["holes"]]
    return Polygon([at[node] for node in ring["exterior_node_tokens"]], holes)


def line(content: dict[str, Any], token: str) -> LineString:
    at = {row["token"]: (row["x"], row["y"]) for row in content["node"]}
    return LineString([at[node] for row in content["line"] if row["token"] == token for node in row["node_tokens"]])


@pytest.mark.parametrize("rule", ["RHT", "LHT"])
def test_both_sides_of_the_road_have_whole_blocks_and_dividers(rule: str) -> None:
    content = expansion_of(road(rule))
    lanes = {row["token"]: polygon(content, row["polygon_token"]) for row in content["lane"]}
    blocks = [polygon(content, row["polygon_token"]) for row in content["road_block"]]
    assert (len(lanes), len(blocks)) == (4, 2)
    length = max(shape.area for shape in lanes.values()) / 3.5
    assert length == pytest.approx(300.0, abs=0.1)
    for block, row in zip(blocks, content["road_block"], strict=True):
        assert block.is_valid
        own = [shape for shape in lanes.values() if block.contains(shape.representative_point())]
        assert len(own) == 2
        assert block.area == pytest.approx(sum(shape.area for shape in own), rel=1e-3)
        # Its edges run across it from left to right of travel: right of the way from the first to the second.
        first, second = line(content, row["from_edge_line_token"]), line(content, row["to_edge_line_token"])
        assert first.length == pytest.approx(7.0, abs=0.01)
        along = np.subtract(second.centroid.coords[0], first.centroid.coords[0])
        across = np.subtract(first.coords[-1], first.coords[0])
        assert along[0] * across[1] - along[1] * across[0] < 0
    between_lanes = [line(content, row["line_token"]) for row in content["lane_divider"]]
    between_ways = [line(content, row["line_token"]) for row in content["road_divider"]]
    assert sum(one.length for one in between_lanes) == pytest.approx(2 * length, rel=0.01)
    assert sum(one.length for one in between_ways) == pytest.approx(length, rel=0.01)
    # The two directions part in the middle, their own lanes 3.5 m from there.
    middle_m = np.mean([offset_m(block) for block in blocks])
    assert {round(offset_m(one) - middle_m, 2) for one in between_ways} == {0.0}
    assert {round(offset_m(one) - middle_m, 2) for one in between_lanes} == {-3.5, 3.5}


@pytest.mark.parametrize("rule", ["RHT", "LHT"])
def test_left_and_right_edges_are_those_of_travel(rule: str) -> None:
    """In left-hand traffic the other direction lies to the right, in right-hand traffic to the left."""
    content = expansion_of(road(rule))
    at = {row["token"]: np.array([row["x"], row["y"]]) for row in content["node"]}
    ways = [line(content, row["line_token"]) for row in content["road_divider"]]
    touching = 0
    for row in content["lane"]:
        for side in ("left", "right"):
            nodes = [at[segment["node_token"]] for segment in row[f"{side}_lane_divider_segments"]]
            edge = LineString(nodes)
            if min(edge.distance(way.centroid) for way in ways) < 0.02:
                assert side == ("right" if rule == "LHT" else "left")
                touching += 1
    assert touching == 2


@pytest.mark.parametrize("rule", ["RHT", "LHT"])
def test_a_median_has_a_divider_on_either_side(rule: str) -> None:
    content = expansion_of(road(rule, median_m=2.0))
    ways = [line(content, row["line_token"]) for row in content["road_divider"]]
    length = max(polygon(content, row["polygon_token"]).area for row in content["lane"]) / 3.5
    assert sum(way.length for way in ways) == pytest.approx(2 * length, rel=0.01)
    middle_m = np.mean([offset_m(polygon(content, row["polygon_token"])) for row in content["road_block"]])
    assert {round(offset_m(way) - middle_m, 2) for way in ways} == {-2.0, 2.0}


def test_crossings_are_closed_polygons_whether_or_not_their_outline_is(lanes: LaneMap, area: Area) -> None:
    (outline,) = lanes.crossings
    shut = np.concatenate([outline, outline[:1]])
    assert not np.allclose(outline[0], outline[-1])
    first, second = outlines_in(area, (outline, shut))
    assert first.equals(second)
    assert first.area == pytest.approx(21.0)
    content = map_expansion("boxes", lanes, lane_shapes(lanes, area), area)
    (row,) = content["ped_crossing"]
    ring = polygon(content, row["polygon_token"])
    assert ring.is_valid
    assert ring.area == pytest.approx(21.0, abs=0.01)
    tokens = next(entry for entry in content["polygon"] if entry["token"] == row["polygon_token"])["exterior_node_tokens"]
    assert len(tokens) == len(set(tokens)) == 4


def test_a_ring_that_crosses_itself_gives_way_to_a_shape_that_does_not() -> None:
    layers = Layers("here")
    corners = [layers.add_node(np.array(xy)) for xy in ((0, 0), (2, 0), (2, 2), (0, 2))]
    square = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])
    assert polygon(_as_content(layers, layers.add_valid_ring(corners, square)), "last").area == 4.0
    bow_tie = [corners[0], corners[2], corners[1], corners[3]]
    assert polygon(_as_content(layers, layers.add_valid_ring(bow_tie, square)), "last").area == 1.0
    assert polygon(_as_content(layers, layers.add_valid_ring(corners[:2], square)), "last").area == 1.0


def _as_content(layers: Layers, token: str) -> dict[str, Any]:
    ring = next(row for row in layers.polygon if row["token"] == token)
    return {"node": layers.node, "polygon": [ring | {"token": "last"}]}
