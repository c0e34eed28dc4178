"""Datasets of the synthetic world that several tests read."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from rarebit.history import Event
from rarebit.labels.annotate import annotate
from rarebit.nuscenes.writer import NuScenesWriter


@pytest.fixture(scope="session")
def two_scenes(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes of 1.1 s on one path: key frames at 0, 0.5 and 1.0 s; label images; an event and a measure."""
    out = tmp_path_factory.mktemp("two_scenes")
    writer, rig = NuScenesWriter(out, label_images=True), synthetic.small_rig()
    scenarios = [replace(synthetic.scenario(index), hazards=("thing_4",)) for index in range(2)]
    for scenario in scenarios:
        events = [Event(time_us=500_000, kind="rule", name="run_out")]
        with writer.scene(scenario, rig, synthetic.lane_map(), events=events, measures={"min_ttc_s": 1.25}) as scene:
            before = None
            for snapshot in synthetic.snapshots(rig, seconds=1.1):
                if snapshot.is_key_frame:
                    before = annotate(snapshot, rig, before)
                scene.add(snapshot, before if snapshot.is_key_frame else None)
    return writer.finish([writer.key(scenario, rig) for scenario in scenarios])


@pytest.fixture
def own_copy(two_scenes: Path, tmp_path: Path) -> Path:
    """The dataset to be spoilt: files of its own, no scene folders."""
    target = tmp_path / "dataset"
    shutil.copytree(two_scenes, target, ignore=shutil.ignore_patterns("scenes"))
    return target
