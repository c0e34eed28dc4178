"""Pedals against the forces that they stand for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.run.movers.pedals import Pedals
from rarebit.session.state import VehicleData

G = 9.81
SIZE = np.array([4.4, 1.8, 1.5])
VEHICLE = VehicleData(
    wheelbase_m=2.9, track_m=1.6, rear_axle_m=-1.4, max_steer_rad=1.2, steering_curve=np.empty((0, 2)),
    wheel_radius_m=0.35, mass_kg=1500.0, drag_coefficient=0.3, torque_curve=np.array([[0.0, 400.0], [6000.0, 400.0]]),
    max_rpm=6000.0, gear_ratios=(4.0, 2.0, 1.0), final_ratio=4.0, brake_torque_nm=6000.0,
)  # fmt: skip
ROLLING_N = 0.012 * 1500.0 * G
AIR_N_PER_MPS2 = 0.5 * 1.2 * 0.3 * 0.8 * 1.8 * 1.5
# Full throttle: 400 N m times ratio over the wheel's radius; a gear goes to 70 % of 6000 rpm, the last beyond.
FIRST_N, SECOND_N, LAST_N = (400.0 * 4.0 * ratio / 0.35 for ratio in (4.0, 2.0, 1.0))
FIRST_TO_MPS, SECOND_TO_MPS = (0.7 * 6000.0 / 60.0 * 2.0 * np.pi * 0.35 / (4.0 * ratio) for ratio in (4.0, 2.0))


@pytest.mark.parametrize(
    ("speed", "force"),
    [(2.0, FIRST_N), (FIRST_TO_MPS - 1.0, FIRST_N), (FIRST_TO_MPS + 1.0, SECOND_N), (SECOND_TO_MPS - 1.0, SECOND_N),
     (SECOND_TO_MPS + 1.0, LAST_N)],
)  # fmt: skip
def test_half_of_what_a_gear_gives_is_half_of_the_throttle(speed: float, force: float) -> None:
    accel = (force / 2.0 - AIR_N_PER_MPS2 * speed**2 - ROLLING_N) / 1500.0
    assert Pedals(VEHICLE, SIZE).press(accel, speed, 0.0) == pytest.approx((0.5, 0.0))


@given(speed=st.floats(0.0, 40.0), decel=st.floats(0.5, 8.0), climb=st.floats(-0.1, 0.1))
def test_a_brake_gives_the_rest_of_the_force_that_air_and_slope_do_not(speed: float, decel: float, climb: float) -> None:
    throttle, brake = Pedals(VEHICLE, SIZE).press(-decel, speed, climb)
    force = 1500.0 * (-decel + G * climb) + AIR_N_PER_MPS2 * speed**2 + ROLLING_N
    if force < 0.0:
        assert throttle == 0.0
        assert brake == pytest.approx(min(-force * 0.35 / 6000.0, 1.0))
    else:
        assert brake == 0.0


@given(accel=st.floats(-15.0, 15.0), speed=st.floats(-2.0, 60.0), climb=st.floats(-0.3, 0.3))
def test_nobody_presses_both_pedals_or_more_than_fully(accel: float, speed: float, climb: float) -> None:
    throttle, brake = Pedals(VEHICLE, SIZE).press(accel, speed, climb)
    assert min(throttle, brake) == 0.0
    assert 0.0 <= max(throttle, brake) <= 1.0


def test_standing_on_a_slope_needs_the_weights_share_along_it() -> None:
    up, _ = Pedals(VEHICLE, SIZE).press(0.0, 0.0, 0.1)
    assert up == pytest.approx((1500.0 * G * 0.1 + ROLLING_N) / FIRST_N)
    _, down = Pedals(VEHICLE, SIZE).press(0.0, 0.0, -0.1)
    assert down == pytest.approx((1500.0 * G * 0.1 - ROLLING_N) * 0.35 / 6000.0)


def test_a_vehicle_that_tells_nothing_of_its_engine_or_brakes_still_has_pedals() -> None:
    bare = dataclasses.replace(VEHICLE, torque_curve=np.empty((0, 2)), gear_ratios=(), brake_torque_nm=0.0)
    throttle, _ = Pedals(bare, SIZE).press(0.5 * (300.0 * 4.0 / 0.35) / 1500.0 - 0.012 * G, 0.0, 0.0)
    assert throttle == pytest.approx(0.5)
    assert Pedals(bare, SIZE).press(-5.0, 10.0, 0.0) == (0.0, 1.0)
