"""A lane map as JSON, cut to the neighbourhood of a scene so that large towns stay small."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.roads.lane_map import Lane, LaneKey, LaneMap, Signal

_DECIMALS = 3  # millimetres


def around(lane_map: LaneMap, low_m: NDArray[np.float64], high_m: NDArray[np.float64]) -> LaneMap:
    """The part of a map near the rectangle from ``low_m`` (2,) to ``high_m`` (2,); lanes that reach into it are kept whole."""

    def near(points: NDArray[np.float64]) -> bool:
        return bool(np.any(np.all((points[:, :2] >= low_m) & (points[:, :2] <= high_m), axis=1)))

    return LaneMap(
        name=lane_map.name,
        content=lane_map.content,
        lanes={key: lane_map.lanes[key] for key in sorted(lane_map.lanes) if near(lane_map.lanes[key].centre)},
        crossings=tuple(outline for outline in lane_map.crossings if near(outline)),
        signals=tuple(signal for signal in lane_map.signals if near(signal.position_m[None, :])),
    )


def union(maps: Iterable[LaneMap]) -> LaneMap:
    """Parts of one map put together.

    Raises:
        ValueError: there are none, or they are of different maps.
    """
    parts = list(maps)
    if len({(part.name, part.content) for part in parts}) != 1:
        raise ValueError("union: expected parts of one map")
    lanes = {key: lane for part in parts for key, lane in part.lanes.items()}
    crossings = {outline.round(_DECIMALS).tobytes(): outline for part in parts for outline in part.crossings}
    signals = {(signal.opendrive_id, signal.position_m.tobytes()): signal for part in parts for signal in part.signals}
    return LaneMap(
        name=parts[0].name,
        content=parts[0].content,
        lanes={key: lanes[key] for key in sorted(lanes)},
        crossings=tuple(crossings[key] for key in sorted(crossings)),
        signals=tuple(signals[key] for key in sorted(signals)),
    )


def to_plain(lane_map: LaneMap) -> dict[str, Any]:
    """JSON-serialisable; coordinates are rounded to millimetres."""
    return {
        "name": lane_map.name,
        "content": lane_map.content,
        "lanes": [_lane_to_plain(lane_map.lanes[key]) for key in sorted(lane_map.lanes)],
        "crossings": [outline.round(_DECIMALS).tolist() for outline in lane_map.crossings],
        "signals": [
            {
                "opendrive_id": signal.opendrive_id,
                "kind": signal.kind,
                "position_m": signal.position_m.round(_DECIMALS).tolist(),
                "yaw_rad": float(signal.yaw_rad),
                "lanes": [list(key) for key in signal.lanes],
            }
            for signal in lane_map.signals
        ],
    }


def from_plain(data: dict[str, Any]) -> LaneMap:
    """Reverse of ``to_plain``."""
    lanes = [_lane_from_plain(entry) for entry in data["lanes"]]
    return LaneMap(
        name=data["name"],
        content=data["content"],
        lanes={lane.key: lane for lane in lanes},
        crossings=tuple(np.array(outline, np.float64) for outline in data["crossings"]),
        signals=tuple(
            Signal(
                opendrive_id=entry["opendrive_id"],
                kind=entry["kind"],
                position_m=np.array(entry["position_m"], np.float64),
                yaw_rad=entry["yaw_rad"],
                lanes=tuple(LaneKey(*key) for key in entry["lanes"]),
            )
            for entry in data["signals"]
        ),
    )


_PLAIN_FIELDS = ("kind", "left_same_way", "right_same_way", "junction", "left_marking", "right_marking", "left_colour")
_MORE_PLAIN_FIELDS = ("right_colour", "speed_limit_mps")


def _lane_to_plain(lane: Lane) -> dict[str, Any]:
    result: dict[str, Any] = {name: getattr(lane, name) for name in (*_PLAIN_FIELDS, *_MORE_PLAIN_FIELDS)}
    result["key"] = list(lane.key)
    result["centre"] = lane.centre.round(_DECIMALS).tolist()
    result["width_m"] = lane.width_m.round(_DECIMALS).tolist()
    for name in ("left", "right"):
        neighbour: LaneKey | None = getattr(lane, name)
        result[name] = None if neighbour is None else list(neighbour)
    for name in ("successors", "predecessors"):
        result[name] = [list(key) for key in getattr(lane, name)]
    return result


def _lane_from_plain(data: dict[str, Any]) -> Lane:
    return Lane(
        key=LaneKey(*data["key"]),
        centre=np.array(data["centre"], np.float64),
        width_m=np.array(data["width_m"], np.float64),
        left=None if data["left"] is None else LaneKey(*data["left"]),
        right=None if data["right"] is None else LaneKey(*data["right"]),
        successors=tuple(LaneKey(*key) for key in data["successors"]),
        predecessors=tuple(LaneKey(*key) for key in data["predecessors"]),
        **{name: data[name] for name in (*_PLAIN_FIELDS, *_MORE_PLAIN_FIELDS)},
    )
