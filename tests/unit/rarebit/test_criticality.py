"""Criticality measures against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit import criticality
from rarebit.criticality import Boxes


def box(
    x: float, y: float, yaw: float = 0.0, vx: float = 0.0, vy: float = 0.0, length: float = 4.0, width: float = 2.0
) -> Boxes:
    return Boxes(
        centre_m=np.array([[x, y]]),
        yaw_rad=np.array([yaw]),
        velocity_mps=np.array([[vx, vy]]),
        size_lw_m=np.array([length, width]),
    )


def test_follower_reaches_a_slower_lead_after_gap_over_closing_speed() -> None:
    # Ego 20 m/s, lead 12 m/s, 35.5 m bumper to bumper: 4.44 s and 0.90 m/s^2.
    ego, lead = box(0, 0, vx=20.0), box(39.5, 0, vx=12.0)
    assert criticality.time_to_collision_s(ego, lead)[0] == pytest.approx(35.5 / 8.0)
    assert criticality.gap_ahead_m(ego, lead)[0] == pytest.approx(35.5)
    assert criticality.required_deceleration_mps2(ego, lead)[0] == pytest.approx(8.0**2 / 71.0)
    assert criticality.drac_mps2(35.5, 8.0) == pytest.approx(0.90, abs=0.005)
    assert criticality.drac_mps2(35.5, 8.0, 2.0) == pytest.approx(2.90, abs=0.005)
    assert criticality.drac_mps2(35.5, -1.0) == 0.0


def test_braking_lead_brings_the_collision_forward() -> None:
    assert criticality.time_to_collision_braking_s(35.5, 20.0, 12.0, 2.0) == pytest.approx(3.18, abs=0.005)
    assert criticality.time_to_collision_braking_s(35.5, 20.0, 12.0, 0.0) == pytest.approx(35.5 / 8.0)
    # The lead stands after 1 s and 5 m; then 100 + 5 m at 10 m/s.
    assert criticality.time_to_collision_braking_s(100.0, 10.0, 10.0, 10.0) == pytest.approx(10.5)
    assert criticality.time_to_collision_braking_s(10.0, 0.0, 0.0, 0.0) == math.inf


def test_crossing_paths_touch_when_the_later_axis_closes() -> None:
    # Crosser 1 m square, 21 m ahead and 6 m to the right, 2 m/s to the left; ego 10 m/s.
    ego, child = box(0, 0, vx=10.0), box(21.0, -6.0, math.pi / 2, vy=2.0, length=1.0, width=1.0)
    # Along: front of ego at 2 m, near side at 20.5 m: 1.85 s; leaves at (21.5 + 2) / 10 = 2.35 s.
    # Across: half widths 1.5 m of 6 m: 4.5 / 2 = 2.25 s to 3.75 s.
    assert criticality.time_to_collision_s(ego, child)[0] == pytest.approx(2.25)
    late = box(21.0, -6.5, math.pi / 2, vy=2.0, length=1.0, width=1.0)
    assert criticality.time_to_collision_s(ego, late)[0] == math.inf


def test_parallel_passing_never_touches_and_overlap_is_zero() -> None:
    assert criticality.time_to_collision_s(box(0, 0, vx=30.0), box(50, 2.01))[0] == math.inf
    assert criticality.time_to_collision_s(box(0, 0, vx=30.0), box(3.0, 1.0))[0] == 0.0
    assert criticality.required_deceleration_mps2(box(0, 0, vx=30.0), box(3.0, 1.0))[0] == math.inf
    assert criticality.time_to_collision_s(box(0, 0), box(10.0, 0.0, vx=1.0))[0] == math.inf


def test_distance_between_rotated_boxes() -> None:
    assert criticality.distance_m(box(0, 0), box(10.0, 0.0))[0] == pytest.approx(6.0)
    assert criticality.distance_m(box(0, 0), box(7.0, 5.0))[0] == pytest.approx(math.hypot(3.0, 3.0))
    # A square turned by 45 degrees points its corner at the other one.
    square = box(10.0, 0.0, math.pi / 4, length=2.0, width=2.0)
    assert criticality.distance_m(box(0, 0), square)[0] == pytest.approx(8.0 - math.sqrt(2.0))
    assert criticality.distance_m(box(0, 0), box(1.0, 0.5, 0.3))[0] == 0.0


angle = st.floats(-3.0, 3.0)
coordinate = st.floats(-30.0, 30.0)
speed = st.floats(-15.0, 15.0)


@given(x=coordinate, y=coordinate, yaw_a=angle, yaw_b=angle, vx=speed, vy=speed)
def test_boxes_touch_at_the_ttc_and_not_before(x: float, y: float, yaw_a: float, yaw_b: float, vx: float, vy: float) -> None:
    a, b = box(0, 0, yaw_a), box(x, y, yaw_b, vx, vy)
    ttc = float(criticality.time_to_collision_s(a, b)[0])
    for time in np.linspace(0.0, 8.0, 9):
        apart = criticality.distance_m(a, box(x + vx * time, y + vy * time, yaw_b))[0]
        if time < ttc - 1e-6:
            assert apart > 0.0
    if math.isfinite(ttc) and ttc < 1e3:
        assert criticality.distance_m(a, box(x + vx * ttc, y + vy * ttc, yaw_b))[0] == pytest.approx(0.0, abs=1e-4)


@given(x=coordinate, y=coordinate, yaw_a=angle, yaw_b=angle, turn=angle)
def test_measures_do_not_depend_on_the_frame_or_the_order(x: float, y: float, yaw_a: float, yaw_b: float, turn: float) -> None:
    a, b = box(1.0, -2.0, yaw_a, vx=5.0), box(x, y, yaw_b, vy=-3.0)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])

    def turned(one: Boxes) -> Boxes:
        return Boxes(
            centre_m=one.centre_m @ rotation.T + 7.0,
            yaw_rad=one.yaw_rad + turn,
            velocity_mps=one.velocity_mps @ rotation.T,
            size_lw_m=one.size_lw_m,
        )

    assert criticality.distance_m(turned(a), turned(b))[0] == pytest.approx(criticality.distance_m(b, a)[0], abs=1e-6)


def test_post_encroachment_is_the_time_between_two_passages() -> None:
    step, times = 0.05, np.arange(0.0, 10.0, 0.05)
    zero = np.zeros_like(times)
    ego = Boxes(
        centre_m=np.stack([-50.0 + 10.0 * times, zero], 1), yaw_rad=zero,
        velocity_mps=np.stack([10.0 + zero, zero], 1), size_lw_m=np.array([4.0, 2.0]),
    )  # fmt: skip
    # The other one crosses x = 0 so that its tail leaves ego's lane (y = 1) at t = 2.0 s: centre y = 1 + 2 = 3 then.
    other = Boxes(
        centre_m=np.stack([zero, 3.0 + 10.0 * (times - 2.0)], 1), yaw_rad=zero + math.pi / 2,
        velocity_mps=np.stack([zero, 10.0 + zero], 1), size_lw_m=np.array([4.0, 2.0]),
    )  # fmt: skip
    # Ego's front reaches the other's strip (x = -1) at t = (50 - 1 - 2) / 10 = 4.7 s.
    assert criticality.post_encroachment_s(ego, other, step) == pytest.approx(2.7, abs=2 * step)
    far = Boxes(
        centre_m=other.centre_m + np.array([200.0, 0.0]), yaw_rad=other.yaw_rad,
        velocity_mps=other.velocity_mps, size_lw_m=other.size_lw_m,
    )  # fmt: skip
    assert criticality.post_encroachment_s(ego, far, step) == math.inf
    assert criticality.post_encroachment_s(ego, ego, step) == 0.0


def test_headway_exposure_and_rss() -> None:
    assert criticality.time_headway_s(20.0, 10.0) == pytest.approx(2.0)
    assert criticality.time_headway_s(20.0, 0.0) == math.inf
    ttc = np.array([math.inf, 2.0, 1.0, 0.5, 1.4])
    assert criticality.time_exposed_s(ttc, 1.5, 0.1) == pytest.approx(0.3)
    assert criticality.time_integrated_s2(ttc, 1.5, 0.1) == pytest.approx((0.5 + 1.0 + 0.1) * 0.1)
    distance = criticality.rss_distance_m(20.0, 12.0, response_s=1.0, accel_mps2=3.5, brake_mps2=4.0, front_brake_mps2=8.0)
    assert distance == pytest.approx(81.8, abs=0.05)
