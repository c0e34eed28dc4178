"""The dataset of many scenes: their tables one after another, and hard links to their files.

Each scene folder is a dataset of one scene whose rows are final but for the scene's name and the clock, which follow from its
number. So the cost is that of reading and writing the tables' text once; nothing is parsed but the few rows that scenes share.
Everything is made in a folder beside the dataset and then takes the place of what an earlier run left; the tables' folder goes
first and comes last, so that what is there loads or is visibly unfinished.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rarebit.core.errors import OutputError
from rarebit.core.files import write_bytes
from rarebit.nuscenes import records
from rarebit.nuscenes.fragment import PREDICTION
from rarebit.nuscenes.naming import VERSION, at_number, scene_base_us, scene_date, scene_name
from rarebit.nuscenes.record import Record, from_row, to_json
from rarebit.nuscenes.records import OPTIONAL, TABLES
from rarebit.nuscenes.scene_folder import MANIFEST, is_done
from rarebit.nuscenes.sidecars import SIDECARS, SceneStory
from rarebit.nuscenes.splits import splits

_MARKER = ".rarebit"
_FOLDERS = ("samples", "sweeps", "lidarseg", "panoptic", "maps", "can_bus", "rarebit_labels")
# The same rows in every scene.
_SHARED: tuple[type[Record], ...] = (*(records.Attribute, records.Category, records.Visibility, records.Sensor, records.Map),)
# One row a scene, with its name or its clock.
_NUMBERED: tuple[type[Record], ...] = (records.Log, records.Scene, SceneStory)


def concatenate(out: Path, version: str, keys: Sequence[str]) -> None:
    """Makes the dataset of the scenes ``keys`` below ``out``, replacing an earlier one.

    Raises:
        OutputError: a scene is not done, none is given, or the folder cannot be written.
    """
    folders = [out / "scenes" / key for key in keys]
    undone = [folder.name for folder in folders if not is_done(folder)]
    if undone or not keys or len(set(keys)) != len(keys):
        what = f"scenes not done: {', '.join(undone)}" if undone else "no scenes, or one twice"
        raise OutputError(f"{out}: cannot assemble the dataset: {what}; record them first")
    building = out / ".building"
    _claim(out, version)
    try:
        shutil.rmtree(building, ignore_errors=True)
        (building / version).mkdir(parents=True)
        for kind in (*TABLES, *SIDECARS):
            _write_table(building / version, kind, folders)
        names = [scene_name(number) for number in range(len(folders))]
        _write_json(building / version / "splits.json", splits(names))
        for number, folder in enumerate(folders):
            _link_files(building, folder, number)
        lists = [next(iter(_read(folder / PREDICTION).values())) for folder in folders]
        _write_json(building / PREDICTION, dict(zip(names, lists, strict=True)))
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


# ------------------------------------------------------------------------------------------------ tables


def _write_table(folder: Path, kind: type[Record], scenes: Sequence[Path]) -> None:
    """One table of all scenes; a sidecar or optional table that no scene has is left out."""
    parts = _shared(kind, scenes) if kind in _SHARED else _bodies(kind, scenes)
    first = next(parts, None)
    if first is None and kind in (*SIDECARS, *OPTIONAL):
        return
    with (folder / f"{kind.TABLE}.json").open("w", encoding="utf-8") as file:
        file.write("[\n")
        file.write(first or "")
        for part in parts:
            file.write(",\n")
            file.write(part)
        file.write("\n]")


def _bodies(kind: type[Record], scenes: Sequence[Path]) -> Iterator[str]:
    """The rows of each scene that has some, without the brackets around them."""
    for number, scene in enumerate(scenes):
        path = _table(scene, kind)
        if not path.exists():
            continue
        if kind in _NUMBERED:
            yield from (to_json(_numbered(from_row(kind, row), number)) for row in _read(path))
        elif body := path.read_text(encoding="utf-8")[2:-2]:
            yield at_number(body, number)


def _shared(kind: type[Record], scenes: Sequence[Path]) -> Iterator[str]:
    """Rows that scenes have in common, each once; a map's row names the logs of all."""
    rows: dict[str, Record] = {}
    for scene in scenes:
        for row in (from_row(kind, row) for row in _read(_table(scene, kind))):
            known = rows.get(row.row_key)
            if isinstance(row, records.Map) and isinstance(known, records.Map):
                rows[row.row_key] = dataclasses.replace(known, log_tokens=known.log_tokens + row.log_tokens)
            elif known is None:
                rows[row.row_key] = row
    if kind is records.Sensor:
        rows = dict(sorted(rows.items(), key=lambda item: item[1].channel))  # type: ignore[attr-defined]
    yield from map(to_json, rows.values())


def _numbered(row: Record, number: int) -> Record:
    """A scene's own row with the name and the clock of its number."""
    if isinstance(row, records.Log):
        return dataclasses.replace(row, date_captured=scene_date(number))
    if isinstance(row, records.Scene):
        return dataclasses.replace(row, name=scene_name(number))
    if isinstance(row, SceneStory):
        events = tuple(event | {"timestamp": scene_base_us(number) + event["time_us"]} for event in row.events)
        return dataclasses.replace(row, events=events)
    return row


def _table(scene: Path, kind: type[Record]) -> Path:
    return scene / VERSION / f"{kind.TABLE}.json"


# ------------------------------------------------------------------------------------------------ files


def _link_files(building: Path, scene: Path, number: int) -> None:
    """Everything that the scene has beside its tables; what two scenes share, such as a map, is there once."""
    made: set[Path] = set()
    for name in _read(scene / MANIFEST)["files"]:
        if name.split("/")[0] not in _FOLDERS or name == PREDICTION:
            continue
        target = building / at_number(name, number).replace(scene_name(0), scene_name(number))
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        if name.startswith("can_bus/") and number > 0:
            target.write_text(at_number((scene / name).read_text(encoding="utf-8"), number), encoding="utf-8")
        elif not target.exists():
            _link(scene / name, target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Not every file system has hard links; an error of the disk shows again here.
        shutil.copyfile(source, target)


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
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, allow_nan=False, ensure_ascii=False), encoding="utf-8")
