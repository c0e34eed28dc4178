"""Whether a worker is ended whose server has died, and no other."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rarebit.jobs.executors.deathwatch import Deathwatch, exit_code

LATE_S = 15.0


@contextmanager
def process(code: str = "import time; time.sleep(60)") -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", code], text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def zombie(code: str, number: int | None = None) -> subprocess.Popen[str]:
    """A process that has ended and that nobody has waited for."""
    started = subprocess.Popen([sys.executable, "-c", code], text=True)
    if number is not None:
        started.send_signal(number)
    while exit_code(started.pid) is None:
        pass
    return started


@pytest.mark.parametrize(
    ("code", "number", "expected"),
    [("import sys; sys.exit(3)", None, 3), ("pass", None, 0), ("import time; time.sleep(60)", signal.SIGKILL, -9)],
)
def test_exit_code_is_that_of_subprocess(code: str, number: int | None, expected: int) -> None:
    ended = zombie(code, number)
    assert exit_code(ended.pid) == expected
    assert ended.wait() == expected


def test_a_running_process_has_no_exit_code() -> None:
    with process() as running:
        assert exit_code(running.pid) is None


def test_a_worker_that_says_nothing_of_its_dead_server_is_killed() -> None:
    server = zombie("import time; time.sleep(60)", signal.SIGKILL)
    with process() as worker:
        watch = Deathwatch(worker)
        watch.serving(server.pid)
        watch.begin()
        assert worker.wait(LATE_S) == -signal.SIGKILL
        assert watch.code == -signal.SIGKILL
    server.wait()


def test_a_worker_whose_job_has_ended_is_left_alone() -> None:
    server = zombie("import time; time.sleep(60)", signal.SIGKILL)
    with process() as worker:
        watch = Deathwatch(worker)
        watch.serving(server.pid)
        watch.begin()
        watch.end(lost=True)
        watch.begin()  # the next job, before its server is there
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(4.0)
        assert watch.code is None
        watch.end(lost=False)
    server.wait()
