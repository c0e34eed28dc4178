"""When a batch gives up: servers that keep failing, a full disk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rarebit.jobs import Failure, Job, Outcome
from rarebit.jobs.executors.losses import Losses

JOB = Job(name="cut_in", scenario="", file="", content="", seed=0, index=0, attempts=1, rig={})
GOOD = Outcome(job=JOB)
LOST = Outcome(job=JOB, failure=Failure(message="the server ended", exit_code=3))
FULL = Outcome(job=JOB, failure=Failure(message="the disk is full", exit_code=5))
REJECTED = Outcome(job=JOB, failure=Failure(message="no draw", exit_code=4))


def given_up(*history: Outcome, embedded: bool = True) -> Outcome | None:
    losses = Losses(embedded=embedded)
    for outcome in history:
        losses.note(outcome, lost=outcome is LOST)
    return losses.untried(replace(JOB, index=7))


@pytest.mark.parametrize(
    "history", [(), (LOST,), (LOST, LOST), (LOST, LOST, GOOD, LOST, LOST), (LOST, LOST, REJECTED, LOST), (REJECTED,) * 5]
)
def test_what_may_still_go_well_is_tried(history: tuple[Outcome, ...]) -> None:
    assert given_up(*history) is None


@pytest.mark.parametrize("history", [(LOST,) * 3, (GOOD, LOST, LOST, LOST), (LOST, LOST, LOST, GOOD)])
def test_three_losses_in_a_row_end_a_batch_on_the_embedded_server(history: tuple[Outcome, ...]) -> None:
    outcome = given_up(*history)
    assert outcome is not None
    assert (outcome.job.index, outcome.failure) == (7, LOST.failure)
    assert outcome.accepted is None


def test_a_server_of_the_users_own_is_not_waited_for_twice() -> None:
    outcome = given_up(LOST, embedded=False)
    assert outcome is not None
    assert outcome.failure == LOST.failure
    assert given_up(REJECTED, embedded=False) is None


def test_a_full_disk_ends_a_batch_at_once_and_the_first_reason_stays() -> None:
    for history in ((FULL,), (GOOD, FULL, GOOD), (FULL, LOST, LOST, LOST)):
        outcome = given_up(*history)
        assert outcome is not None
        assert outcome.failure == FULL.failure
