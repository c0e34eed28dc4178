"""MAP001: every log has its map, and the ego drives on it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Log, Map

_LAYERS = (
    *("polygon", "line", "node", "drivable_area", "road_segment", "road_block", "lane", "ped_crossing", "walkway"),
    *("stop_line", "carpark_area", "road_divider", "lane_divider", "traffic_light", "lane_connector"),
    *("arcline_path_3", "connectivity", "canvas_edge"),
)


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Logs of no map or of several, expansions that lack a layer, and egos off the canvas."""
    named = Counter(token for row in dataset.rows(Map).values() for token in row.log_tokens)
    for log in dataset.rows(Log).values():
        if named[log.token] != 1:
            yield f"log {log.token}", f"is in {named[log.token]} maps"
    for scene in dataset.scenes():
        path = dataset.map_expansion(scene)
        try:
            expansion = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            yield str(path.relative_to(dataset.root)), f"cannot be read: {error}"
            continue
        lacking = [layer for layer in _LAYERS if layer not in expansion]
        if lacking or expansion.get("version") != "1.3":
            yield (
                str(path.relative_to(dataset.root)),
                f"version {expansion.get('version')}, lacks {', '.join(lacking) or 'none'}",
            )
            continue
        width, height = expansion["canvas_edge"]
        for data in dataset.timeline(scene):
            x, y, _ = dataset.ego_pose(data).translation
            if not (0.0 <= x <= width and 0.0 <= y <= height):
                yield f"sample_data {data.token}", f"the ego is at ({x:.1f}, {y:.1f}), off the map of {width} x {height} m"
                break


CHECK = Check(id="MAP001", rule="Every log is in one map whose expansion is whole and holds the ego.", find=find)
