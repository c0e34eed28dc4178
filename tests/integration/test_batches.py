"""Batches as users run them: in processes, resumed, with takes, in a used folder, on a server that hangs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

MARK = os.environ.setdefault("RAREBIT_TEST", uuid.uuid4().hex)  # what tests start has it in its environment
Command = Callable[..., subprocess.CompletedProcess[str]]
SMALL = [
    *("specs=[smoke]", "rig=mono", "pictures=false", "rig.sensors.CAM_FRONT.rate_hz=2"),
    *("rig.sensors.CAM_FRONT.camera.width_px=160", "rig.sensors.CAM_FRONT.camera.height_px=90"),
]
FROZEN = "takes={frozen: [{camera_frozen: {channel: CAM_FRONT, from_s: 1, to_s: 2}}]}"


def hashes(dataset: Path) -> dict[str, str]:
    """SHA-256 of every file of a dataset, the lock apart."""
    files = [path for path in sorted(dataset.rglob("*")) if path.is_file() and path.name != ".lock"]
    return {str(path.relative_to(dataset)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def ours(word: bytes) -> set[int]:
    """Process ids of what these tests have started and that has ``word`` on its command line."""
    found = set()
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            marked = folder.name.isdigit() and f"RAREBIT_TEST={MARK}".encode() in (folder / "environ").read_bytes()
            if marked and word in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


def carlites() -> set[int]:
    """Process ids of the servers that these tests have started."""
    return ours(b"carlite\0")


@pytest.fixture(scope="module")
def batch(rarebit: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenes with a twin each, made one after another."""
    folder = tmp_path_factory.mktemp("batch")
    done = rarebit(folder, *SMALL, FROZEN, "sampling.scenes=3", "name=x")
    assert done.returncode == 0, done.stderr
    assert "take      outputs/x/takes/frozen" in done.stdout
    return folder / "outputs" / "x"


def test_two_processes_give_the_same_bytes(batch: Path, rarebit: Command, tmp_path: Path) -> None:
    done = rarebit(tmp_path, *SMALL, FROZEN, "sampling.scenes=3", "name=x", "jobs=2")
    assert done.returncode == 0, done.stderr
    assert hashes(tmp_path / "outputs" / "x") == hashes(batch)
    assert not carlites()


def test_a_scene_made_again_alone_has_the_same_bytes(batch: Path, rarebit: Command, tmp_path: Path) -> None:
    """First on a fresh server instead of second on a used one."""
    shutil.copytree(batch, tmp_path / "outputs" / "x")
    key = json.loads((tmp_path / "outputs" / "x" / "draws" / "smoke-0001.json").read_text())["accepted"]["key"]
    shutil.rmtree(tmp_path / "outputs" / "x" / "scenes" / key)
    done = rarebit(tmp_path, *SMALL, FROZEN, "sampling.scenes=3", "name=x")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("already recorded") == 2
    assert hashes(tmp_path / "outputs" / "x") == hashes(batch)


def test_a_twin_differs_where_its_fault_is(batch: Path) -> None:
    pictures = [
        {path.name: path.read_bytes() for path in (root / "samples" / "CAM_FRONT").iterdir()}
        for root in (batch, batch / "takes" / "frozen")
    ]
    clean, twin = pictures
    assert clean.keys() == twin.keys()
    assert len(clean) == 18
    assert sum(clean[name] != twin[name] for name in clean) == 3  # at 1.5 s; at 1 s the camera freezes, at 2 s it goes on


def test_another_dataset_in_the_folder_is_told_and_cleaned(batch: Path, rarebit: Command, tmp_path: Path) -> None:
    shutil.copytree(batch, tmp_path / "outputs" / "x")
    (tmp_path / "outputs" / "x" / "pictures").mkdir()
    for number in range(3):
        (tmp_path / "outputs" / "x" / "pictures" / f"scene-900{number}_smoke_sheet.png").touch()
    done = rarebit(tmp_path, *SMALL, "seed=1", "name=x")
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "outputs/x holds a dataset with 3 scenes that this run does not make: smoke (seed 0); it is replaced" in words
    assert "`rarebit clean out=outputs/x` removes them" in words
    assert not list((tmp_path / "outputs" / "x" / "pictures").iterdir())
    assert len(list((tmp_path / "outputs" / "x" / "scenes").iterdir())) == 4
    cleaned = rarebit(tmp_path, "clean", "out=outputs/x")
    assert cleaned.returncode == 0, cleaned.stderr
    assert cleaned.stdout.startswith("removed 6 leftovers")  # three scenes, two records of draws, a take
    assert len(list((tmp_path / "outputs" / "x" / "scenes").iterdir())) == 1
    again = rarebit(tmp_path, *SMALL, "seed=1", "name=x")
    assert "already recorded" in again.stdout
    assert "note" not in again.stdout


def test_a_server_that_hangs_is_one_clear_error(tmp_path: Path) -> None:
    """Stopped, it answers nothing: one time-out is waited for, and its process is ended all the same."""
    command = [sys.executable, "-m", "rarebit", *SMALL, "name=x", "carla.timeout_s=5"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 400
        while not list((tmp_path / "outputs").glob("x/scenes/**/*.jpg")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.05)
        for pid in carlites():
            os.kill(pid, signal.SIGSTOP)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 3, errors
    assert "5 s" in errors
    assert "Traceback" not in errors
    assert not carlites()


def test_a_spec_with_faults_is_left_out(rarebit: Command, tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "scenarios" / "smoke.yaml").read_text()
    wrong = text.replace("scenario: smoke", "scenario: wrong").replace("vehicle.seat.leon", "vehicle.seat.lion")
    (tmp_path / "wrong.yaml").write_text(wrong)
    done = rarebit(tmp_path, *SMALL[1:], "specs=[wrong.yaml,smoke]", "name=x")
    assert done.returncode == 2, done.stderr
    assert "left out: 1 fault:" in done.stderr
    assert "vehicle.seat.lion" in done.stderr
    assert "✓ smoke[0]" in done.stdout
    assert (tmp_path / "outputs" / "x" / "v1.0-sim" / "scene.json").is_file()


def test_nothing_outlives_a_command_that_is_killed_at_once(tmp_path: Path) -> None:
    """The command and its process are killed as soon as carlite's process is there: before it can look for its parent."""
    command = [sys.executable, "-m", "rarebit", *SMALL, "name=x"]
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said)
    while not carlites():
        assert process.poll() is None, (tmp_path / "said").read_text()
        time.sleep(0.01)
    for pid in (process.pid, *ours(b"rarebit.jobs.executors.worker")):
        os.kill(pid, signal.SIGKILL)
    process.wait()
    end = time.monotonic() + 60
    while left := carlites() | ours(b"executors.worker"):
        assert time.monotonic() < end, left
        time.sleep(0.1)
