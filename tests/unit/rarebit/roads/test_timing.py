"""Travel times along paths, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from rarebit.roads.path import Path
from rarebit.roads.timing import CURVE_DECEL_MPS2, MAX_LATERAL_MPS2, Pace, pace

STRAIGHT = pace(Path(np.column_stack([np.arange(0.0, 101.0), np.zeros(101), np.zeros(101)])))
SLOW_PART = Pace(step_m=0.5, limits_mps=np.where(np.arange(201) * 0.5 < 50.0, 100.0, 5.0))


def test_on_a_straight_it_is_the_cruising_speed() -> None:
    assert STRAIGHT.travel_s(10.0, 90.0, 8.0) == pytest.approx(10.0)
    assert STRAIGHT.travel_s(-16.0, 200.0, 8.0) == pytest.approx(27.0)
    assert STRAIGHT.travel_s(50.0, 40.0, 8.0) == 0.0


def test_a_limit_counts_where_it_holds() -> None:
    assert SLOW_PART.travel_s(30.0, 60.0, 10.0) == pytest.approx(2.0 + 2.0, abs=0.06)


@pytest.mark.parametrize("time_s", [1.0, 3.0, 9.0])
def test_starting_so_much_earlier_takes_so_long(time_s: float) -> None:
    start = SLOW_PART.start_for(60.0, time_s, 10.0)
    assert SLOW_PART.travel_s(start, 60.0, 10.0) == pytest.approx(time_s, abs=0.06)


def test_a_speed_for_a_time_and_its_bounds() -> None:
    speed = SLOW_PART.cruise_for(20.0, 60.0, 6.0, (3.0, 20.0))
    assert speed == pytest.approx(30.0 / 4.0, rel=0.03)
    assert SLOW_PART.cruise_for(20.0, 60.0, 60.0, (3.0, 20.0)) == pytest.approx(3.0, abs=0.01)


def test_a_curve_slows_by_its_radius_and_is_braked_for() -> None:
    radius = 10.0
    turn = np.linspace(0.0, np.pi / 2, 33)
    ahead = np.column_stack([np.arange(0.0, 60.0), np.zeros(60)])
    arc = np.column_stack([60.0 + radius * np.sin(turn), radius * (1.0 - np.cos(turn))])
    path = Path(np.column_stack([np.vstack([ahead, arc]), np.zeros(93)]))
    limits = pace(path)
    in_curve = np.sqrt(MAX_LATERAL_MPS2 * radius)
    assert limits.limits_mps.min() == pytest.approx(in_curve, rel=0.06)
    before = limits.limits_mps[int(40.0 / limits.step_m)]
    assert before == pytest.approx(np.sqrt(in_curve**2 + 2.0 * CURVE_DECEL_MPS2 * 20.0), rel=0.05)
