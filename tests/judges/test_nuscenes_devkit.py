"""The official devkit loads and scores what the writer made of a synthetic world."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rarebit.labels.annotate import annotate
from rarebit.nuscenes.naming import VERSION
from rarebit.nuscenes.writer import NuScenesWriter

Judge = Callable[[Path, str], dict[str, Any]]


@pytest.fixture(scope="module")
def dataset(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes on one map, of two seconds and of seven: long enough to predict in."""
    out = tmp_path_factory.mktemp("dataset")
    writer, rig = NuScenesWriter(out), synthetic.small_rig(160, 200)
    keys = []
    for index, seconds in enumerate((2.0, 7.0)):
        scenario = synthetic.scenario(index)
        with writer.scene(scenario, rig, synthetic.lane_map()) as scene:
            annotations = None
            for snapshot in synthetic.snapshots(rig, seconds=seconds):
                if snapshot.is_key_frame:
                    annotations = annotate(snapshot, rig, annotations)
                scene.add(snapshot, annotations if snapshot.is_key_frame else None)
        keys.append(writer.key(scenario, rig))
    return writer.finish(keys)


def test_devkit_accepts_the_dataset_and_scores_its_own_truth_perfectly(dataset: Path, judge_nuscenes: Judge) -> None:
    verdict = judge_nuscenes(dataset, VERSION)
    assert verdict["faults"] == []
    assert verdict["counts"]["scene"] == 2
    assert verdict["counts"]["sample"] == 20
    assert len(verdict["detection_classes"]) == 10
    assert verdict["AP_per_class"] == pytest.approx(dict.fromkeys(verdict["detection_classes"], 1.0), abs=1e-9)
    assert verdict["mAP_devkit"] == pytest.approx(1.0, abs=1e-9)
    assert verdict["NDS"] == pytest.approx(1.0, abs=1e-9)
    assert verdict["AMOTA"] == pytest.approx(1.0, abs=1e-9)
    assert verdict["id_switches"] == 0
    assert verdict["ego_to_lane_m"] < 0.15
    assert verdict["predictions"] > 10


def test_a_scene_folder_is_a_dataset_of_its_own(dataset: Path, judge_nuscenes: Judge) -> None:
    folder = max((dataset / "scenes").iterdir(), key=lambda path: len(list(path.rglob("*.jpg"))))
    verdict = judge_nuscenes(folder, VERSION)
    assert verdict["faults"] == []
    assert (verdict["counts"]["scene"], verdict["counts"]["sample"]) == (1, 15)
    assert verdict["mAP_devkit"] == pytest.approx(1.0, abs=1e-9)


def test_judge_finds_a_wrong_point_count_and_a_broken_chain(dataset: Path, judge_nuscenes: Judge, tmp_path: Path) -> None:
    """The judge can fail."""
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    for path in dataset.iterdir():
        if path.name not in (VERSION, "scenes"):
            (spoilt / path.name).symlink_to(path)
    (spoilt / VERSION).mkdir()
    for path in (dataset / VERSION).iterdir():
        rows = json.loads(path.read_text())
        if path.stem == "sample_annotation":
            rows[0]["num_lidar_pts"] += 7
            rows[-1]["prev"] = ""
        (spoilt / VERSION / path.name).write_text(json.dumps(rows))
    faults = " ".join(judge_nuscenes(spoilt, VERSION)["faults"])
    assert "num_lidar_pts" in faults
    assert "chain" in faults
