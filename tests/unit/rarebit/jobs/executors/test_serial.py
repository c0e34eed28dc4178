"""Jobs one after another: servers are opened when needed, kept while well, replaced when lost; none is started here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from rarebit.core.errors import OutputError, RarebitError, SceneError, ServerError
from rarebit.jobs import Job, Ledger, Outcome
from rarebit.jobs.executors import SerialExecutor, serial
from rarebit.session.config import CarlaConfig


class Server:
    """Counts itself in and out."""

    opened: list[Server]

    def __init__(self, config: CarlaConfig) -> None:
        self.is_open, self.is_lost = False, False

    def __enter__(self) -> Server:
        self.is_open = True
        Server.opened.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.is_open = False


Act = Callable[[Server], None]


def well(server: Server) -> None:
    pass


def dies(server: Server) -> None:
    server.is_lost = True
    raise ServerError("the server ended")


def fails(error: RarebitError) -> Act:
    def act(server: Server) -> None:
        raise error

    return act


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, job: Job, tmp_path: Path) -> Callable[..., list[Outcome]]:
    """Runs a job an act; a job named "done" is finished before."""
    Server.opened = []
    monkeypatch.setattr(serial, "CarlaServer", Server)
    monkeypatch.setattr(serial, "finished", lambda job, ledger: Outcome(job=job) if job.name == "done" else None)

    def run(*acts: Act | None, host: str | None = None) -> list[Outcome]:
        jobs = [replace(job, name="todo" if act else "done", index=i) for i, act in enumerate(acts)]

        def run_job(job: Job, server: Any, ledger: Ledger, tell: Any) -> Outcome:
            assert server.is_open
            act = acts[job.index]
            assert act is not None
            act(server)
            return Outcome(job=job)

        monkeypatch.setattr(serial, "run_job", run_job)
        outcomes = list(SerialExecutor(CarlaConfig(host=host)).run(jobs, Ledger(out=tmp_path), lambda what, share: None))
        assert [outcome.job for outcome in outcomes] == jobs
        assert not any(server.is_open for server in Server.opened)
        return outcomes

    return run


def codes(outcomes: list[Outcome]) -> list[int]:
    return [0 if outcome.failure is None else outcome.failure.exit_code for outcome in outcomes]


def test_one_server_serves_all_and_what_is_done_needs_none(run: Callable[..., list[Outcome]]) -> None:
    assert codes(run(None, None)) == [0, 0]
    assert len(Server.opened) == 0
    assert codes(run(well, None, well)) == [0, 0, 0]
    assert len(Server.opened) == 1


def test_a_job_that_fails_costs_no_server_and_no_other_job(run: Callable[..., list[Outcome]]) -> None:
    assert codes(run(fails(SceneError("no room")), fails(ServerError("refused (spawning)")), well)) == [4, 3, 0]
    assert len(Server.opened) == 1


def test_a_server_that_died_is_replaced_for_the_next_job(run: Callable[..., list[Outcome]]) -> None:
    outcomes = run(well, dies, well)
    assert codes(outcomes) == [0, 3, 0]
    assert outcomes[1].failure is not None
    assert outcomes[1].failure.message == "the server ended"
    assert len(Server.opened) == 2


def test_servers_that_keep_dying_are_given_up_and_jobs_left_fail_untried(run: Callable[..., list[Outcome]]) -> None:
    assert codes(run(dies, dies, dies, well, well)) == [3, 3, 3, 3, 3]
    assert len(Server.opened) == 3


def test_a_users_own_server_is_given_up_at_once(run: Callable[..., list[Outcome]]) -> None:
    assert codes(run(well, dies, well, host="there")) == [0, 3, 3]
    assert len(Server.opened) == 1


def test_a_full_disk_ends_the_batch(run: Callable[..., list[Outcome]]) -> None:
    assert codes(run(fails(OutputError("the disk is full")), well)) == [5, 5]


def test_a_closed_iterator_leaves_no_server(monkeypatch: pytest.MonkeyPatch, job: Job, tmp_path: Path) -> None:
    Server.opened = []
    monkeypatch.setattr(serial, "CarlaServer", Server)
    monkeypatch.setattr(serial, "finished", lambda job, ledger: None)
    monkeypatch.setattr(serial, "run_job", lambda job, server, ledger, tell: Outcome(job=job))
    running = iter(SerialExecutor(CarlaConfig()).run([job, job], Ledger(out=tmp_path), lambda what, share: None))
    next(running)
    assert Server.opened[0].is_open
    running.close()  # type: ignore[attr-defined]
    assert not Server.opened[0].is_open
