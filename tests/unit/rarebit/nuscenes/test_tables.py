"""The rows of a scene: rates, links, sizes, truth."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from rarebit.history import Event
from rarebit.labels.annotate import annotate
from rarebit.nuscenes.naming import VERSION
from rarebit.nuscenes.writer import NuScenesWriter


@pytest.fixture(scope="module")
def root(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One scene of 1.1 s: key frames at 0, 0.5 and 1.0 s; two lidar sweeps follow the last."""
    out = tmp_path_factory.mktemp("tables")
    writer, rig, scenario = NuScenesWriter(out, label_images=True), synthetic.small_rig(), synthetic.scenario()
    events = [Event(time_us=500_000, kind="rule", name="run_out")]
    with writer.scene(
        scenario, rig, synthetic.lane_map(), events=events, measures={"min_ttc_s": 1.25}, staging={"junction": 7}
    ) as scene:
        before = None
        for snapshot in synthetic.snapshots(rig, seconds=1.1):
            if snapshot.is_key_frame:
                before = annotate(snapshot, rig, before)
            scene.add(snapshot, before if snapshot.is_key_frame else None)
    return writer.finish([writer.key(scenario, rig)])


def table(root: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((root / VERSION / f"{name}.json").read_text())
    return rows


def test_rates_and_trailing_sweeps(root: Path) -> None:
    rows = table(root, "sample_data")
    count = {
        channel: sum(f"/{channel}/" in row["filename"] for row in rows) for channel in ("CAM_FRONT", "LIDAR_TOP", "RADAR_FRONT")
    }
    assert count == {"CAM_FRONT": 11, "LIDAR_TOP": 21, "RADAR_FRONT": 11}
    times = {row["timestamp"] for row in rows}
    assert max(times) == max(row["timestamp"] for row in table(root, "sample"))


def test_files_are_links_to_the_scene_folder(root: Path) -> None:
    row = table(root, "sample_data")[0]
    assert (root / row["filename"]).stat().st_nlink == 2
    assert row["token"] == row["ego_pose_token"]


def test_sizes_are_width_length_height_and_places_are_shifted(root: Path, synthetic: ModuleType) -> None:
    sidecar = {row["sample_annotation_token"]: row for row in table(root, "rarebit_annotation")}
    shift = np.array([*table(root, "rarebit_scene")[0]["world_shift_m"], 0.0])
    first = table(root, "sample")[0]["token"]
    bus = next(
        row
        for row in table(root, "sample_annotation")
        if sidecar[row["token"]]["actor_id"] == 8 and row["sample_token"] == first
    )
    thing = next(thing for thing in synthetic.THINGS if thing.actor_id == 8)
    length, width, height = thing.size_lwh_m
    assert bus["size"] == [width, length, height]
    np.testing.assert_allclose(np.array(bus["translation"]) - shift, thing.state(0.0).world_from_box[:3, 3], atol=1e-9)
    assert bus["translation"][0] > 100
    assert sidecar[bus["token"]]["fine_class"] == "vehicle.mitsubishi.fusorosa"


def test_true_velocity_is_that_of_the_boxes(root: Path) -> None:
    """The sidecar's velocity against the difference quotient that readers compute."""
    times = {row["token"]: row["timestamp"] for row in table(root, "sample")}
    sidecar = {row["sample_annotation_token"]: row for row in table(root, "rarebit_annotation")}
    rows = {row["token"]: row for row in table(root, "sample_annotation")}
    checked = 0
    for row in rows.values():
        if row["next"]:
            after = rows[row["next"]]
            seconds = (times[after["sample_token"]] - times[row["sample_token"]]) / 1e6
            quotient = (np.array(after["translation"]) - row["translation"]) / seconds
            np.testing.assert_allclose(quotient, sidecar[row["token"]]["velocity"], atol=1e-6)
            checked += 1
    assert checked > 15


def test_scenario_is_kept_beside_the_tables(root: Path) -> None:
    (row,) = table(root, "rarebit_scene")
    assert row["values"] == {"speed_mps": 6.0, "kind": "boxes"}
    assert row["measures"] == {"min_ttc_s": 1.25}
    assert row["staging"] == {"junction": 7}
    (event,) = row["events"]
    assert event["timestamp"] == table(root, "sample")[1]["timestamp"]
    assert "test.boxes" in table(root, "scene")[0]["description"]


def test_label_images_are_there_when_asked_for(root: Path) -> None:
    rows = table(root, "rarebit_label_images")
    assert len(rows) == 3 * 6
    for row in rows:
        assert all((root / row[kind]).is_file() for kind in ("semantic", "instance", "depth"))


def test_splits_cover_all_scenes(root: Path) -> None:
    splits = json.loads((root / VERSION / "splits.json").read_text())
    assert splits["all"] == ["scene-9000"]
    assert sorted(splits["sim_train"] + splits["sim_val"]) == splits["all"]
