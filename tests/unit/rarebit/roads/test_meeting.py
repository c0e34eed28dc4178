"""Meetings at a crossing of two straight paths, where everything has a closed form."""

from __future__ import annotations

import numpy as np
import pytest

from rarebit.roads.meeting import Crossings, time_to_point_s
from rarebit.roads.path import Path

ALONG = Path(np.column_stack([np.arange(0.0, 121.0), np.zeros(121), np.zeros(121)]))
ACROSS = Path(np.column_stack([np.full(121, 80.0), np.arange(-60.0, 61.0), np.zeros(121)]))
ASIDE = Path(np.column_stack([np.arange(0.0, 121.0), np.full(121, 9.0), np.zeros(121)]))
CROSSINGS = Crossings({"ego": ALONG, "other": ACROSS, "aside": ASIDE}, {"ego": 2.0, "other": 1.8, "aside": 2.0})


def _cruise(
    after_s: float, *, own_m: float = 20.0, ego_m: float = 40.0, ego_mps: float = 10.0, hold_s: float = 1.0
) -> float | None:
    meeting = CROSSINGS.of("other", "ego")
    assert meeting is not None
    return meeting.cruise_mps(
        after_s=after_s, hold_s=hold_s, cruise_mps=10.0, own_station_m=own_m, other_station_m=ego_m, other_mps=ego_mps
    )


def test_the_point_has_a_station_on_both_paths() -> None:
    meeting = CROSSINGS.of("other", "ego")
    assert meeting is not None
    assert (meeting.own_m, meeting.other_m) == pytest.approx((60.0, 80.0), abs=1e-3)
    assert CROSSINGS.of("other", "ego") is meeting
    assert CROSSINGS.of("ego", "aside") is None
    assert CROSSINGS.of("ego", "nobody") is None


@pytest.mark.parametrize(("after_s", "speed"), [(0.0, 10.0), (1.0, 8.0), (-0.5, 40.0 / 3.5), (6.0, 7.5), (-2.5, 12.5)])
def test_the_speed_that_meets(after_s: float, speed: float) -> None:
    # 40 m to go while ego needs 4 s; a quarter more or less at most
    assert _cruise(after_s) == pytest.approx(speed, abs=0.02)


def test_it_is_held_when_near_and_when_the_other_stands() -> None:
    assert _cruise(0.0, ego_m=75.0) is None
    assert _cruise(-3.5) is None
    assert _cruise(0.0, own_m=61.0) is None
    assert _cruise(0.0, ego_mps=0.0) is None


def test_time_to_the_point() -> None:
    meeting = CROSSINGS.of("ego", "other")
    assert meeting is not None
    assert time_to_point_s(meeting, 30.0, 10.0) == pytest.approx(5.0)
    assert time_to_point_s(meeting, 30.0, 0.0) == np.inf
    assert time_to_point_s(meeting, 90.0, 10.0) == pytest.approx(-1.0, abs=1e-3)


def test_a_closed_loop_arrives_on_time_though_it_begins_late() -> None:
    meeting = CROSSINGS.of("other", "ego")
    assert meeting is not None
    ego, other, speed, time = 0.0, -10.0, 10.0, 0.0
    arrived = {}
    while len(arrived) < 2:
        goal = meeting.cruise_mps(
            after_s=0.6, hold_s=1.0, cruise_mps=10.0, own_station_m=other, other_station_m=ego, other_mps=12.0
        )
        speed += np.clip((goal or speed) - speed, -0.1, 0.1)  # 2 m/s^2 in steps of 50 ms
        ego, other, time = ego + 0.6, other + speed * 0.05, time + 0.05
        arrived |= {
            name: time for name, at, end in (("ego", ego, 80.0), ("other", other, 60.0)) if at >= end and name not in arrived
        }
    assert arrived["other"] - arrived["ego"] == pytest.approx(0.6, abs=0.1)
