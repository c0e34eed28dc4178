"""Stop lines and traffic lights of a map expansion."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon

from rarebit.nuscenes.lane_shapes import Area, LaneShape, largest_polygon
from rarebit.nuscenes.map_layers import Layers
from rarebit.roads.lane_map import LaneKey, Signal

Json = dict[str, Any]

_STOP_DEPTH_M = 0.6
_STOP_LINE_TYPES = {"stop": "STOP_SIGN", "yield": "YIELD", "traffic_light": "TRAFFIC_LIGHT"}


def controls(
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
