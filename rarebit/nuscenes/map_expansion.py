"""The vector map of a location in nuScenes' map expansion 1.3."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from rarebit.nuscenes.arclines import arcline_path
from rarebit.nuscenes.lane_shapes import DRIVABLE, LANES, WALKABLE, Area, LaneShape, largest_polygon, outlines_in, polygons_of
from rarebit.nuscenes.map_controls import controls
from rarebit.nuscenes.map_dividers import divider_segments, dividers
from rarebit.nuscenes.map_layers import Layers, without_repeats
from rarebit.roads.lane_map import LaneKey, LaneMap

Json = dict[str, Any]

_GAP_M = 0.05


def map_expansion(location: str, lane_map: LaneMap, shapes: dict[LaneKey, LaneShape], area: Area) -> Json:
    """The content of ``maps/expansion/<location>.json``."""
    layers = Layers(location)
    driven = {key: shape for key, shape in shapes.items() if shape.lane.kind in LANES}
    rings = {key: _ring_of(layers, driven[key]) for key in driven}
    result: Json = {"version": "1.3", "canvas_edge": list(area.canvas_m)}
    result["drivable_area"] = _drivable_areas(layers, shapes)
    segments, segment_polygons = _road_segments(layers, shapes, result["drivable_area"])
    result["road_segment"] = segments
    result["road_block"] = _road_blocks(layers, driven, segments, segment_polygons)
    result["lane"] = [_lane(layers, shape, rings[key]) for key, shape in driven.items() if shape.lane.junction is None]
    result["lane_connector"] = [
        {"token": _lane_token(layers, key), "polygon_token": rings[key]["polygon_token"]}
        for key, shape in driven.items()
        if shape.lane.junction is not None
    ]
    result["ped_crossing"] = [
        {
            "token": layers.token("ped_crossing", number),
            "polygon_token": layers.add_polygon(polygon),
            "road_segment_token": _nearest(segments, segment_polygons, polygon),
        }
        for number, polygon in enumerate(outlines_in(area, lane_map.crossings))
    ]
    result["walkway"] = _areas(layers, "walkway", shapes, WALKABLE)
    result["carpark_area"] = [
        entry | {"orientation": _direction(shapes[key]), "road_block_token": ""}
        for key, entry in zip(
            [key for key, shape in shapes.items() if shape.lane.kind == "parking"],
            _areas(layers, "carpark_area", shapes, frozenset({"parking"})),
            strict=True,
        )
    ]
    result["lane_divider"], result["road_divider"] = dividers(layers, lane_map.lanes, driven)
    result["stop_line"], result["traffic_light"] = controls(layers, lane_map.signals, driven, area)
    result["arcline_path_3"] = {_lane_token(layers, key): arcline_path(shape.centre) for key, shape in driven.items()}
    result["connectivity"] = {_lane_token(layers, key): _connections(layers, key, driven) for key in driven}
    result["node"], result["line"], result["polygon"] = layers.node, layers.line, layers.polygon
    return result


def _lane_token(layers: Layers, key: LaneKey) -> str:
    return layers.token("lane", *key)


def _ring_of(layers: Layers, shape: LaneShape) -> Json:
    """Nodes of a lane's edges and its polygon; the corners are shared with the lanes before, after and beside it."""
    edges = {}
    for side, points in (("left", shape.left), ("right", shape.right)):
        start, end = layers.add_corner(points[0]), layers.add_corner(points[-1])
        edges[side] = [start, *(layers.add_node(point) for point in points[1:-1]), end]
    ring = without_repeats([*edges["right"], *reversed(edges["left"])])
    return edges | {"polygon_token": layers.add_valid_ring(ring, shape.polygon)}


def _lane(layers: Layers, shape: LaneShape, ring: Json) -> Json:
    lane = shape.lane
    return {
        "token": _lane_token(layers, lane.key),
        "polygon_token": ring["polygon_token"],
        "lane_type": "CAR",
        "from_edge_line_token": layers.add_line([ring["left"][0], ring["right"][0]]),
        "to_edge_line_token": layers.add_line([ring["left"][-1], ring["right"][-1]]),
        "left_lane_divider_segments": divider_segments(ring["left"], lane.left_marking, lane.left_colour),
        "right_lane_divider_segments": divider_segments(ring["right"], lane.right_marking, lane.right_colour),
    }


def _drivable_areas(layers: Layers, shapes: dict[LaneKey, LaneShape]) -> list[Json]:
    whole = _joined([shape.polygon for shape in shapes.values() if shape.lane.kind in DRIVABLE])
    return [
        {"token": layers.token("drivable_area", number), "polygon_tokens": [layers.add_polygon(polygon)]}
        for number, polygon in enumerate(whole)
    ]


def _joined(polygons: list[Polygon]) -> list[Polygon]:
    """The union with hairline gaps between neighbours closed."""
    if not polygons:
        return []
    union = shapely.union_all([polygon.buffer(_GAP_M, join_style="mitre") for polygon in polygons])
    return polygons_of(union.buffer(-_GAP_M, join_style="mitre").simplify(0.01))


def _road_segments(layers: Layers, shapes: dict[LaneKey, LaneShape], areas: list[Json]) -> tuple[list[Json], list[Polygon]]:
    """One for each road outside junctions and one for each junction, in as many parts as they have."""
    groups: dict[tuple[str, int], list[Polygon]] = defaultdict(list)
    for key, shape in shapes.items():
        if shape.lane.kind in DRIVABLE:
            junction = shape.lane.junction
            groups[("road", key.road) if junction is None else ("junction", junction)].append(shape.polygon)
    area_token = areas[0]["token"] if areas else ""
    segments, polygons = [], []
    for (kind, number), parts in sorted(groups.items()):
        for part, polygon in enumerate(_joined(parts)):
            segments.append(
                {
                    "token": layers.token("road_segment", kind, number, part),
                    "polygon_token": layers.add_polygon(polygon),
                    "is_intersection": kind == "junction",
                    "drivable_area_token": area_token,
                }
            )
            polygons.append(polygon)
    return segments, polygons


def _nearest(segments: list[Json], polygons: list[Polygon], shape: shapely.Geometry) -> str:
    if not segments:
        return ""
    return str(segments[int(np.argmin(shapely.distance(np.array(polygons, object), shape.representative_point())))]["token"])


def _road_blocks(
    layers: Layers, driven: dict[LaneKey, LaneShape], segments: list[Json], segment_polygons: list[Polygon]
) -> list[Json]:
    """All lanes of one direction of one lane section outside junctions."""
    groups: dict[tuple[int, int, bool], list[LaneShape]] = defaultdict(list)
    for key, shape in driven.items():
        if shape.lane.junction is None:
            groups[(key.road, key.section, key.lane > 0)].append(shape)
    blocks = []
    for (road, section, positive), group in sorted(groups.items()):
        group = _left_to_right(group)
        polygon = largest_polygon(shapely.union_all([shape.polygon.buffer(_GAP_M) for shape in group]))
        if polygon is None:
            continue
        from_edge, to_edge = [layers.add_corner(group[0].left[0])], [layers.add_corner(group[0].left[-1])]
        for shape in group:
            from_edge.append(layers.add_corner(shape.right[0]))
            to_edge.append(layers.add_corner(shape.right[-1]))
        inner, outer = group[0].left[1:-1], group[-1].right[1:-1]
        ring = without_repeats(
            [
                *from_edge,
                *(layers.add_node(point) for point in outer),
                *reversed(to_edge),
                *(layers.add_node(point) for point in inner[::-1]),
            ]
        )
        blocks.append(
            {
                "token": layers.token("road_block", road, section, int(positive)),
                "polygon_token": layers.add_valid_ring(ring, polygon),
                "from_edge_line_token": layers.add_line(from_edge),
                "to_edge_line_token": layers.add_line(to_edge),
                "road_segment_token": _nearest(segments, segment_polygons, polygon),
            }
        )
    return blocks


def _left_to_right(group: list[LaneShape]) -> list[LaneShape]:
    """Lanes of one direction as they lie from left to right of it, on whichever side of the road traffic drives."""
    first = group[0]
    middle, along = _middle(first), first.centre[-1] - first.centre[0]
    return sorted(group, key=lambda shape: float(np.dot(_middle(shape) - middle, [along[1], -along[0]])))


def _middle(shape: LaneShape) -> NDArray[np.float64]:
    result: NDArray[np.float64] = shape.centre[len(shape.centre) // 2]
    return result


def _areas(layers: Layers, role: str, shapes: dict[LaneKey, LaneShape], kinds: frozenset[str]) -> list[Json]:
    return [
        {"token": layers.token(role, *key), "polygon_token": layers.add_polygon(shape.polygon)}
        for key, shape in shapes.items()
        if shape.lane.kind in kinds
    ]


def _direction(shape: LaneShape) -> float:
    along = shape.centre[-1] - shape.centre[0]
    return math.atan2(float(along[1]), float(along[0]))


def _connections(layers: Layers, key: LaneKey, driven: dict[LaneKey, LaneShape]) -> Json:
    shape = driven[key]
    incoming = shape.lane.predecessors if shape.whole_start else ()
    outgoing = shape.lane.successors if shape.whole_end else ()
    return {
        "incoming": [_lane_token(layers, other) for other in incoming if other in driven and driven[other].whole_end],
        "outgoing": [_lane_token(layers, other) for other in outgoing if other in driven and driven[other].whole_start],
    }
