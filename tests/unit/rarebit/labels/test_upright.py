"""Upright boxes of tilted things."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.core.frames import rotation_from_rpy, transform, yaw_of
from rarebit.labels.upright import upright_box

SIZE = np.array([4.0, 2.0, 1.5])
angle = st.floats(-math.pi, math.pi)


def turned(roll: float, pitch: float, yaw: float) -> np.ndarray:
    return transform((3.0, -2.0, 1.0), rotation_from_rpy(roll, pitch, yaw))


@given(roll=angle, pitch=angle, yaw=angle)
def test_it_is_upright_at_the_same_place_with_the_same_sizes(roll: float, pitch: float, yaw: float) -> None:
    box, size = upright_box(turned(roll, pitch, yaw), SIZE)
    assert box[:3, 3].tolist() == [3.0, -2.0, 1.0]
    assert box[:3, 2] == pytest.approx([0.0, 0.0, 1.0])
    assert np.linalg.det(box[:3, :3]) == pytest.approx(1.0)
    assert sorted(size.tolist()) == sorted(SIZE.tolist())


@given(roll=st.floats(-0.6, 0.6), pitch=st.floats(-0.6, 0.6), yaw=angle)
def test_what_leans_a_little_keeps_its_sizes_and_about_its_heading(roll: float, pitch: float, yaw: float) -> None:
    box, size = upright_box(turned(roll, pitch, yaw), SIZE)
    assert size.tolist() == SIZE.tolist()
    off = math.remainder(yaw_of(box) - yaw, 2.0 * math.pi)
    # Its left side gives the heading: a roll alone turns nothing, a roll on a pitch by atan(tan-like share of the two).
    assert abs(off) == pytest.approx(abs(math.atan(math.tan(roll) * math.sin(pitch))), abs=1e-6)


@pytest.mark.parametrize("yaw", [0.0, 0.8, -2.5])
def test_lying_boxes_have_the_side_that_points_up_as_their_height(yaw: float) -> None:
    on_side, size = upright_box(turned(math.pi / 2, 0.0, yaw), SIZE)
    assert size.tolist() == [4.0, 1.5, 2.0]
    assert math.cos(yaw_of(on_side) - yaw) == pytest.approx(1.0)
    on_nose, size = upright_box(turned(0.0, math.pi / 2, yaw), SIZE)
    assert size.tolist() == [1.5, 2.0, 4.0]
    assert abs(math.cos(yaw_of(on_nose) - yaw)) == pytest.approx(1.0)


@given(spin=st.floats(0.0, 20.0), yaw=angle)
def test_a_wheel_that_rolls_keeps_its_heading(spin: float, yaw: float) -> None:
    wheel = np.array([0.66, 0.22, 0.66])
    box, size = upright_box(turned(0.0, spin, yaw), wheel)
    assert size.tolist() == wheel.tolist()
    assert math.cos(yaw_of(box) - yaw) == pytest.approx(1.0, abs=1e-9)
