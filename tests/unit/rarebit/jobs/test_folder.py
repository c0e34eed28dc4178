"""The output folder: one owner, what its dataset is of, what it does not use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rarebit.core.errors import OutputError
from rarebit.jobs import Job, Ledger, Outcome
from rarebit.jobs.folder import clean, entries, leftovers, replaced, size_bytes, sole_owner, write_entries
from rarebit.jobs.ledger import Accepted


def outcome(job: Job, key: str) -> Outcome:
    return Outcome(job=job, accepted=Accepted(attempt=0, key=key, measures={}, first_seen=None, samples=6))


def scene(out: Path, outcome: Outcome) -> None:
    assert outcome.accepted is not None
    folder = out / "scenes" / outcome.accepted.key
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_bytes(b"x" * 1000)
    Ledger(out=out).draws(outcome.job).accept(outcome.accepted)


def test_one_owner(tmp_path: Path) -> None:
    with sole_owner(tmp_path), pytest.raises(OutputError, match="another run is writing there"), sole_owner(tmp_path):
        pass
    with sole_owner(tmp_path):
        pass


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"), sole_owner(tmp_path / "file" / "x"):
        pass


def test_what_a_run_replaces(job: Job, tmp_path: Path) -> None:
    second = replace(job, index=1)
    assert entries(tmp_path) == replaced(tmp_path, [job]) == ()
    write_entries(tmp_path, [outcome(job, "a"), Outcome(job=second)])
    assert [(entry.name, entry.index, entry.scene) for entry in entries(tmp_path)] == [("smoke", 0, "a")]
    assert replaced(tmp_path, [job, second]) == ()  # it grows
    gone = replaced(tmp_path, [replace(job, seed=1)])
    assert [(entry.name, entry.seed) for entry in gone] == [("smoke", 0)]


def test_pictures_of_scenes_that_went_are_taken_away(job: Job, tmp_path: Path) -> None:
    second = replace(job, index=1)
    write_entries(tmp_path, [outcome(job, "a"), outcome(second, "b")])
    (tmp_path / "pictures").mkdir()
    for name in ("scene-9000_smoke_sheet.png", "scene-9001_smoke_sheet.png", "scene-9001_smoke.mp4"):
        (tmp_path / "pictures" / name).touch()
    (tmp_path / "report.html").touch()
    write_entries(tmp_path, [outcome(job, "a"), outcome(second, "b")])
    assert len(list((tmp_path / "pictures").iterdir())) == 3
    assert (tmp_path / "report.html").exists()
    write_entries(tmp_path, [outcome(job, "a"), outcome(replace(second, seed=1), "c")])
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["scene-9000_smoke_sheet.png"]
    assert not (tmp_path / "report.html").exists()


def test_clean_removes_what_the_dataset_does_not_use(job: Job, tmp_path: Path) -> None:
    old, new = outcome(job, "old"), outcome(replace(job, seed=1), "new")
    other = outcome(replace(job, name="other"), "other")
    for one in (old, new, other):
        scene(tmp_path, one)
    (tmp_path / "scenes" / ".half.1.tmp").mkdir()
    write_entries(tmp_path, [new])
    found = leftovers(tmp_path)
    assert [path.name for path in found] == [".half.1.tmp", "old", "other", "other-0000.json"]
    assert size_bytes(found) == 2000 + (tmp_path / "draws" / "other-0000.json").stat().st_size
    assert clean(tmp_path) == found
    assert leftovers(tmp_path) == ()
    assert [path.name for path in (tmp_path / "scenes").iterdir()] == ["new"]
    assert Ledger(out=tmp_path).draws(new.job).accepted == new.accepted


def test_scenes_of_takes_are_kept_with_the_clean_ones(job: Job, tmp_path: Path) -> None:
    made = outcome(job, "new")
    assert made.accepted is not None
    twin = replace(made, accepted=replace(made.accepted, takes={"frozen": "twin"}))
    for name in ("takes/frozen/scenes/twin", "takes/frozen/scenes/older", "takes/gone/scenes/x", "scenes/new"):
        (tmp_path / name).mkdir(parents=True)
    write_entries(tmp_path, [twin])
    assert [str(path.relative_to(tmp_path)) for path in clean(tmp_path)] == ["takes/frozen/scenes/older", "takes/gone"]
    assert (tmp_path / "takes/frozen/scenes/twin").is_dir()


def test_clean_leaves_an_unfinished_run_alone(job: Job, tmp_path: Path) -> None:
    scene(tmp_path, outcome(job, "a"))
    with pytest.raises(OutputError, match="holds no finished dataset"):
        clean(tmp_path)
    assert (tmp_path / "scenes" / "a").is_dir()


def test_clean_waits_for_nobody(job: Job, tmp_path: Path) -> None:
    write_entries(tmp_path, [outcome(job, "a")])
    with sole_owner(tmp_path), pytest.raises(OutputError, match="another run is writing there"):
        clean(tmp_path)
