"""Map mask, basemap and map expansion."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image
from shapely.geometry import Polygon

from rarebit.nuscenes import basemap
from rarebit.nuscenes.lane_shapes import Area, LaneShape, area_of, lane_shapes, outlines_in
from rarebit.nuscenes.map_expansion import map_expansion
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
