"""Speed plans: jerk and grip are kept, the goal is met."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.run.movers.speed import GRAVITY_MPS2, JERK_MPS3, SpeedPlan

STEP_S = 0.05


def run(plan: SpeedPlan, ticks: int) -> np.ndarray:
    """(ticks, 2) speed and acceleration after each tick."""
    rows = []
    for _ in range(ticks):
        plan.step()
        rows.append((plan.now_mps, plan.accel_mps2))
    return np.array(rows)


@given(start=st.floats(0.0, 40.0), goal=st.floats(0.0, 40.0), rate=st.floats(0.3, 12.0), grip=st.floats(0.1, 1.0))
def test_a_plan_meets_its_goal_within_jerk_and_grip(start: float, goal: float, rate: float, grip: float) -> None:
    plan = SpeedPlan(start, grip, STEP_S)
    plan.change(start, goal, rate)
    hardest = min(rate, grip * GRAVITY_MPS2)
    rows = run(plan, int((abs(goal - start) / hardest + 2.0 * hardest / JERK_MPS3) / STEP_S) + 40)
    speed, accel = rows.T
    assert speed[-1] == pytest.approx(goal, abs=1e-6)
    assert np.abs(accel).max() <= hardest + 1e-9
    assert speed.min() >= min(start, goal) - 1e-9
    assert speed.max() <= max(start, goal) + 1e-9
    built_up = np.diff(np.concatenate([[0.0], accel]))
    grows = np.abs(np.concatenate([[0.0], accel])[1:]) > np.abs(np.concatenate([[0.0], accel])[:-1])
    assert np.abs(built_up[grows]).max(initial=0.0) <= JERK_MPS3 * STEP_S + 1e-9


def test_full_braking_takes_the_way_that_grip_allows() -> None:
    plan = SpeedPlan(20.0, 0.8, STEP_S)
    plan.change(20.0, 0.0, 99.0)
    speed = np.concatenate([[20.0], run(plan, 100)[:, 0]])
    hard = 0.8 * GRAVITY_MPS2
    build_up_s = hard / JERK_MPS3
    # v0^2 / 2a, and half of the build-up time longer at v0 (exactly: v0 tb / 2 - a tb^2 / 24).
    expected = 20.0**2 / (2.0 * hard) + 20.0 * build_up_s / 2.0 - hard * build_up_s**2 / 24.0
    way = float(((speed[1:] + speed[:-1]) / 2.0).sum() * STEP_S)
    assert way == pytest.approx(expected, rel=0.02)
    assert speed[-1] == 0.0


def test_who_stops_keeps_its_deceleration_to_the_end_and_who_slows_fades_it() -> None:
    stop, slow = SpeedPlan(10.0, 1.0, STEP_S), SpeedPlan(10.0, 1.0, STEP_S)
    stop.change(10.0, 0.0, 6.0)
    slow.change(10.0, 4.0, 6.0)
    last_of_stop, last_of_slow = (
        rows[np.flatnonzero(np.abs(rows[:, 1]) > 0)[-1], 1] for rows in (run(stop, 60), run(slow, 60))
    )
    assert last_of_stop == pytest.approx(-6.0)
    assert -3.0 < last_of_slow < 0.0  # of 6, faded a tick's lag behind


def test_what_a_step_gives_is_the_acceleration_of_that_tick() -> None:
    plan = SpeedPlan(5.0, 1.0, STEP_S)
    plan.change(5.0, 9.0, 2.0)
    for _ in range(60):
        before = plan.now_mps
        assert plan.step() * STEP_S == pytest.approx(plan.now_mps - before, abs=1e-12)


def test_a_plan_without_a_goal_of_its_own_holds_its_speed() -> None:
    assert run(SpeedPlan(13.0, 0.7, STEP_S), 20)[:, 0].tolist() == [13.0] * 20
