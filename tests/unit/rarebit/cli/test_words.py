"""What the command prints, and how it names the folders of a sweep."""

from __future__ import annotations

import pytest
from rich.text import Text

from rarebit.cli.lines import line_of, told_once
from rarebit.cli.sweeps import folder_of
from rarebit.jobs import Failure, Job, Outcome
from rarebit.jobs.ledger import Accepted, Rejected

JOB = Job(name="cut_in", scenario="", file="", content="", seed=0, index=3, attempts=1, rig={})
ACCEPTED = Accepted(attempt=4, key="k", measures={"min_ttc_s": 0.84, "other": 1.0}, first_seen=("CAM_LEFT", 0.5), samples=17)


@pytest.mark.parametrize(
    ("overrides", "name"),
    [
        (["scenarios=smoke", "seed=1"], "smoke-seed1"),
        (["seed=1", "scenarios=smoke", "rig=smoke"], "smoke-seed1-7825f440"),
        (["scenarios=smoke", "seed=1", "rig=smoke", "jobs=4", "name=x", "hydra/launcher=joblib"], "smoke-seed1-7825f440"),
        (["scenarios=mine/night", "+seed=2"], "mine_night-seed2"),
        (["name=x"], "job7"),
    ],
)  # fmt: skip
def test_folders_of_a_sweep(overrides: list[str], name: str) -> None:
    assert folder_of(overrides, number=7) == name


def test_folders_of_different_jobs_differ() -> None:
    names = {folder_of(["scenarios=smoke", f"sampling.attempts={n}"], number=n) for n in range(50)}
    assert len(names) == 50
    assert max(map(len, names)) < 20


def plain(text: str) -> str:
    return Text.from_markup(text).plain


def test_lines() -> None:
    made = Outcome(job=JOB, accepted=ACCEPTED, frames_per_second=2.04)
    expected = "✓ cut_in[3]  event yes (draw 5)  min ttc 0.84 s  first seen by CAM_LEFT +0.5 s  17 samples  2.0 frames/s"
    assert plain(line_of(made)) == expected
    assert plain(line_of(Outcome(job=JOB, accepted=ACCEPTED))).endswith("already recorded")
    rejected = tuple(Rejected(attempt=n, reasons=(), values={}) for n in range(2))
    assert plain(line_of(Outcome(job=JOB, rejected=rejected))) == "✗ cut_in[3]  no draw of 2 was accepted"
    assert plain(line_of(Outcome(job=JOB, failure=Failure(message="m", exit_code=3)))) == "✗ cut_in[3]  failed"


def test_one_reason_is_told_once() -> None:
    one, other = Failure(message="no server", exit_code=3), Failure(message="no draw", exit_code=4)
    outcomes = [Outcome(job=JOB, failure=failure) for failure in (one, other, one, None)]
    told = told_once(outcomes)
    assert told == [("no server\n  (2 scenes were not recorded for this reason)", 3), ("no draw", 4)]
