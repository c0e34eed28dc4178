"""What workers and those who start them say to each other arrives as it was said."""

from __future__ import annotations

from pathlib import Path

import pytest

from rarebit.jobs import Failure, Job, Outcome
from rarebit.jobs.executors.losses import Losses
from rarebit.jobs.executors.messages import Ended, Hire, Serving, Told, hire_line, message_line, read_hire, read_message
from rarebit.jobs.ledger import Accepted, Rejected
from rarebit.session.config import CarlaConfig

ACCEPTED = Accepted(
    attempt=2, key="k", measures={"min_ttc_s": 0.5}, first_seen=("CAM_FRONT", 0.1), samples=6, takes={"frozen": "f"}
)
REJECTED = Rejected(attempt=0, reasons=("too\nfar", "“late”"), values={"speed_kph": 40.5, "weather": "ClearNoon", "n": 3})


@pytest.mark.parametrize("maps", [None, Path("/maps of mine")])
def test_a_hire(maps: Path | None) -> None:
    hire = Hire(server=CarlaConfig(maps=maps, step_s=0.025, seed=3, threads=2), out=Path("/out"), log_level=30)
    assert hire_line(hire).count("\n") == 1
    assert read_hire(hire_line(hire)) == hire


@pytest.mark.parametrize(
    "outcome",
    [
        {"accepted": ACCEPTED, "rejected": (REJECTED,), "frames_per_second": 2.5},
        {"failure": Failure(message="two\nlines", exit_code=3)},
        {},
    ],
)
def test_an_outcome(job: Job, outcome: dict[str, object]) -> None:
    ended = Ended(outcome=Outcome(job=job, **outcome), lost=True, leaving=True)  # type: ignore[arg-type]
    assert message_line(ended).count("\n") == 1
    assert read_message(message_line(ended), job) == ended


def test_progress(job: Job) -> None:
    told = Told(what="smoke[0]: recording", share=0.25)
    assert read_message(message_line(told), job) == told


def failed(job: Job, code: int) -> Outcome:
    return Outcome(job=job, failure=Failure(message=f"code {code}", exit_code=code))


def test_servers_that_keep_failing_are_given_up(job: Job) -> None:
    losses = Losses(embedded=True)
    for _ in range(2):
        losses.note(failed(job, 3), lost=True)
    losses.note(failed(job, 4), lost=False)  # a job that ends otherwise starts the count anew
    for _ in range(2):
        losses.note(failed(job, 3), lost=True)
    assert losses.untried(job) is None
    losses.note(failed(job, 3), lost=True)
    assert losses.untried(job) == failed(job, 3)


def test_a_server_of_the_users_own_is_waited_for_once(job: Job) -> None:
    losses = Losses(embedded=False)
    losses.note(failed(job, 3), lost=True)
    assert losses.untried(job) == failed(job, 3)


def test_a_full_disk_ends_a_batch(job: Job) -> None:
    losses = Losses(embedded=True)
    losses.note(failed(job, 5), lost=False)
    losses.note(Outcome(job=job), lost=False)
    assert losses.untried(job) == failed(job, 5)


def test_the_server_of_a_worker(job: Job) -> None:
    serving = Serving(server_pid=4711)
    assert read_message(message_line(serving), job) == serving
