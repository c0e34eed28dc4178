"""What every export must do, whatever its format."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import ModuleType

import pytest

from rarebit.core.errors import DatasetError, OutputError
from rarebit.labels.annotate import annotate
from rarebit.nuscenes.exports import all_exports, export
from rarebit.nuscenes.reader import open_dataset
from rarebit.nuscenes.writer import NuScenesWriter


@pytest.fixture(scope="module")
def root(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    writer, rig, scenario = NuScenesWriter(tmp_path_factory.mktemp("root")), synthetic.small_rig(), synthetic.scenario()
    with writer.scene(scenario, rig, synthetic.lane_map()) as scene:
        before = None
        for snapshot in synthetic.snapshots(rig, seconds=0.5):
            before = annotate(snapshot, rig, before) if snapshot.is_key_frame else before
            scene.add(snapshot, before if snapshot.is_key_frame else None)
    return writer.finish([writer.key(scenario, rig)])


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", sorted(all_exports()))
def test_the_same_dataset_gives_the_same_bytes_and_is_only_read(name: str, root: Path, tmp_path: Path) -> None:
    before = contents(root)
    for folder in ("one", "two"):
        export(open_dataset(root), name, tmp_path / folder)
    assert contents(tmp_path / "one") == contents(tmp_path / "two") != {}
    assert contents(root) == before


@pytest.mark.parametrize("name", sorted(all_exports()))
def test_a_folder_that_holds_something_is_left_alone(name: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("somebody's data")
    with pytest.raises(OutputError, match="not empty"):
        export(open_dataset(root), name, tmp_path)
    assert contents(tmp_path).keys() == {"precious"}
    with pytest.raises(OutputError, match="cannot write"):
        export(open_dataset(root), name, tmp_path / "precious" / "below")


def test_an_unknown_format_is_told_with_those_that_there_are(root: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no kitty; there are coco"):
        export(open_dataset(root), "kitty", tmp_path / "out")
    assert all(one.says.endswith(".") and one.name == name for name, one in all_exports().items())
