"""What every dataset writer must do, whatever its format."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from rarebit.core.errors import OutputError
from rarebit.labels.annotate import annotate
from rarebit.nuscenes.naming import data_filename
from rarebit.nuscenes.protocol import DatasetWriter
from rarebit.nuscenes.writer import NuScenesWriter
from rarebit.rig.rig import Rig
from rarebit.roads.lane_map import LaneMap
from rarebit.scenario import ConcreteScenario
from rarebit.snapshot import Snapshot

WRITERS: dict[str, Callable[[Path], DatasetWriter]] = {
    "nuscenes": NuScenesWriter,
    "nuscenes with label images": lambda out: NuScenesWriter(out, label_images=True),
}


@pytest.fixture(params=sorted(WRITERS))
def make(request: pytest.FixtureRequest) -> Callable[[Path], DatasetWriter]:
    return WRITERS[request.param]


@pytest.fixture(scope="module")
def rig(synthetic: ModuleType) -> Rig:
    result: Rig = synthetic.small_rig()
    return result


@pytest.fixture(scope="module")
def ticks(synthetic: ModuleType, rig: Rig) -> list[Snapshot]:
    """A second and a bit: three key frames would need 1.0 s; the last sweeps follow no key frame."""
    return list(synthetic.snapshots(rig, seconds=1.1))


@pytest.fixture(scope="module")
def lane_map(synthetic: ModuleType) -> LaneMap:
    result: LaneMap = synthetic.lane_map()
    return result


@pytest.fixture(scope="module")
def scenario(synthetic: ModuleType) -> ConcreteScenario:
    result: ConcreteScenario = synthetic.scenario()
    return result


def write(writer: DatasetWriter, scenario: ConcreteScenario, rig: Rig, lane_map: LaneMap, ticks: Iterable[Snapshot]) -> str:
    with writer.scene(scenario, rig, lane_map) as scene:
        annotations = None
        for snapshot in ticks:
            if snapshot.is_key_frame:
                annotations = annotate(snapshot, rig, annotations)
            scene.add(snapshot, annotations if snapshot.is_key_frame else None)
    return writer.key(scenario, rig)


def contents(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_same_input_gives_same_bytes(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    trees = []
    for name in ("one", "two"):
        writer = make(tmp_path / name)
        key = write(writer, scenario, rig, lane_map, ticks)
        trees.append(contents(writer.finish([key])))
    assert len(trees[0]) > 50
    assert trees[0] == trees[1]


def test_finishing_twice_changes_nothing(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    writer = make(tmp_path)
    key = write(writer, scenario, rig, lane_map, ticks)
    first = contents(writer.finish([key]))
    # A new process would start with a new writer.
    assert contents(make(tmp_path).finish([key])) == first


def test_the_order_in_which_scenes_were_made_does_not_show(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    scenarios = [replace(scenario, index=index) for index in range(3)]
    trees = []
    for order in ((0, 1, 2), (2, 0, 1)):
        writer = make(tmp_path / str(order[0]))
        for index in order:
            write(writer, scenarios[index], rig, lane_map, ticks)
        writer.finish([writer.key(scenarios[1], rig)])  # an earlier dataset of fewer scenes leaves no trace either
        trees.append(contents(writer.finish([writer.key(one, rig) for one in scenarios])))
    assert trees[0] == trees[1]


def test_the_key_follows_the_content(make, tmp_path, scenario, rig) -> None:
    writer = make(tmp_path)
    key = writer.key(scenario, rig)
    assert writer.key(scenario, rig) == key
    assert writer.key(replace(scenario, seed=1), rig) != key
    assert writer.key(scenario, replace(rig, mounts=rig.mounts[:-1])) != key


def test_a_scene_that_breaks_leaves_nothing(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    writer = make(tmp_path)
    key = writer.key(scenario, rig)

    def server_dies_on_the_way() -> Iterator[Snapshot]:
        yield from ticks[:12]
        raise RuntimeError("server died")

    with pytest.raises(RuntimeError, match="server died"):
        write(writer, scenario, rig, lane_map, server_dies_on_the_way())
    assert not writer.is_done(key)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(OutputError, match=key):
        writer.finish([key])


def test_a_done_scene_that_lost_a_file_is_not_done(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    writer = make(tmp_path)
    key = write(writer, scenario, rig, lane_map, ticks)
    assert writer.is_done(key)
    victim = max((path for path in tmp_path.rglob("*.jpg")), key=str)
    victim.write_bytes(victim.read_bytes()[:-1])
    assert not writer.is_done(key)
    # Recording it again repairs it.
    assert write(writer, scenario, rig, lane_map, ticks) == key
    assert writer.is_done(key)


def test_writing_a_done_scene_again_is_harmless(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    writer = make(tmp_path)
    write(writer, scenario, rig, lane_map, ticks)
    before = contents(tmp_path)
    write(writer, scenario, rig, lane_map, ticks)
    assert contents(tmp_path) == before


def test_snapshots_out_of_order_or_incomplete_are_refused(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    writer = make(tmp_path)
    labels = annotate(ticks[0], rig)
    lacking = replace(ticks[0], data={channel: data for channel, data in ticks[0].data.items() if channel != "CAM_BACK"})
    with pytest.raises(ValueError, match="CAM_BACK"), writer.scene(scenario, rig, lane_map) as scene:
        scene.add(lacking, labels)
    with pytest.raises(ValueError, match="annotations"), writer.scene(scenario, rig, lane_map) as scene:
        scene.add(ticks[0], None)
    with pytest.raises(ValueError, match="after one at"):
        write(writer, scenario, rig, lane_map, [ticks[0], ticks[0]])


def test_an_unwritable_folder_is_an_output_error(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OutputError, match="out="):
        write(make(blocked), scenario, rig, lane_map, ticks)


def test_a_full_disk_is_an_output_error(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    writer = make(tmp_path)

    def disk_fills_on_the_way() -> Iterator[Snapshot]:
        yield ticks[0]
        folder = next((tmp_path / "scenes").iterdir())
        key = writer.key(scenario, rig)
        sweep = folder / data_filename(key, "LIDAR_TOP", ".pcd.bin", 50_000, is_key_frame=False)
        sweep.parent.mkdir(parents=True, exist_ok=True)
        sweep.symlink_to(full)
        yield from ticks[1:]

    with pytest.raises(OutputError, match="No space left"):
        write(writer, scenario, rig, lane_map, disk_fills_on_the_way())
    assert not writer.is_done(writer.key(scenario, rig))


def test_a_foreign_dataset_is_never_replaced(make, tmp_path, scenario, rig, lane_map, ticks) -> None:
    precious = tmp_path / "samples" / "precious.jpg"
    precious.parent.mkdir()
    precious.write_text("somebody's data")
    writer = make(tmp_path)
    key = write(writer, scenario, rig, lane_map, ticks)
    with pytest.raises(OutputError, match="not written"):
        writer.finish([key])
    assert precious.read_text() == "somebody's data"
