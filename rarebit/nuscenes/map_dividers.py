"""Dividers of a map expansion: lines between lanes of one direction, and between the two directions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString

from rarebit.nuscenes.lane_shapes import DRIVABLE, WALKABLE, LaneShape
from rarebit.nuscenes.map_layers import Layers
from rarebit.roads.lane_map import Lane, LaneKey

Json = dict[str, Any]

# Readers trip over lines that a map patch cuts in several pieces; short ones avoid it.
_LONGEST_LINE_M = 50.0


def dividers(layers: Layers, lanes: Mapping[LaneKey, Lane], driven: dict[LaneKey, LaneShape]) -> tuple[list[Json], list[Json]]:
    """Lines between lanes of one direction, and between the two directions; a line that two lanes share once."""
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
                        "lane_divider_segments": divider_segments(nodes, lane.right_marking, lane.right_colour),
                    }
                )
        for edge, is_left in ((shape.left, True), (shape.right, False)):
            other = _oncoming(lanes, lane, driven, is_left=is_left)
            if other is None or (other == (lane.left if is_left else lane.right) and key > other):
                continue
            for piece in _pieces(edge):
                token = layers.token("road_divider", len(between_ways))
                line = layers.add_line([layers.add_node(point) for point in piece])
                between_ways.append({"token": token, "line_token": line, "road_segment_token": None})
    return between_lanes, between_ways


def _oncoming(lanes: Mapping[LaneKey, Lane], lane: Lane, driven: dict[LaneKey, LaneShape], *, is_left: bool) -> LaneKey | None:
    """The lane of the other direction on one side: beside this one, or beyond strips where nobody drives or walks."""
    current, looks_left, same_way = lane, is_left, True
    while True:
        key, step_same = (current.left, current.left_same_way) if looks_left else (current.right, current.right_same_way)
        beside = lanes.get(key) if key is not None else None
        if beside is None:
            return None
        same_way = same_way == step_same
        if beside.key in driven:
            return None if same_way else beside.key
        if beside.kind in DRIVABLE | WALKABLE:
            return None
        # Left and right are those of each lane's own direction.
        current, looks_left = beside, looks_left == step_same


def _pieces(points: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """A polyline in equal pieces of at most 50 m."""
    line = LineString(points)
    count = max(1, math.ceil(line.length / _LONGEST_LINE_M))
    cuts = [shapely.ops.substring(line, i / count, (i + 1) / count, normalized=True) for i in range(count)]
    return [np.asarray(cut.coords) for cut in cuts if cut.geom_type == "LineString" and cut.length > 0.1]


def divider_segments(nodes: list[str], marking: str, colour: str) -> list[Json]:
    """The look of a lane's edge at each of its nodes."""
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
