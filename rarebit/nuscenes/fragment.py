"""A scene folder is a whole nuScenes dataset of one scene: its tables, maps and CAN bus, put in place when the scene closes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from rarebit.core.files import content_hash
from rarebit.nuscenes.basemap import basemap
from rarebit.nuscenes.can_bus import can_bus_messages
from rarebit.nuscenes.lane_shapes import Area, area_of, lane_shapes, outlines_in
from rarebit.nuscenes.map_expansion import map_expansion
from rarebit.nuscenes.map_mask import map_mask
from rarebit.nuscenes.naming import SLOT_US, VERSION, scene_base_us, scene_name
from rarebit.nuscenes.prediction import prediction_list
from rarebit.nuscenes.record import Record, table_text
from rarebit.nuscenes.records import OPTIONAL, TABLES
from rarebit.nuscenes.scene_folder import SceneFolder
from rarebit.nuscenes.scene_rows import Frame, SceneFacts, kept_frames, scene_rows
from rarebit.nuscenes.sidecars import SIDECARS
from rarebit.nuscenes.splits import splits
from rarebit.nuscenes.vocabulary_rows import vocabulary_rows
from rarebit.rig.rig import Rig
from rarebit.roads.lane_map import LaneMap
from rarebit.snapshot import EgoBody, EgoMotion

PREDICTION = "maps/prediction/prediction_scenes.json"


def put_fragment(
    folder: SceneFolder,
    *,
    key: str,
    rig: Rig,
    lane_map: LaneMap,
    story: dict[str, Any],
    frames: Sequence[Frame],
    ticks: Sequence[EgoMotion],
    body: EgoBody,
) -> None:
    """Puts everything but the sensors' files, which are there, and takes away those that no table names.

    Raises:
        ValueError: fewer than two key frames, or a scene longer than its slot of time.
    """
    kept = kept_frames(frames)
    count = sum(frame.is_key_frame for frame in kept)
    if count < 2:
        raise ValueError(f"scene: got {count} key frames, expected at least 2; lengthen duration_s")
    if ticks[-1].time_us >= SLOT_US:
        raise ValueError(f"scene: lasts {ticks[-1].time_us * 1e-6:.0f} s, expected less than {SLOT_US * 1e-6:.0f} s")
    for frame in frames[len(kept) :]:
        for name in frame.data.values():
            folder.drop(name)
    area = area_of(np.array([tick.world_from_ego[:3, 3] for tick in ticks]))
    location = location_of(lane_map, area)
    shift_m = (float(area.shift_m[0]), float(area.shift_m[1]))
    facts = SceneFacts(key=key, location=location, rig=rig, shift_m=shift_m, story=story)
    put_tables(folder.put, (*vocabulary_rows(), *scene_rows(facts, kept)))
    _put_json(folder, f"{VERSION}/splits.json", splits([scene_name(0)]))
    samples = [frame for frame in kept if frame.is_key_frame]
    _put_json(folder, PREDICTION, {scene_name(0): prediction_list(facts, samples)})
    _put_map(folder, location, lane_map, area)
    for name, content in can_bus_messages(ticks, body, scene_base_us(0), shift_m).items():
        _put_json(folder, f"can_bus/{scene_name(0)}_{name}.json", content)


def location_of(lane_map: LaneMap, area: Area) -> str:
    """Name of a map: what the server calls it, and what tells it from others: its content and the part that is shown."""
    name = "".join(letter if letter.isalnum() else "-" for letter in lane_map.name.lower()).strip("-")
    return f"{name}-{content_hash([lane_map.content, area.low_m.tolist(), area.high_m.tolist()])[:8]}"


def put_tables(put: Callable[[str, Callable[[], bytes]], None], rows: Iterable[Record]) -> None:
    """Writes all tables; empty sidecars and optional tables are left out."""
    tables: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        tables[row.TABLE].append(row)
    for kind in (*TABLES, *SIDECARS):
        if tables[kind.TABLE] or (kind in TABLES and kind not in OPTIONAL):
            text = table_text(tables[kind.TABLE])
            put(f"{VERSION}/{kind.TABLE}.json", text.encode)


def _put_map(folder: SceneFolder, location: str, lane_map: LaneMap, area: Area) -> None:
    shapes = lane_shapes(lane_map, area)
    crossings = outlines_in(area, lane_map.crossings)
    folder.put(f"maps/{location}.png", lambda: map_mask(area, shapes.values(), crossings))
    folder.put(f"maps/basemap/{location}.png", lambda: basemap(area, shapes.values(), crossings))
    _put_json(folder, f"maps/expansion/{location}.json", map_expansion(location, lane_map, shapes, area))


def _put_json(folder: SceneFolder, name: str, value: Any) -> None:
    # Not sorted: readers of the CAN bus depend on the order of keys.
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    folder.put(name, text.encode)
