"""Assembles the dataset from done scene folders: tables, hard links, maps, CAN bus.

Everything is made in a folder beside the dataset and then takes the place of what an earlier run left; the tables' folder goes
first and comes last, so that what is there loads or is visibly unfinished.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rarebit.core.errors import OutputError
from rarebit.core.files import write_bytes
from rarebit.nuscenes.can_bus import can_bus_messages
from rarebit.nuscenes.lane_map_file import from_plain, union
from rarebit.nuscenes.lane_shapes import Area, area_of, lane_shapes, outlines_in
from rarebit.nuscenes.map_expansion import map_expansion
from rarebit.nuscenes.map_mask import map_mask
from rarebit.nuscenes.scene_folder import is_done
from rarebit.nuscenes.scene_record import LANE_MAP, RECORD, Json
from rarebit.nuscenes.tables import SIDECARS, TABLES, Tables, build_tables, scene_base_us, scene_name
from rarebit.roads.lane_map import LaneMap

_MARKER = ".rarebit"
_FOLDERS = ("samples", "sweeps", "lidarseg", "panoptic", "maps", "can_bus", "rarebit_labels")


def assemble(out: Path, version: str, keys: Sequence[str]) -> None:
    """Makes the dataset of the scenes ``keys`` below ``out``, replacing an earlier one.

    Raises:
        OutputError: a scene is not done, none is given, or the folder cannot be written.
    """
    folders = {key: out / "scenes" / key for key in keys}
    undone = [key for key, folder in folders.items() if not is_done(folder)]
    if undone or not keys or len(folders) != len(keys):
        what = f"scenes not done: {', '.join(undone)}" if undone else "no scenes, or one twice"
        raise OutputError(f"{out}: cannot assemble the dataset: {what}; record them first")
    building = out / ".building"
    _claim(out, version)
    try:
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        _fill(building, version, folders)
        _swap(building, out, version)
    except OSError as error:
        where = error.filename or out
        raise OutputError(f"{where}: cannot write: {error.strerror or error}; free space or choose another out=") from error


def _claim(out: Path, version: str) -> None:
    """Marks ``out`` as ours, so that no other dataset is ever replaced.

    Raises:
        OutputError: there is data that Rarebit has not written.
    """
    marker = out / _MARKER
    foreign = [name for name in (*_FOLDERS, version) if (out / name).exists()]
    if foreign and not marker.exists():
        raise OutputError(f"{out}: holds {', '.join(foreign)} that Rarebit has not written; choose another out=")
    write_bytes(marker, b"Folders here are replaced whenever Rarebit assembles this dataset.\n")


def _fill(building: Path, version: str, folders: dict[str, Path]) -> None:
    records = [_read(folder / RECORD) for folder in folders.values()]
    locations = [_location(record) for record in records]
    areas = {
        location: area_of([_path(record) for record, here in zip(records, locations, strict=True) if here == location])
        for location in sorted(set(locations))
    }
    tables = build_tables(version, records, locations, areas)
    _write_tables(building / version, tables)
    _write_links(building, tables, folders)
    for location, area in areas.items():
        maps = [
            from_plain(_read(folder / LANE_MAP))
            for folder, here in zip(folders.values(), locations, strict=True)
            if here == location
        ]
        _write_map(building / "maps", location, area, union(maps))
    (building / "can_bus").mkdir()
    for number, (record, location) in enumerate(zip(records, locations, strict=True)):
        shift = areas[location].shift_m
        messages = can_bus_messages(record, scene_base_us(number), (float(shift[0]), float(shift[1])))
        for name, content in messages.items():
            _write_json(building / "can_bus" / f"{scene_name(number)}_{name}.json", content)


def _location(record: Json) -> str:
    """Name of a map: what the server calls it and a piece of its content's hash, for generated roads share a name."""
    name = "".join(letter if letter.isalnum() else "-" for letter in record["map"]["name"].lower()).strip("-")
    return f"{name}-{record['map']['content'][:8]}"


def _path(record: Json) -> Any:
    return np.array([frame["ego"]["translation"] for frame in record["frames"]], np.float64)


def _write_tables(folder: Path, tables: Tables) -> None:
    folder.mkdir(parents=True)
    for name in TABLES:
        _write_json(folder / f"{name}.json", tables.rows[name])
    for name in SIDECARS:
        if tables.rows[name]:
            _write_json(folder / f"{name}.json", tables.rows[name])
    _write_json(folder / "splits.json", tables.splits)


def _write_links(building: Path, tables: Tables, folders: dict[str, Path]) -> None:
    made: set[Path] = set()
    for link in tables.links:
        target = building / link.path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        source = folders[link.key] / link.source
        try:
            os.link(source, target)
        except OSError:
            # Not every file system has hard links; an error of the disk shows again here.
            shutil.copyfile(source, target)


def _write_map(folder: Path, location: str, area: Area, lane_map: LaneMap) -> None:
    (folder / "expansion").mkdir(parents=True, exist_ok=True)
    shapes = lane_shapes(lane_map, area)
    crossings = outlines_in(area, lane_map.crossings)
    (folder / f"{location}.png").write_bytes(map_mask(area, shapes.values(), crossings))
    _write_json(folder / "expansion" / f"{location}.json", map_expansion(location, lane_map, shapes, area))


def _swap(building: Path, out: Path, version: str) -> None:
    shutil.rmtree(out / version, ignore_errors=True)
    for name in (*_FOLDERS, version):
        shutil.rmtree(out / name, ignore_errors=True)
        if (building / name).exists():
            (building / name).rename(out / name)
    building.rmdir()


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write_json(path: Path, value: Any) -> None:
    # Not sorted: readers of the CAN bus depend on the order of keys. Rows are built in a fixed order.
    path.write_text(json.dumps(value, allow_nan=False, ensure_ascii=False, indent=0), encoding="utf-8")
