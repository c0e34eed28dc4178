"""Looks that are not taken change no verdict."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rarebit.history import Event, History, RunView
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.criteria.hidden import Hidden
from rarebit.language.criteria.seen import Seen
from rarebit.language.kinds import Criterion
from rarebit.language.maneuvers.run_across import RunAcross
from rarebit.language.places.in_lane import InLane
from rarebit.run.rehearse import awaited_actors
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather

STEP_S, TICKS, EVERY = 0.05, 101, 4
RUN = RunAcross(run_across="road", speed_mps=2.0)


def scenario(*accept: Criterion) -> ConcreteScenario:
    rules = ("run", "later")
    return ConcreteScenario(
        scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
        road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=Weather(),
        ego=ActorPlan(name="ego", model="vehicle.tesla.model3", place=InLane(ahead_m=0.0), speed_mps=10.0, role="ego"),
        actors=(ActorPlan(name="child", model="walker.child", place=InLane(ahead_m=0.0)),),
        story=tuple(Rule(name=name, when=AtTime(at_time_s=1.0), do=(("child", RUN),)) for name in rules),
        accept=accept, duration_s=5.0, hazards=("child",),
    )  # fmt: skip


def looked(
    draw: ConcreteScenario, fired_ticks: dict[str, int], truth: NDArray[np.float64], *, always: bool
) -> tuple[list[str], int]:
    """Reasons of a run in which the child is visible as ``truth`` says, (ticks,), and how many looks it took."""
    found, shown, fired_s = np.full(TICKS, np.nan), {"child": dict[float, float]()}, dict[str, float]()
    for tick in range(TICKS):
        time_s = tick * STEP_S
        now = {name: time_s for name, at in fired_ticks.items() if at == tick}
        fired_s |= now
        if (tick % EVERY == 0 or now) and (always or awaited_actors(draw, time_s, fired_s, shown)):
            found[tick] = shown["child"][time_s] = truth[tick]
    events = (Event(time_us=tick * 50_000, kind="rule", name=name) for name, tick in fired_ticks.items())
    history = History(
        time_us=np.arange(TICKS, dtype=np.int64) * 50_000,
        tracks={},
        events=tuple(sorted(events, key=lambda event: event.time_us)),
        visible_fraction={"child": found},
    )
    run = RunView(history=history, first=min(fired_ticks.values(), default=None), touched=(), story=frozenset({"child"}))
    reasons = [reason for criterion in draw.accept for reason in criterion.judge(run)]
    return reasons, int(np.isfinite(found).sum())


HIDDEN, LATER = Hidden(actor="child", until="run"), Hidden(actor="child", until="later", visible=0.4)
# Between two ticks, so that no rounding decides whether a look is in time.
SEEN, LONG = Seen(actor="child", visible=0.3, within_s=1.52), Seen(actor="child", visible=0.9, within_s=2.02)


@pytest.mark.parametrize("accept", [(HIDDEN,), (SEEN,), (HIDDEN, SEEN), (LATER, LONG), (HIDDEN, LATER, SEEN, LONG)])
def test_verdicts_are_those_of_looking_all_the_time(accept: tuple[Criterion, ...]) -> None:
    chance, told = np.random.default_rng(3), 0
    for _ in range(300):
        begins, ends = sorted(chance.integers(0, TICKS, 2))
        truth = np.round(chance.random(TICKS) * chance.random() * 9) / 9
        truth[begins if chance.random() < 0.5 else 0 : ends] = 0.0
        fired = {name: int(chance.integers(0, 90)) for name in ("run", "later") if chance.random() < 0.9}
        all_looks, some_looks = (looked(scenario(*accept), fired, truth, always=always) for always in (True, False))
        assert some_looks[0] == all_looks[0]
        assert some_looks[1] <= all_looks[1]
        told += bool(all_looks[0])
    assert 0 < told < 300  # both verdicts came up


def test_a_look_that_settles_it_is_the_last() -> None:
    truth = np.where(np.arange(TICKS) < 44, 0.0, 0.6)  # the child comes out at 2.2 s
    fired = {"run": 40, "later": 60}
    assert looked(scenario(HIDDEN, SEEN), fired, truth, always=False) == ([], 12)  # at 0, 0.2 ... 2.2 s
    assert looked(scenario(HIDDEN, SEEN), fired, truth, always=True) == ([], 26)
    reasons, looks = looked(scenario(HIDDEN), {"run": 80}, truth, always=False)
    assert reasons == ["child: visible to 60% at 2.2 s, expected at most 10% until run at 4.0 s"]
    assert looks == 12
    # What was visible before the event does not show it after it.
    early = np.where(np.arange(TICKS) < 40, 0.6, 0.0)
    assert looked(scenario(SEEN), {"run": 42}, early, always=False) == (
        ["child: visible to 0% at most within 1.52 s of the event, expected 30%"],
        9,  # at 2.1, 2.2, 2.4 ... 3.6 s
    )
