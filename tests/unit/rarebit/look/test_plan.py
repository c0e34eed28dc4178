"""The map expansion as polygons and lines."""

from __future__ import annotations

import json
from pathlib import Path

from rarebit.look.plan import read_plan

NODES = {"a": (0.0, 0.0), "b": (10.0, 0.0), "c": (10.0, 5.0), "d": (0.0, 5.0)}


def expansion(**layers: object) -> dict[str, object]:
    empty = dict.fromkeys(("drivable_area", "walkway", "ped_crossing", "lane_divider", "road_divider"), ())
    return {
        "node": [{"token": token, "x": x, "y": y} for token, (x, y) in NODES.items()],
        "polygon": [
            {"token": "square", "exterior_node_tokens": ["a", "b", "c", "d"]},
            {"token": "corner", "exterior_node_tokens": ["c", "a", "b"]},
        ],
        "line": [
            {"token": "along", "node_tokens": ["a", "b"]},
            {"token": "up", "node_tokens": ["b", "c", "d"]},
        ],
        **empty,
        **layers,
    }


def test_each_layer_has_its_own_polygons_in_the_order_of_their_nodes(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    told = expansion(
        drivable_area=[{"polygon_tokens": ["corner", "square"]}, {"polygon_tokens": []}],
        walkway=[{"polygon_token": "square"}],
        ped_crossing=[{"polygon_token": "corner"}],
        lane_divider=[{"line_token": "up"}],
        road_divider=[{"line_token": "along"}],
    )
    path.write_text(json.dumps(told))
    plan = read_plan(path)
    square, corner = [[0, 0], [10, 0], [10, 5], [0, 5]], [[10, 5], [0, 0], [10, 0]]
    assert [polygon.tolist() for polygon in plan.drivable] == [corner, square]
    assert [polygon.tolist() for polygon in plan.walkways] == [square]
    assert [polygon.tolist() for polygon in plan.crossings] == [corner]
    assert [line.tolist() for line in plan.dividers] == [[[10, 0], [10, 5], [0, 5]], [[0, 0], [10, 0]]]


def test_a_map_without_any_has_none(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    path.write_text(json.dumps(expansion()))
    plan = read_plan(path)
    assert (plan.drivable, plan.walkways, plan.crossings, plan.dividers) == ((), (), (), ())
