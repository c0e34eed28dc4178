"""Straight ways across and along a road, by the side somebody stands on."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.layout import Placed
from rarebit.motions import Cross, Roll
from rarebit.run.movers.line import Speed, crossing, crossing_yaw_rad, rolling

STEP_S = 0.05
AT = np.array([3.0, -4.0, 0.1])


def placed(side: Literal["left", "right", "on"], road_yaw: float = 0.0, to_far_edge_m: float = 8.0) -> Placed:
    return Placed(
        name="x", position_m=AT, yaw_rad=2.0, path_m=None, path_speed_limit_mps=None, road_yaw_rad=road_yaw, side=side,
        to_far_edge_m=to_far_edge_m, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(), station_m=0.0,
    )  # fmt: skip


@given(road_yaw=st.floats(-3.0, 3.0), angle=st.floats(-1.2, 1.2))
def test_a_crossing_leaves_its_side_and_turns_with_the_road(road_yaw: float, angle: float) -> None:
    forward, leftward = np.array([math.cos(road_yaw), math.sin(road_yaw)]), np.array([-math.sin(road_yaw), math.cos(road_yaw)])
    for side, sign in (("right", 1.0), ("left", -1.0)):
        yaw = crossing_yaw_rad(placed(side, road_yaw), angle)  # type: ignore[arg-type]
        way = np.array([math.cos(yaw), math.sin(yaw)])
        assert way @ leftward == pytest.approx(sign * math.cos(angle), abs=1e-9)
        assert way @ forward == pytest.approx(math.sin(angle), abs=1e-9)


@pytest.mark.parametrize(("angle_deg", "length_m"), [(0.0, 12.0), (60.0, 20.0), (-60.0, 20.0), (85.0, 44.0)])
def test_a_crossing_ends_four_metres_behind_the_far_edge(angle_deg: float, length_m: float) -> None:
    # Nearly along the road it would never end: no more than five times the width is gone.
    line = crossing(Cross(speed_mps=1.0, angle_rad=math.radians(angle_deg)), placed("right"), AT)
    assert line.length_m == pytest.approx(length_m)
    assert line.start_m.tolist() == AT.tolist()
    assert line.start_m is not AT
    assert crossing(Cross(speed_mps=1.0, distance_m=2.5), placed("left"), AT).length_m == 2.5


@pytest.mark.parametrize(
    ("motion", "side", "yaw"),
    [
        (Roll(speed_mps=1.0, towards="road"), "right", 0.5 + math.pi / 2),
        (Roll(speed_mps=1.0, towards="road"), "left", 0.5 - math.pi / 2),
        (Roll(speed_mps=1.0, heading_rad=0.3), "right", 0.8),
        (Roll(speed_mps=1.0, heading_rad=-0.3), "left", 0.2),
    ],
)
def test_what_rolls_goes_to_the_road_or_by_its_direction(motion: Roll, side: Literal["left", "right"], yaw: float) -> None:
    line = rolling(motion, placed(side, 0.5), AT)
    assert line.yaw_rad == pytest.approx(yaw)
    assert line.length_m == math.inf


@given(start=st.floats(0.0, 20.0), goal=st.floats(0.0, 20.0), rate=st.floats(0.1, 10.0), ticks=st.integers(0, 200))
def test_a_speed_changes_at_its_rate_and_stays_at_its_goal(start: float, goal: float, rate: float, ticks: int) -> None:
    speed = Speed(start)
    speed.change(goal, rate)
    for _ in range(ticks):
        speed.step(STEP_S)
    moved = min(abs(goal - start), rate * ticks * STEP_S)
    assert speed.now_mps == pytest.approx(start + math.copysign(moved, goal - start), abs=1e-9)
