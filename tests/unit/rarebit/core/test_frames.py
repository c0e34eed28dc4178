"""Frames: closed forms and round trips with yaw, pitch and roll all non-zero."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.core.frames import (
    apply,
    box_corners,
    inverse,
    quaternion_wxyz,
    rotation_from_quaternion,
    rotation_from_rpy,
    transform,
    yaw_of,
)

angle = st.floats(-3.1, 3.1)


def test_yaw_turns_forward_to_the_left() -> None:
    np.testing.assert_allclose(rotation_from_rpy(0, 0, np.pi / 2) @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_positive_pitch_lowers_the_nose_and_positive_roll_lifts_the_left_side() -> None:
    assert (rotation_from_rpy(0, 0.1, 0) @ [1, 0, 0])[2] < 0
    assert (rotation_from_rpy(0.1, 0, 0) @ [0, 1, 0])[2] > 0


@given(angle, angle, angle)
def test_quaternion_round_trip(roll: float, pitch: float, yaw: float) -> None:
    rotation = rotation_from_rpy(roll, pitch, yaw)
    q = quaternion_wxyz(rotation)
    assert q[0] >= 0
    np.testing.assert_allclose(np.linalg.norm(q), 1.0, atol=1e-12)
    np.testing.assert_allclose(rotation_from_quaternion(q), rotation, atol=1e-12)


@given(angle, st.floats(-1.5, 1.5), angle)
def test_inverse_undoes_a_transform(roll: float, pitch: float, yaw: float) -> None:
    world_from_a = transform([3.0, -2.0, 1.0], rotation_from_rpy(roll, pitch, yaw))
    points = np.array([[1.0, 2.0, 3.0], [-4.0, 0.5, 0.0]])
    np.testing.assert_allclose(apply(inverse(world_from_a), apply(world_from_a, points)), points, atol=1e-12)


@pytest.mark.parametrize("yaw", [-3.0, -0.5, 0.0, 2.5])
def test_yaw_of_a_level_transform(yaw: float) -> None:
    assert yaw_of(transform(rotation=rotation_from_rpy(0, 0, yaw))) == pytest.approx(yaw)


def test_box_corners_span_the_size() -> None:
    corners = box_corners([4.0, 2.0, 1.0])
    np.testing.assert_array_equal(np.ptp(corners, axis=0), [4.0, 2.0, 1.0])
    assert corners.shape == (8, 3)
    np.testing.assert_array_equal(corners.mean(0), [0, 0, 0])
