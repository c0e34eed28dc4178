"""Joining scenes: the rows of each, under its own name and clock, and nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from rarebit.nuscenes import records
from rarebit.nuscenes.concatenate import concatenate
from rarebit.nuscenes.naming import SLOT_US, VERSION
from rarebit.nuscenes.records import TABLES
from rarebit.nuscenes.sidecars import SIDECARS

SHARED = (records.Attribute, records.Category, records.Visibility, records.Sensor, records.Map)


def table(root: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((root / VERSION / f"{name}.json").read_text())
    return rows


def scene_folders(root: Path) -> list[Path]:
    """In the dataset's order."""
    return [root / "scenes" / row["key"] for row in table(root, "rarebit_scene")]


def moved(value: Any, number: int) -> Any:
    """A first scene's row as that of another number, by walking its values: the long way round."""
    first, other = "1577880", str(1_577_880 + number)
    if isinstance(value, dict):
        changed = {key: moved(item, number) for key, item in value.items()}
        for key in ("timestamp", "utime"):
            if key in changed:
                changed[key] += number * SLOT_US
        return changed
    if isinstance(value, list):
        return [moved(item, number) for item in value]
    return value.replace(f"__{first}", f"__{other}") if isinstance(value, str) else value


def test_tables_are_those_of_the_scenes_one_after_another(two_scenes: Path) -> None:
    folders = scene_folders(two_scenes)
    for kind in (*TABLES, *SIDECARS):
        if kind in SHARED:
            continue
        if kind in SIDECARS and not (folders[0] / VERSION / f"{kind.TABLE}.json").exists():
            assert not (two_scenes / VERSION / f"{kind.TABLE}.json").exists()
            continue
        expected = [moved(row, number) for number, folder in enumerate(folders) for row in table(folder, kind.TABLE)]
        if kind is records.Scene:
            expected[1]["name"] = "scene-9001"
        assert table(two_scenes, kind.TABLE) == expected, kind.TABLE


def test_what_scenes_share_is_there_once(two_scenes: Path) -> None:
    folders = scene_folders(two_scenes)
    for kind in (records.Attribute, records.Category, records.Visibility, records.Sensor):
        assert table(two_scenes, kind.TABLE) == table(folders[0], kind.TABLE)
    (row,) = table(two_scenes, "map")
    assert row["log_tokens"] == [log["token"] for log in table(two_scenes, "log")]
    location = table(two_scenes, "log")[0]["location"]
    maps = {str(path.relative_to(two_scenes / "maps")) for path in (two_scenes / "maps").rglob("*") if path.is_file()}
    assert maps == {
        f"{location}.png",
        f"basemap/{location}.png",
        f"expansion/{location}.json",
        "prediction/prediction_scenes.json",
    }


def test_can_bus_messages_bear_the_scenes_name_and_time(two_scenes: Path) -> None:
    folders = scene_folders(two_scenes)
    names = {path.name for path in (two_scenes / "can_bus").iterdir()}
    assert len(names) == 2 * 8
    for path in (folders[1] / "can_bus").iterdir():
        joined = two_scenes / "can_bus" / path.name.replace("scene-9000", "scene-9001")
        assert json.loads(joined.read_text()) == moved(json.loads(path.read_text()), 1), path.name


def test_files_are_links_and_every_row_finds_its_own(two_scenes: Path) -> None:
    rows = table(two_scenes, "sample_data")
    folders = scene_folders(two_scenes)
    assert all((two_scenes / row["filename"]).stat().st_nlink == 2 for row in rows)
    named = {row["filename"] for row in rows}
    there = {str(path.relative_to(two_scenes)) for name in ("samples", "sweeps") for path in (two_scenes / name).rglob("*.*")}
    assert there == named  # a sweep after the last sample, which no row names, is not there either
    first = next(row for row in table(folders[1], "sample_data"))
    joined = two_scenes / first["filename"].replace("__1577880", "__1577881")
    assert joined.samefile(folders[1] / first["filename"])


def test_prediction_lists_and_splits_are_by_name(two_scenes: Path) -> None:
    assert json.loads((two_scenes / "maps/prediction/prediction_scenes.json").read_text()) == {
        "scene-9000": [],
        "scene-9001": [],
    }
    assert json.loads((two_scenes / VERSION / "splits.json").read_text()) == {
        "sim_train": ["scene-9000"],
        "sim_val": ["scene-9001"],
        "all": ["scene-9000", "scene-9001"],
    }


def test_the_tables_of_many_scenes_are_not_parsed(two_scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of joining is that of copying text: of the large tables no row is ever made into an object."""
    shutil.copytree(two_scenes / "scenes", tmp_path / "scenes")
    parsed: list[str] = []
    loads = json.loads

    def noted(text: str, *args: Any, **kwargs: Any) -> Any:
        parsed.append(text)
        return loads(text, *args, **kwargs)

    monkeypatch.setattr(json, "loads", noted)
    concatenate(tmp_path, VERSION, [folder.name for folder in scene_folders(two_scenes)])
    monkeypatch.undo()
    large = {
        (two_scenes / VERSION / f"{name}.json").read_text()[:60] for name in ("sample_data", "ego_pose", "sample_annotation")
    }
    assert parsed
    assert not any(text[:60] in large for text in parsed)
    assert (tmp_path / VERSION / "sample_data.json").read_bytes() == (two_scenes / VERSION / "sample_data.json").read_bytes()
