"""The vector map of a location in nuScenes' map expansion 1.3."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon

from rarebit.nuscenes.arclines import arcline_path
from rarebit.nuscenes.lane_shapes import DRIVABLE, LANES, WALKABLE, Area, LaneShape, largest_polygon, outlines_in, polygons_of
from rarebit.nuscenes.map_layers import Layers, without_repeats
from rarebit.roads.lane_map import LaneKey, LaneMap, Signal

Json = dict[str, Any]

# Readers trip over lines that a map patch cuts in several pieces; short ones avoid it.
_LONGEST_LINE_M = 50.0
_GAP_M = 0.05
_STOP_DEPTH_M = 0.6
_STOP_LINE_TYPES = {"stop": "STOP_SIGN", "yield": "YIELD", "traffic_light": "TRAFFIC_LIGHT"}


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
    result["lane_divider"], result["road_divider"] = _dividers(layers, driven)
    result["stop_line"], result["traffic_light"] = _controls(layers, lane_map.signals, driven, area)
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
    return edges | {"polygon_token": layers.add_ring(ring) if len(ring) >= 3 else layers.add_polygon(shape.polygon)}


def _lane(layers: Layers, shape: LaneShape, ring: Json) -> Json:
    lane = shape.lane
    return {
        "token": _lane_token(layers, lane.key),
        "polygon_token": ring["polygon_token"],
        "lane_type": "CAR",
        "from_edge_line_token": layers.add_line([ring["left"][0], ring["right"][0]]),
        "to_edge_line_token": layers.add_line([ring["left"][-1], ring["right"][-1]]),
        "left_lane_divider_segments": _segments(ring["left"], lane.left_marking, lane.left_colour),
        "right_lane_divider_segments": _segments(ring["right"], lane.right_marking, lane.right_colour),
    }


def _segments(nodes: list[str], marking: str, colour: str) -> list[Json]:
    return [{"node_token": node, "segment_type": _segment_type(marking, colour)} for node in nodes]


def _segment_type(marking: str, colour: str) -> str:
    """nuScenes knows five looks; the nearest one is taken."""
    if marking in ("none", "other", "grass", "curb", "botts_dots", "bottsdots"):
        return "NIL"
    if "broken" in marking and "solid" not in marking:
        return "DOUBLE_DASHED_WHITE"
    if colour == "yellow":
        return "SINGLE_SOLID_YELLOW"
    return "DOUBLE_SOLID_WHITE" if marking in ("solidsolid", "brokensolid", "solidbroken") else "SINGLE_SOLID_WHITE"


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
        # From the middle of the road outwards is from left to right of the direction of travel.
        group.sort(key=lambda shape: abs(shape.lane.key.lane))
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
                "polygon_token": layers.add_ring(ring) if len(ring) >= 3 else layers.add_polygon(polygon),
                "from_edge_line_token": layers.add_line(from_edge),
                "to_edge_line_token": layers.add_line(to_edge),
                "road_segment_token": _nearest(segments, segment_polygons, polygon),
            }
        )
    return blocks


def _areas(layers: Layers, role: str, shapes: dict[LaneKey, LaneShape], kinds: frozenset[str]) -> list[Json]:
    return [
        {"token": layers.token(role, *key), "polygon_token": layers.add_polygon(shape.polygon)}
        for key, shape in shapes.items()
        if shape.lane.kind in kinds
    ]


def _direction(shape: LaneShape) -> float:
    along = shape.centre[-1] - shape.centre[0]
    return math.atan2(float(along[1]), float(along[0]))


def _dividers(layers: Layers, driven: dict[LaneKey, LaneShape]) -> tuple[list[Json], list[Json]]:
    """Lines between lanes of one direction, and between the two directions; each line once."""
    between_lanes: list[Json] = []
    between_ways: list[Json] = []
    for key, shape in driven.items():
        lane = shape.lane
        if lane.junction is not None:
            continue
        if lane.right in driven and lane.right_same_way:
            for piece in _pieces(shape.right):
                nodes = [layers.add_node(point) for point in piece]
                between_lanes.append(
                    {
                        "token": layers.token("lane_divider", len(between_lanes)),
                        "line_token": layers.add_line(nodes),
                        "lane_divider_segments": _segments(nodes, lane.right_marking, lane.right_colour),
                    }
                )
        if lane.left in driven and not lane.left_same_way and key < lane.left:
            for piece in _pieces(shape.left):
                token = layers.token("road_divider", len(between_ways))
                line = layers.add_line([layers.add_node(point) for point in piece])
                between_ways.append({"token": token, "line_token": line, "road_segment_token": None})
    return between_lanes, between_ways


def _pieces(points: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """A polyline in equal pieces of at most 50 m."""
    line = LineString(points)
    count = max(1, math.ceil(line.length / _LONGEST_LINE_M))
    cuts = [shapely.ops.substring(line, i / count, (i + 1) / count, normalized=True) for i in range(count)]
    return [np.asarray(cut.coords) for cut in cuts if cut.geom_type == "LineString" and cut.length > 0.1]


def _controls(
    layers: Layers, signals: tuple[Signal, ...], driven: dict[LaneKey, LaneShape], area: Area
) -> tuple[list[Json], list[Json]]:
    """Stop lines of signs and lights on the lanes they govern, and the traffic lights themselves."""
    stop_lines: list[Json] = []
    lights: list[Json] = []
    for number, signal in enumerate(signals):
        keys = [key for key in signal.lanes if key in driven]
        if signal.kind not in _STOP_LINE_TYPES or not keys:
            continue
        tokens: list[str] = []
        if signal.kind == "traffic_light":
            lights.append(_traffic_light(layers, number, signal, area))
            tokens = [lights[-1]["token"]]
        for key in keys:
            polygon = _stop_polygon(driven[key], signal.position_m[:2] + area.shift_m)
            stop_lines.append(
                {
                    "token": layers.token("stop_line", number, *key),
                    "polygon_token": layers.add_polygon(polygon),
                    "stop_line_type": _STOP_LINE_TYPES[signal.kind],
                    "ped_crossing_tokens": [],
                    "traffic_light_tokens": tokens,
                    "road_block_token": "",
                }
            )
    return stop_lines, lights


def _traffic_light(layers: Layers, number: int, signal: Signal, area: Area) -> Json:
    place = signal.position_m[:2] + area.shift_m
    facing = place + np.array([math.cos(signal.yaw_rad), math.sin(signal.yaw_rad)])
    pose = {
        "tx": float(place[0]),
        "ty": float(place[1]),
        "tz": float(signal.position_m[2]),
        "rx": 0.0,
        "ry": 0.0,
        "rz": float(signal.yaw_rad),
    }
    return {
        "token": layers.token("traffic_light", number),
        "line_token": layers.add_line([layers.add_node(place), layers.add_node(facing)]),
        "traffic_light_type": "VERTICAL",
        "from_road_block_token": "",
        "items": [
            {
                "color": colour,
                "shape": "CIRCLE",
                "rel_pos": {"tx": 0.0, "ty": 0.0, "tz": height_m, "rx": 0.0, "ry": 0.0, "rz": 0.0},
                "to_road_block_tokens": [],
            }
            for colour, height_m in (("RED", 0.3), ("YELLOW", 0.0), ("GREEN", -0.3))
        ],
        "pose": pose,
    }


def _stop_polygon(shape: LaneShape, signal_xy: NDArray[np.float64]) -> Polygon:
    """A bar across the lane beside the signal if that lies within the lane, else at the lane's end."""
    line = LineString(shape.centre)
    at = line.project(Point(signal_xy))
    if not _STOP_DEPTH_M < at < line.length - _STOP_DEPTH_M:
        at = line.length
    bar = shapely.ops.substring(line, max(at - _STOP_DEPTH_M, 0.0), at)
    index = int(np.argmin(np.linalg.norm(shape.centre - np.asarray(bar.coords)[-1], axis=1)))
    polygon = bar.buffer(float(shape.width_m[index]) / 2.0, cap_style="flat")
    return largest_polygon(polygon) or shape.polygon


def _connections(layers: Layers, key: LaneKey, driven: dict[LaneKey, LaneShape]) -> Json:
    shape = driven[key]
    incoming = shape.lane.predecessors if shape.whole_start else ()
    outgoing = shape.lane.successors if shape.whole_end else ()
    return {
        "incoming": [_lane_token(layers, other) for other in incoming if other in driven and driven[other].whole_end],
        "outgoing": [_lane_token(layers, other) for other in outgoing if other in driven and driven[other].whole_start],
    }
