"""Takes of one run: faults change what they say and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from rarebit.core.errors import SpecError
from rarebit.core.rng import stream
from rarebit.history import History, Verdict
from rarebit.labels.annotations import Annotations
from rarebit.nuscenes.checks import run_checks
from rarebit.nuscenes.naming import VERSION
from rarebit.nuscenes.reader import open_dataset
from rarebit.nuscenes.writer import NuScenesWriter
from rarebit.packs import pack_of, packs_with, using
from rarebit.rig.faults import SensorFault, Sighting, fault_kinds, read_takes, touched
from rarebit.rig.rig import Rig
from rarebit.run import Attempt, takes
from rarebit.run.record import Recording
from rarebit.run.takes import Take, record_takes
from rarebit.snapshot import LidarSweep, Picture, Snapshot

FROZEN = {"frozen": [{"camera_frozen": {"channel": "CAM_FRONT", "from_s": 0.5, "to_s": 1.0}}]}


@dataclass
class Kept:
    """A sink that keeps what it gets."""

    snapshots: list[Snapshot] = field(default_factory=list)
    annotations: list[Annotations | None] = field(default_factory=list)

    def add(self, snapshot: Snapshot, annotations: Annotations | None) -> None:
        self.snapshots.append(snapshot)
        self.annotations.append(annotations)

    @contextmanager
    def __call__(self, rig: Rig) -> Iterator[Kept]:
        yield self


@pytest.fixture
def rig(synthetic: ModuleType) -> Rig:
    found: Rig = synthetic.small_rig()
    return found


def run(synthetic: ModuleType, rig: Rig, monkeypatch: pytest.MonkeyPatch, *, seconds: float = 1.5, **by_name: Any) -> int:
    """Records the synthetic world into takes; how often it was rendered."""
    renderings = 0

    @contextmanager
    def record(*_: Any) -> Iterator[Recording]:
        nonlocal renderings
        renderings += 1
        yield Recording(rig, synthetic.snapshots(rig, seconds=seconds))

    monkeypatch.setattr(takes, "record", record)
    history = History(time_us=np.zeros(1, np.int64), tracks={}, events=(), visible_fraction={})
    verdict = Verdict(accepted=True, reasons=(), measures={}, first_event_us=0)
    trial = Attempt(layout=None, history=history, verdict=verdict)  # type: ignore[arg-type]
    record_takes(None, replace(synthetic.scenario(), hazards=()), trial, rig, list(by_name.values()))  # type: ignore[arg-type]
    return renderings


def test_a_frozen_camera_shows_its_last_picture_and_nothing_else_changes(
    synthetic: ModuleType, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean, frozen = Kept(), Kept()
    faults = read_takes(FROZEN, rig)["frozen"]
    twins = {"clean": Take(name="", open=clean), "frozen": Take(name="frozen", faults=faults, open=frozen)}
    assert run(synthetic, rig, monkeypatch, **twins) == 1
    assert [shot.time_us for shot in clean.snapshots] == [shot.time_us for shot in frozen.snapshots]
    at_half = next(shot for shot in clean.snapshots if shot.time_us == 500_000).data["CAM_FRONT"]
    for one, other in zip(clean.snapshots, frozen.snapshots, strict=True):
        assert not one.touched
        for channel, data in one.data.items():
            held = channel == "CAM_FRONT" and 500_000 < one.time_us < 1_000_000
            assert other.data[channel] is (at_half if held else data)
            assert set(other.touched.get(channel, {})) == ({"camera_frozen"} if held else set())
            if held:
                assert isinstance(data, Picture)
                mask = other.touched[channel]["camera_frozen"]
                assert mask.shape == data.bgra.shape[:2]
                assert mask.all()
    # Labels stay those of the world as it was.
    assert all(a is b for a, b in zip(clean.annotations, frozen.annotations, strict=True))


def test_twins_of_a_dataset_differ_in_the_touched_files_alone(
    synthetic: ModuleType, rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    faults = read_takes(FROZEN, rig)["frozen"]
    scenario = synthetic.scenario()
    writers = {
        "": NuScenesWriter(tmp_path / "clean"),
        "frozen": NuScenesWriter(tmp_path / "frozen", take="frozen", faults=[fault.plain() for fault in faults]),
    }
    made = {
        name: Take(
            name=name,
            faults=faults if name else (),
            open=lambda standing, writer=writer: writer.scene(scenario, standing, synthetic.lane_map()),
        )
        for name, writer in writers.items()
    }
    run(synthetic, rig, monkeypatch, **{name or "clean": take for name, take in made.items()})
    keys = {name: writer.key(scenario, rig) for name, writer in writers.items()}
    assert keys[""] != keys["frozen"]
    roots = {name: writer.finish([keys[name]]) for name, writer in writers.items()}
    files = {
        name: {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for name, root in roots.items()
    }
    blobs = {
        name: {path: data for path, data in found.items() if path.startswith(("samples/", "sweeps/", "lidarseg/", "panoptic/"))}
        for name, found in files.items()
    }
    assert set(blobs[""]) == set(blobs["frozen"])
    changed = {path for path, data in blobs[""].items() if blobs["frozen"][path] != data}
    rows = json.loads((roots["frozen"] / VERSION / "rarebit_fault.json").read_text())
    data = {row["token"]: row for row in json.loads((roots["frozen"] / VERSION / "sample_data.json").read_text())}
    touched_files = {data[row["sample_data_token"]]["filename"] for row in rows}
    assert changed == touched_files
    assert all(row["share"] == {"camera_frozen": 1.0} for row in rows)
    front = sorted((row["timestamp"], row["filename"]) for row in data.values() if "/CAM_FRONT/" in row["filename"])
    start = front[0][0]
    at_half = next(name for time, name in front if time - start == 500_000)
    for time, name in front:
        same = blobs["frozen"][name] == blobs[""][at_half]
        assert same == (500_000 <= time - start < 1_000_000)
    (story,) = json.loads((roots["frozen"] / VERSION / "rarebit_scene.json").read_text())
    assert story["take"] == "frozen"
    assert story["faults"] == [{"fault": "camera_frozen", "channel": "CAM_FRONT", "from_s": 0.5, "to_s": 1.0}]
    (clean,) = json.loads((roots[""] / VERSION / "rarebit_scene.json").read_text())
    assert (clean["take"], clean["faults"], clean["key"]) == ("", [], story["key"])
    assert not (roots[""] / VERSION / "rarebit_fault.json").exists()
    for root in roots.values():
        assert [str(finding) for finding in run_checks(open_dataset(root))] == []


def test_takes_with_mistakes_are_told_with_every_fault(rig: Rig) -> None:
    wrong = {
        "a": [{"camera_frozen": {"channel": "LIDAR_TOP", "from_s": 2, "to_s": 3}}],
        "b": [{"camera_frosen": {"channel": "CAM_FRONT", "from_s": 2, "to_s": 3}}],
        "c": [{"camera_frozen": {"channel": "CAM_FRONT", "from_s": 3, "to_s": 2}}],
        "d": [],
        "e f": [{"camera_frozen": {"channel": "CAM_FRONT", "from_s": 2, "to_s": 3, "strength": 1}}],
    }
    with pytest.raises(SpecError) as error:
        read_takes(wrong, rig)
    text = str(error.value)
    for words in ("is no camera of the rig", "camera_frozen", "not after from_s", "not a list", "not a name", "strength"):
        assert words in text
    assert read_takes(None, rig) == {}


FAULT_OF_A_PACK = '''
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from rarebit.reading.marks import Within
from rarebit.rig.faults import FaultKind, FaultSettings, Sighting, Touched


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(FaultSettings):
    """Points are lost.

    Attributes:
        share: of the points.
    """

    share: Annotated[float, Within(0, 1)] = 0.5


def touch(settings, sighting):
    lost = sighting.rng.random(len(sighting.data.ring)) < settings.share
    return Touched(data=replace(sighting.data, intensity=np.where(lost, 0, sighting.data.intensity)), mask=lost)


FAULT = FaultKind(name="lidar_dim", sensor="lidar", settings=Settings, touch=touch)
'''


def test_a_packs_fault_is_found_and_follows_its_own_random_stream(synthetic: ModuleType, rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "sensors" / "faults").mkdir(parents=True)
    (tmp_path / "sensors" / "faults" / "lidar_dim.py").write_text(FAULT_OF_A_PACK)
    with using(packs_with([pack_of(tmp_path).folder])):
        assert set(fault_kinds()) == {"camera_frozen", "lidar_dim"}
        block = {"channel": "LIDAR_TOP", "from_s": 0, "to_s": 9, "share": 0.25}
        (fault,) = read_takes({"dim": [{"lidar_dim": block}]}, rig)["dim"]
    sweep = synthetic.snapshot(rig, 0).data["LIDAR_TOP"]
    assert isinstance(sweep, LidarSweep)

    def once(seed: int) -> tuple[LidarSweep, np.ndarray]:
        data, masks = touched((fault,), "LIDAR_TOP", sweep, 1.0, {}, lambda number, one: stream(seed, one.kind.name))
        assert isinstance(data, LidarSweep)
        return data, masks["lidar_dim"]

    (first, mask), (again, same), (_, other) = once(0), once(0), once(1)
    assert mask.mean() == pytest.approx(0.25, abs=0.03)
    assert not first.intensity[mask].any()
    np.testing.assert_array_equal(first.intensity[~mask], sweep.intensity[~mask])
    np.testing.assert_array_equal(mask, same)
    np.testing.assert_array_equal(first.intensity, again.intensity)
    assert (mask != other).any()


def test_faults_on_one_channel_act_one_after_the_other(synthetic: ModuleType, rig: Rig) -> None:
    kind = fault_kinds()["camera_frozen"]
    faults = tuple(
        SensorFault(kind=kind, settings=kind.settings(channel="CAM_FRONT", from_s=begin, to_s=begin + 1.0))
        for begin in (0.0, 0.4)
    )
    pictures = [synthetic.snapshot(rig, tick).data["CAM_FRONT"] for tick in range(0, 32, 2)]
    lasts: dict[int, Any] = {}
    shown = [
        touched(faults, "CAM_FRONT", picture, number * 0.1, lasts, lambda i, one: stream(0, "x"))[0]
        for number, picture in enumerate(pictures)
    ]
    assert all(one is pictures[0] for one in shown[:14])  # the second goes on showing what the first has frozen
    assert shown[14] is pictures[14]


def test_a_camera_that_freezes_before_its_first_picture_shows_it(synthetic: ModuleType, rig: Rig) -> None:
    picture = synthetic.snapshot(rig, 0).data["CAM_FRONT"]
    kind = fault_kinds()["camera_frozen"]
    settings = kind.settings(channel="CAM_FRONT", from_s=0.0, to_s=1.0)
    assert kind.touch(settings, Sighting(data=picture, last=None, time_s=0.5, rng=stream(0, "x"))) is None
    later = replace(picture)
    result = kind.touch(settings, Sighting(data=later, last=picture, time_s=0.6, rng=stream(0, "x")))
    assert result is not None
    assert result.data is picture
