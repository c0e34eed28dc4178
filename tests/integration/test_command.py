"""The command as its users run it: one spec to a dataset that the official devkit accepts, twice the same bytes, bad luck."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from rarebit import __version__
from rarebit.jobs.folder import sole_owner

WAIT_S = 400.0
First = tuple[Path, subprocess.CompletedProcess[str]]
Command = Callable[..., subprocess.CompletedProcess[str]]


MARK = os.environ.setdefault("RAREBIT_TEST", uuid.uuid4().hex)  # what tests start has it in its environment


def servers() -> set[int]:
    """Process ids of the carlite servers that these tests have started."""
    found = set()
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            ours = folder.name.isdigit() and f"RAREBIT_TEST={MARK}".encode() in (folder / "environ").read_bytes()
            if ours and b"carlite\0" in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


def hashes(dataset: Path) -> dict[str, str]:
    """SHA-256 of every file of a dataset; the lock and the clips' container apart."""
    return {
        str(path.relative_to(dataset)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(dataset.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_it_says_what_happened(first: First) -> None:
    out, done = first
    assert done.returncode == 0, done.stderr
    line = " ".join(done.stdout.split())
    assert "✓ smoke[0] event yes" in line
    assert "min ttc" in line
    assert "first seen by CAM_FRONT" in line
    assert "6 samples" in line
    assert "frames/s" in line
    assert (out / "report.html").stat().st_size > 50_000


def test_pictures_of_every_scene(first: First) -> None:
    av = pytest.importorskip("av")
    out, _ = first
    names = {path.name for path in (out / "pictures").iterdir()}
    assert names == {f"scene-9000_smoke{end}" for end in ("_annotated.png", "_sheet.png", ".mp4")}
    with av.open(str(out / "pictures" / "scene-9000_smoke.mp4")) as clip:
        frames = sum(1 for _ in clip.decode(video=0))
    assert frames == 13  # 2.5 s at 5 Hz, both ends


def test_the_official_devkit_scores_its_own_truth_perfectly(
    first: First, judge_nuscenes: Callable[[Path, str], dict[str, Any]]
) -> None:
    verdict = judge_nuscenes(first[0], "v1.0-sim")
    assert verdict["faults"] == []
    assert verdict["mAP"] == pytest.approx(1.0)
    assert verdict["AMOTA"] == pytest.approx(1.0)
    assert verdict["counts"]["sample"] == 6
    assert verdict["counts"]["sensor"] == 12
    # After the devkit's default filter; what stands still stands, vehicles have their own speed.
    assert min(verdict["radar"]["returns"].values()) > 8
    assert verdict["radar"]["still"] > 100
    assert verdict["radar"]["still_mps"] <= 0.25
    assert verdict["radar"]["on_vehicles"] > 30
    assert verdict["radar"]["vehicle_speeds_right"] > 0.9


def test_a_second_run_records_nothing_again(first: First, rarebit: Command) -> None:
    out, _ = first
    before = hashes(out)
    again = rarebit(out.parents[1], "scenarios=smoke", "rig=smoke", "name=smoke", "pictures=false")
    assert again.returncode == 0, again.stderr
    assert "already recorded" in again.stdout
    assert hashes(out) == before


def test_a_stopped_run_goes_on_and_gives_the_same_bytes(first: First, rarebit: Command, tmp_path: Path) -> None:
    """SIGTERM while recording: exit status 130, no server left, no whole scene; the next start gives the first run's bytes."""
    before = servers()
    with _started(tmp_path, "scenarios=smoke", "rig=smoke", "name=smoke") as process:
        _wait_for_recording(tmp_path / "outputs" / "smoke")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "the same command goes on from here" in errors
    assert servers() <= before
    assert not list((tmp_path / "outputs" / "smoke" / "scenes").glob("*/manifest.json"))
    again = rarebit(tmp_path, "scenarios=smoke", "rig=smoke", "name=smoke")
    assert again.returncode == 0, again.stderr
    assert hashes(tmp_path / "outputs" / "smoke") == hashes(first[0])


def test_a_server_that_dies_is_one_clear_error(tmp_path: Path) -> None:
    before = servers()
    with _started(tmp_path, "scenarios=smoke", "rig=smoke", "name=smoke") as process:
        _wait_for_recording(tmp_path / "outputs" / "smoke")
        for pid in servers() - before:
            os.kill(pid, signal.SIGKILL)
        _, errors = process.communicate(timeout=45)  # the client alone would wait for a minute
    assert process.returncode == 3, errors
    assert "the server ended with code -9" in errors
    assert "Traceback" not in errors
    assert not list((tmp_path / "outputs" / "smoke" / "scenes").glob("*/manifest.json"))


def test_a_full_disk_is_one_clear_error(rarebit: Command, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the same failing write, without a file system of its own."""

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = rarebit(
        tmp_path, "scenarios=smoke", "rig=smoke", "name=smoke", "hydra.job_logging.root.level=CRITICAL", preexec=small_files
    )
    assert done.returncode == 5, done.stderr
    assert "cannot" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "outputs" / "smoke" / "scenes").glob("*/manifest.json"))


def test_a_sweep_runs_every_spec_with_every_seed(rarebit: Command, tmp_path: Path) -> None:
    """Without a server each job ends at once; its error says that it ran, its folder what it is of."""
    specs = sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "scenarios").glob("*.yaml"))
    done = rarebit(tmp_path, "-m", "scenarios=glob(*)", "seed=range(0,2)", "carla.host=127.0.0.1", "carla.port=9")
    assert done.returncode == 3, done.stderr
    assert done.stderr.count("nothing answers") == 2 * len(specs)
    folders = sorted(path.name for path in (tmp_path / "outputs" / "default").iterdir() if path.is_dir())
    assert folders == [f"{spec}-seed{seed}" for spec in specs for seed in (0, 1)]


def test_the_exit_status_of_a_sweep_is_that_of_its_worst_job(rarebit: Command, tmp_path: Path) -> None:
    done = rarebit(tmp_path, "-m", "specs=[nothing],[smoke]", "carla.host=127.0.0.1", "carla.port=9")
    assert done.returncode == 3, done.stderr
    assert "there is no such scenario" in done.stderr
    assert "nothing answers" in done.stderr


def test_jobs_of_a_sweep_in_processes_of_their_own_fail_loudly_too(rarebit: Command, tmp_path: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    options = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "carla.host=127.0.0.1", "carla.port=9"]
    done = rarebit(tmp_path, "-m", "specs=[nothing],[smoke]", *options)
    assert done.returncode == 3, done.stderr
    assert "there is no such scenario" in done.stderr
    assert not list(tmp_path.rglob("*.log"))


@pytest.mark.parametrize(
    ("overrides", "code", "words"),
    [
        (["specs=[child_from_behind_vam]"], 2, "did you mean child_from_behind_van"),
        (["sampling.scenes=0", "carla.port=-3"], 2, "2 faults:"),
        (["+parameters.x=3"], 2, "parameters: is not a known key"),
        (["carla.step_s=0.03"], 2, "or another carla.step_s (now 0.03)"),
        (["scenarios=smok"], 2, "Could not find 'scenarios/smok'"),
        (["seed"], 2, "Error parsing override 'seed'"),
        (["sede=3"], 2, "Could not override 'sede'"),
        (["packs=[./nothing]"], 2, "./nothing: packs: is not a folder"),
        (["packs=./mine"], 2, "packs: is not a list"),
        (["carla.host=127.0.0.1", "carla.port=9"], 3, "nothing answers"),
        (["scenarios=smoke", "rig=smoke", "road={town: Nowhere}"], 2, "road.town: is no town that carlite has (got Nowhere)"),
        (["scenarios=smoke", "rig=smoke", "road={town: /no where/x.xodr}"], 2, "cannot be read: No such file or directory"),
        (["scenarios=smoke", "rig=smoke", "out=/proc/rarebit"], 5, "cannot be written"),
        (["clean", "name=nothing"], 5, "holds no finished dataset"),
    ],
)
def test_bad_input_has_an_exit_status_of_its_kind(
    overrides: list[str], code: int, words: str, rarebit: Command, tmp_path: Path
) -> None:
    before = servers()
    done = rarebit(tmp_path, *overrides, *([] if any("name=" in o for o in overrides) else ["name=bad"]))
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert servers() <= before
    assert [path.name for path in tmp_path.iterdir()] in ([], ["outputs"])


def test_a_folder_that_another_run_holds(rarebit: Command, tmp_path: Path) -> None:
    with sole_owner(tmp_path / "outputs" / "x"):
        done = rarebit(tmp_path, "scenarios=smoke", "name=x")
        assert done.returncode == 5
        assert "another run is writing there; wait for it or choose another name=" in done.stderr


def test_help_and_version(rarebit: Command, tmp_path: Path) -> None:
    told = rarebit(tmp_path, "--version")
    assert (told.returncode, told.stdout) == (0, f"rarebit {__version__} (carla {version('carla')})\n")
    helped = rarebit(tmp_path, "--help")
    assert helped.returncode == 0
    for words in ("scenarios=NAME", "child_from_behind_van", "rig=NAME", "nuscenes_key", "jobs=N", "exit status: 0 all"):
        assert words in helped.stdout
    assert not list(tmp_path.iterdir())


@contextlib.contextmanager
def _started(cwd: Path, *overrides: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "rarebit", *overrides]
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _wait_for_recording(out: Path) -> None:
    """Until the first picture of a scene is on disk."""
    end = time.monotonic() + WAIT_S
    while not list(out.glob("scenes/**/*.jpg")):
        assert time.monotonic() < end, "no recording began"
        time.sleep(0.05)
