"""The ego between ticks, against closed forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rarebit.core.frames import rotation_from_quaternion, rotation_from_rpy, transform
from rarebit.nuscenes.ego_signals import GRAVITY_MPS2, EgoSignals, ego_signals
from rarebit.snapshot import EgoMotion

STEP_US = 50_000
Pose = Callable[[float], tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]


def ticks(pose: Pose, count: int = 41, **controls: object) -> list[EgoMotion]:
    """``pose(t)`` gives position, rotation matrix, velocity and turn rate in the world."""
    made = []
    for i in range(count):
        position, rotation, velocity, spin = pose(i * STEP_US * 1e-6)
        made.append(
            EgoMotion(
                time_us=i * STEP_US,
                world_from_ego=transform(position, rotation),
                velocity_mps=velocity,
                angular_velocity_radps=spin,
                **controls,  # type: ignore[arg-type]
            )
        )
    return made


def at(motion: list[EgoMotion], rate_hz: int = 1000) -> EgoSignals:
    return ego_signals(motion, np.arange(0, motion[-1].time_us + 1, 1_000_000 // rate_hz, dtype=np.int64))


@settings(deadline=None)
@given(
    roll=st.floats(-0.3, 0.3),
    pitch=st.floats(-0.3, 0.3),
    yaw=st.floats(-3.1, 3.1),
    start=st.floats(-20, 20),
    a=st.floats(-8, 8),
)
def test_constant_acceleration_on_any_slope_is_exact(roll: float, pitch: float, yaw: float, start: float, a: float) -> None:
    """x = v t + a t^2 / 2 along the nose; the accelerometer reads a plus gravity's reaction in the car's axes."""
    rotation = rotation_from_rpy(roll, pitch, yaw)
    nose = rotation[:, 0]
    motion = ticks(lambda t: (nose * (start * t + a * t * t / 2), rotation, nose * (start + a * t), np.zeros(3)), count=5)
    signals = at(motion)
    t = signals.time_us * 1e-6
    np.testing.assert_allclose(signals.position_m, np.outer(start * t + a * t * t / 2, nose), atol=1e-9)
    np.testing.assert_allclose(signals.velocity_mps, np.outer(start + a * t, [1, 0, 0]), atol=1e-9)
    expected = np.array([a, 0.0, 0.0]) + rotation.T @ [0.0, 0.0, GRAVITY_MPS2]
    np.testing.assert_allclose(signals.specific_force_mps2, np.tile(expected, (len(t), 1)), atol=1e-6)
    np.testing.assert_allclose(signals.turn_rate_radps, 0.0, atol=1e-12)


def test_a_standing_car_reads_gravity_upwards() -> None:
    signals = at(ticks(lambda t: (np.zeros(3), np.eye(3), np.zeros(3), np.zeros(3))))
    np.testing.assert_allclose(signals.specific_force_mps2, np.tile([0, 0, 9.81], (len(signals.time_us), 1)), atol=1e-12)


@pytest.mark.parametrize("turn_radps", [0.4, -0.4])
def test_a_circle_reads_its_centripetal_acceleration_to_the_inside(turn_radps: float) -> None:
    """v = 10 m/s: v omega to the left in a left turn; chords of 0.02 rad leave an error below (0.02)^2 of it."""
    speed = 10.0
    radius = speed / turn_radps

    def pose(t: float) -> tuple[NDArray[np.float64], ...]:
        angle = turn_radps * t
        position = np.array([radius * np.sin(angle), radius * (1 - np.cos(angle)), 0.0])
        velocity = speed * np.array([np.cos(angle), np.sin(angle), 0.0])
        return position, rotation_from_rpy(0, 0, angle), velocity, np.array([0.0, 0.0, turn_radps])

    signals = at(ticks(pose))
    inner = slice(60, -60)  # the derivative is one-sided at the ends
    np.testing.assert_allclose(signals.specific_force_mps2[inner, 1], speed * turn_radps, rtol=1e-3)
    np.testing.assert_allclose(signals.specific_force_mps2[inner, 0], 0.0, atol=0.02)
    np.testing.assert_allclose(signals.turn_rate_radps[:, 2], turn_radps, rtol=1e-12)
    np.testing.assert_allclose(signals.velocity_mps[:, 0], speed, rtol=1e-4)
    np.testing.assert_allclose(np.hypot(signals.position_m[:, 0], signals.position_m[:, 1] - radius), abs(radius), atol=1e-5)
    for row in range(0, len(signals.time_us), 37):
        expected = rotation_from_rpy(0, 0, turn_radps * signals.time_us[row] * 1e-6)
        np.testing.assert_allclose(rotation_from_quaternion(signals.rotation_wxyz[row]), expected, atol=1e-9)


def test_at_a_tick_it_is_the_tick_and_pedals_hold_until_the_next() -> None:
    rng = np.random.default_rng(5)
    motion = [
        EgoMotion(
            time_us=i * STEP_US,
            world_from_ego=transform(rng.normal(size=3), rotation_from_rpy(*rng.normal(size=3) * 0.3)),
            velocity_mps=rng.normal(size=3),
            angular_velocity_radps=rng.normal(size=3),
            throttle=i * 0.1,
            steer_rad=i * 0.01,
            light_bits=i,
        )
        for i in range(9)
    ]
    signals = at(motion, rate_hz=20)
    for i, tick in enumerate(motion):
        rotation = tick.world_from_ego[:3, :3]
        np.testing.assert_allclose(signals.position_m[i], tick.world_from_ego[:3, 3], atol=1e-12)
        np.testing.assert_allclose(rotation_from_quaternion(signals.rotation_wxyz[i]), rotation, atol=1e-12)
        np.testing.assert_allclose(signals.velocity_mps[i], rotation.T @ tick.velocity_mps, atol=1e-12)
        np.testing.assert_allclose(signals.turn_rate_radps[i], rotation.T @ tick.angular_velocity_radps, atol=1e-12)
    fine = at(motion, rate_hz=100)
    assert fine.throttle[:6].tolist() == [0.0] * 5 + [0.1]
    assert fine.light_bits[:6].tolist() == [0] * 5 + [1]
    np.testing.assert_allclose(fine.steer_rad[:6], np.arange(6) * 0.002, atol=1e-12)
    np.testing.assert_allclose(fine.steer_rate_radps, 0.2, rtol=1e-9)


def test_times_outside_the_ticks_are_refused() -> None:
    motion = ticks(lambda t: (np.zeros(3), np.eye(3), np.zeros(3), np.zeros(3)), count=3)
    with pytest.raises(ValueError, match="ticks"):
        ego_signals(motion, np.array([0, 100_001]))
    with pytest.raises(ValueError, match="ticks"):
        ego_signals(motion[:1], np.array([0]))
