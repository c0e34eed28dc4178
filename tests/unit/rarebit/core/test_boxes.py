"""Which points lie in which boxes, against a look at every point by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.core.boxes import points_in_boxes
from rarebit.core.frames import apply, inverse, rotation_from_rpy, transform

SIZE = np.array([4.0, 2.0, 1.5])


@given(
    seed=st.integers(0, 2**16),
    turns=st.lists(st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(-3.1, 3.1)), min_size=1, max_size=4),
    margin=st.floats(0.0, 0.6),
)
def test_they_are_those_whose_own_coordinates_are_within_half_the_sizes(
    seed: int, turns: list[tuple[float, float, float]], margin: float
) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform([-6, -6, -3], [6, 6, 3], (300, 3))
    poses = [transform(rng.uniform(-3, 3, 3), rotation_from_rpy(*turn)) for turn in turns]
    sizes = [rng.uniform(0.5, 5.0, 3) for _ in turns]
    found = points_in_boxes(points, poses, sizes, margin_m=margin)
    for pose, size, rows in zip(poses, sizes, found, strict=True):
        own = apply(inverse(pose), points)
        assert rows.tolist() == np.flatnonzero((np.abs(own) <= size / 2.0 + margin).all(axis=1)).tolist()


def test_without_height_a_box_holds_what_is_above_and_below_it() -> None:
    points = np.array([[0.0, 0.0, 40.0], [1.9, 0.9, -9.0], [2.1, 0.0, 0.0], [0.0, 1.1, 0.0]])
    pose = [transform((0.0, 0.0, 0.7))]
    assert points_in_boxes(points, pose, [SIZE], flat=True)[0].tolist() == [0, 1]
    assert points_in_boxes(points, pose, [SIZE])[0].tolist() == []


@pytest.mark.parametrize("yaw", [0.0, 0.7, math.pi / 2, -2.5])
def test_a_flat_box_turns_with_its_heading_also_on_a_slope(yaw: float) -> None:
    pose = transform((10.0, -5.0, 0.0), rotation_from_rpy(0.0, -0.2, yaw))
    along, across = np.array([math.cos(yaw), math.sin(yaw), 0.0]), np.array([-math.sin(yaw), math.cos(yaw), 0.0])
    centre = pose[:3, 3]
    points = np.stack([centre + 1.95 * along, centre + 2.05 * along, centre - 0.95 * across, centre - 1.05 * across])
    assert points_in_boxes(points, [pose], [SIZE], flat=True)[0].tolist() == [0, 2]


def test_rows_are_ascending_and_the_edge_belongs_to_the_box() -> None:
    points = np.array([[2.0, 1.0, 0.75], [-2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [2.0 + 1e-9, 0.0, 0.0]])
    (rows,) = points_in_boxes(points, [np.eye(4)], [SIZE])
    assert rows.tolist() == [0, 1, 2]
    (rows,) = points_in_boxes(points, [np.eye(4)], [SIZE], margin_m=0.1)
    assert rows.tolist() == [0, 1, 2, 3]


def test_nothing_lies_in_nothing() -> None:
    assert points_in_boxes(np.zeros((3, 3)), [], []) == []
    assert [rows.size for rows in points_in_boxes(np.empty((0, 3)), [np.eye(4)] * 2, [SIZE] * 2)] == [0, 0]
    far = points_in_boxes(np.zeros((3, 3)), [transform((100.0, 0.0, 0.0)), np.eye(4)], [SIZE] * 2)
    assert [rows.tolist() for rows in far] == [[], [0, 1, 2]]
