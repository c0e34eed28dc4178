"""Tables: names, times, links."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from rarebit.history import Event
from rarebit.labels.annotate import annotate
from rarebit.nuscenes.can_bus import can_bus_messages
from rarebit.nuscenes.tables import scene_base_us, scene_name
from rarebit.nuscenes.writer import VERSION, NuScenesWriter

CAN_BLACK_LIST = {*range(161, 169), *range(170, 177), *range(309, 315)}


def test_scene_names_are_free_unique_and_four_digits() -> None:
    names = [scene_name(number) for number in range(8800)]
    assert names[:2] == ["scene-9000", "scene-9001"]
    assert len(set(names)) == 8800
    numbers = {int(name.removeprefix("scene-")) for name in names}
    assert all(len(name) == len("scene-0000") for name in names)
    # Real scenes end at 1110.
    assert min(numbers) > 1110
    assert not numbers & CAN_BLACK_LIST
    with pytest.raises(ValueError, match="8800"):
        scene_name(8800)


def test_scenes_do_not_overlap_in_time_and_know_no_clock() -> None:
    assert scene_base_us(0) == 1_577_880_000_000_000
    assert scene_base_us(1) - scene_base_us(0) == 3_600_000_000


@pytest.fixture(scope="module")
def root(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One scene of 1.1 s: key frames at 0, 0.5 and 1.0 s; two lidar sweeps follow the last."""
    out = tmp_path_factory.mktemp("tables")
    writer, rig, scenario = NuScenesWriter(out, label_images=True), synthetic.small_rig(), synthetic.scenario()
    events = [Event(time_us=500_000, kind="rule", name="run_out")]
    with writer.scene(scenario, rig, synthetic.lane_map(), events=events, measures={"min_ttc_s": 1.25}) as scene:
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


def test_can_bus_speaks_in_the_vehicles_axes(root: Path) -> None:
    poses = json.loads((root / "can_bus" / "scene-9000_pose.json").read_text())
    np.testing.assert_allclose(poses[0]["vel"], [6.0, 0.0, 0.0], atol=1e-9)
    assert list(poses[0]) == ["accel", "orientation", "pos", "rotation_rate", "utime", "vel"]
    # The position moves with the velocity.
    moved = np.linalg.norm(np.subtract(poses[10]["pos"], poses[0]["pos"]))
    assert moved == pytest.approx(6.0 * 0.5, abs=1e-6)


def test_can_bus_units() -> None:
    frame = {
        "time_us": 0,
        "is_key_frame": True,
        "ego": {"translation": [0.0, 0.0, 0.0], "rotation": [1.0, 0.0, 0.0, 0.0]},
        "velocity": [10.0, 0.0, 0.0],
        "acceleration": [0.0, 0.0, 0.0],
        "angular_velocity": [0.0, 0.0, 0.1],
        "controls": {"steer": 0.1, "brake": 1.0, "speed_mps": 10.0},
    }
    messages = can_bus_messages({"frames": [frame]}, 5, (1.0, 2.0))
    (monitor,) = messages["vehicle_monitor"]
    assert monitor["vehicle_speed"] == pytest.approx(36.0)
    assert monitor["yaw_rate"] == pytest.approx(np.degrees(0.1))
    assert monitor["brake"] == 126
    assert messages["steeranglefeedback"] == [{"utime": 5, "value": 0.1}]
    assert messages["route"][0] == [1.0, 2.0]
