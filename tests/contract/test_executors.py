"""What every executor of jobs must do; see ``rarebit.jobs.executors.Executor``."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rarebit.config import AppConfig, CarlaSection, SamplingConfig
from rarebit.jobs import Job, Ledger, Outcome
from rarebit.jobs.executors import Executor, ProcessExecutor, SerialExecutor
from rarebit.jobs.job import to_json
from rarebit.jobs.plan import plan
from rarebit.session.config import CarlaConfig

pytestmark = pytest.mark.server
MARK = os.environ.setdefault("RAREBIT_TEST", uuid.uuid4().hex)  # what tests start has it in its environment
Make = Callable[[CarlaConfig], Executor]
RIG = {
    "name": "tiny",
    "key_rate_hz": 2,
    "sensors": {
        "CAM_FRONT": {
            "camera": {"width_px": 160, "height_px": 90, "fov_deg": 65.0},
            "at": {"x_m": 1.7, "y_m": 0.0, "z_m": 1.5},
            "rate_hz": 2,
        },
        "LIDAR_TOP": {"lidar": {"points_per_turn": 360}, "at": {"x_m": 0.94, "y_m": 0.0, "z_m": 1.84}, "rate_hz": 20},
    },
}
CONFIG = AppConfig(
    name="x",
    out=Path("unused"),
    specs=("smoke",),
    rig=RIG,
    carla=CarlaSection(timeout_s=8.0),
    sampling=SamplingConfig(scenes=3, attempts=2),
)
OTHERS: set[int] = set()  # servers of other tests, which live as long as these do
NOWHERE = CarlaConfig(host="127.0.0.1", port=9)
MAKERS: dict[str, Make] = {
    "serial": SerialExecutor,
    "one process": lambda server: ProcessExecutor(server, 1),
    "two processes": lambda server: ProcessExecutor(server, 2),
}


@pytest.fixture(autouse=True)
def _others() -> None:
    OTHERS.clear()
    OTHERS.update(processes("carlite"))


@pytest.fixture(scope="module", params=MAKERS)
def make(request: pytest.FixtureRequest) -> Make:
    return MAKERS[request.param]


@pytest.fixture(scope="module")
def jobs() -> tuple[Job, ...]:
    return plan(CONFIG).jobs


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory, jobs: tuple[Job, ...]) -> dict[str, str]:
    """Hashes of the files that the jobs leave, made one after another in this process."""
    out = tmp_path_factory.mktemp("truth")
    assert all(outcome.failure is None for outcome in run(SerialExecutor(CONFIG.server()), jobs, out))
    return hashes(out)


def run(executor: Executor, jobs: tuple[Job, ...], out: Path) -> list[Outcome]:
    return list(executor.run(jobs, Ledger(out=out), lambda what, share: None))


def hashes(out: Path) -> dict[str, str]:
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def processes(word: str) -> set[int]:
    """Process ids of what the present test has started and that has ``word`` on its command line."""
    found = set()
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            ours = folder.name.isdigit() and f"RAREBIT_TEST={MARK}".encode() in (folder / "environ").read_bytes()
            if ours and word in (folder / "cmdline").read_text() and int(folder.name) != os.getpid():
                found.add(int(folder.name))
    return found - OTHERS


def none_left(word: str, within_s: float) -> bool:
    end = time.monotonic() + within_s
    while processes(word):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_every_job_is_made_and_the_bytes_are_the_same(
    make: Make, jobs: tuple[Job, ...], truth: dict[str, str], tmp_path: Path
) -> None:
    outcomes = run(make(CONFIG.server()), jobs, tmp_path)
    assert sorted(outcome.job.index for outcome in outcomes) == [0, 1, 2]
    assert all(outcome.failure is None and outcome.accepted is not None for outcome in outcomes)
    assert hashes(tmp_path) == truth
    assert none_left("carlite", 0.0)
    again = run(make(NOWHERE), jobs, tmp_path)  # what is whole needs no server
    assert sorted(outcome.job.index for outcome in again) == [0, 1, 2]
    assert all(outcome.accepted is not None and outcome.frames_per_second is None for outcome in again)


def test_a_job_that_fails_ends_no_other(make: Make, jobs: tuple[Job, ...], tmp_path: Path) -> None:
    wrong = replace(jobs[0], scenario="scenario: smoke\nego: 3\n", content="other")
    outcomes = {outcome.job.key: outcome for outcome in run(make(CONFIG.server()), (wrong, jobs[1]), tmp_path)}
    failure = outcomes[wrong.key].failure
    assert failure is not None
    assert failure.exit_code == 2
    assert "ego" in failure.message
    assert outcomes[jobs[1].key].accepted is not None


def test_a_server_that_dies_costs_one_job(make: Make, jobs: tuple[Job, ...], tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(what: str, share: float) -> None:
        if what.endswith("recording") and not killed:
            killed.append(min(processes("carlite")))
            os.kill(killed[0], signal.SIGKILL)

    outcomes = list(make(CONFIG.server()).run(jobs, Ledger(out=tmp_path), kill))
    failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    assert len(outcomes) == 3
    assert [failure.exit_code for failure in failures] == [3]
    assert "the server ended with code -9" in failures[0].message
    assert len(list((tmp_path / "scenes").glob("*/manifest.json"))) == len(list((tmp_path / "scenes").iterdir())) == 2
    assert none_left("carlite", 0.0)


def test_where_no_server_answers_nothing_is_tried_for_long(make: Make, jobs: tuple[Job, ...], tmp_path: Path) -> None:
    elsewhere = tuple(replace(job, server="carla") for job in jobs)
    outcomes = run(make(NOWHERE), elsewhere, tmp_path)
    assert len(outcomes) == 3
    assert {(o.failure.exit_code, "nothing answers" in o.failure.message) for o in outcomes if o.failure} == {(3, True)}


def test_closing_the_iterator_ends_what_runs(make: Make, jobs: tuple[Job, ...], tmp_path: Path) -> None:
    outcomes = make(CONFIG.server()).run(jobs, Ledger(out=tmp_path), lambda what, share: None)
    assert isinstance(outcomes, Iterator)
    assert next(outcomes).failure is None
    assert processes("carlite")
    outcomes.close()  # type: ignore[attr-defined]
    assert none_left("carlite", 0.0)
    assert none_left("worker", 0.0)
    assert not list((tmp_path / "scenes").glob(".*.tmp"))


# -------------------------------------------------------------------------------------------- processes alone


def test_a_process_that_dies_costs_one_job(jobs: tuple[Job, ...], tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(what: str, share: float) -> None:
        if what.endswith("recording") and not killed:
            killed.append(min(processes("executors.worker")))
            os.kill(killed[0], signal.SIGSEGV)

    outcomes = list(ProcessExecutor(CONFIG.server(), 1).run(jobs[:2], Ledger(out=tmp_path), kill))
    assert [o.failure.exit_code if o.failure else 0 for o in outcomes] == [3, 0]
    assert outcomes[0].failure is not None
    assert "ended with code -11" in outcomes[0].failure.message
    assert none_left("carlite", 5.0)


@pytest.mark.parametrize("when", ["starting", "recording"])
def test_nothing_outlives_a_killed_parent(when: str, jobs: tuple[Job, ...], tmp_path: Path) -> None:
    program = """
        import sys
        from pathlib import Path
        from rarebit.jobs import Ledger
        from rarebit.jobs.executors import ProcessExecutor
        from rarebit.jobs.job import from_json
        from rarebit.session.config import CarlaConfig

        jobs = [from_json(line) for line in Path(sys.argv[1]).read_text().splitlines()]
        tell = lambda what, share: print(what, flush=True)
        list(ProcessExecutor(CarlaConfig(start_timeout_s=400.0), 2).run(jobs, Ledger(out=Path(sys.argv[2])), tell))
    """
    (tmp_path / "jobs").write_text("".join(to_json(job) + "\n" for job in jobs))
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "jobs"), str(tmp_path / "out")]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        for line in parent.stdout:
            if when in line:
                break
        parent.kill()
        parent.wait()
    assert none_left("executors.worker", 20.0)
    assert none_left("carlite", 20.0)
