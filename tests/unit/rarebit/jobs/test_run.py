"""Draws of a job: made once each, remembered, given up; recording itself is faked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rarebit.core.errors import SceneError
from rarebit.jobs import Job, Ledger, run_job
from rarebit.jobs.ledger import Accepted
from rarebit.jobs.run import finished
from rarebit.scenario import ConcreteScenario
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer

SERVER = CarlaServer(CarlaConfig())
NOTHING_DRAWN = """
scenario: fixed
summary: Nothing is drawn.
road: {template: urban_street}
ego: {speed_kph: 36}
duration_s: 2
"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the draws that were tried; none is accepted."""
    numbers: list[int] = []

    def scene(self: object, scenario: ConcreteScenario) -> tuple[Accepted, float]:
        numbers.append(scenario.attempt)
        raise SceneError(f"draw {scenario.attempt} is none")

    monkeypatch.setattr("rarebit.jobs.run._Maker.scene", scene)
    return numbers


def test_every_draw_is_tried_and_told(job: Job, made: list[int], tmp_path: Path) -> None:
    outcome = run_job(job, SERVER, Ledger(out=tmp_path))
    assert made == [0, 1, 2, 3, 4]
    assert [row.attempt for row in outcome.rejected] == made
    assert outcome.failure is not None
    assert outcome.failure.exit_code == 4
    assert outcome.failure.message.splitlines() == [
        "smoke[0]: none of 5 draws was accepted; the last ones:",
        "  draw 3: draw 2 is none",
        "  draw 4: draw 3 is none",
        "  draw 5: draw 4 is none",
        "  widen the parameters or the accept block, or raise sampling.attempts",
    ]


def test_a_draw_that_cannot_differ_is_made_once(job: Job, made: list[int], tmp_path: Path) -> None:
    fixed = replace(job, name="fixed", scenario=NOTHING_DRAWN, content="fixed", attempts=30)
    outcome = run_job(fixed, SERVER, Ledger(out=tmp_path))
    assert made == [0]
    assert outcome.failure is not None
    assert "nothing in this scenario is drawn, so it was made once" in outcome.failure.message
    assert "correct the scenario or its accept block" in outcome.failure.message


def test_what_was_rejected_is_not_tried_again(job: Job, made: list[int], tmp_path: Path) -> None:
    ledger = Ledger(out=tmp_path)
    first = run_job(job, SERVER, ledger)
    assert finished(job, ledger) == first  # known without a server
    assert finished(replace(job, attempts=7), ledger) is None
    run_job(replace(job, attempts=7), SERVER, ledger)
    assert made == [0, 1, 2, 3, 4, 5, 6]


def test_another_seed_starts_afresh(job: Job, made: list[int], tmp_path: Path) -> None:
    run_job(job, SERVER, Ledger(out=tmp_path))
    run_job(replace(job, seed=1, attempts=2), SERVER, Ledger(out=tmp_path))
    assert made == [0, 1, 2, 3, 4, 0, 1]


def test_a_server_of_another_kind_or_step_is_refused(job: Job, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"wants carlite with steps of 0.05 s, got carla at there:2000"):
        run_job(job, CarlaServer(CarlaConfig(host="there")), Ledger(out=tmp_path))
