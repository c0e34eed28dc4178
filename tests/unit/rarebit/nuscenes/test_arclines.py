"""Centre lines as chains of arcs: closed forms, and the path against the polyline."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

from rarebit.nuscenes.arclines import arcline_path


def walk(piece: dict[str, Any], at_m: float) -> NDArray[np.float64]:
    """A place on a piece: one arc or one straight from its start pose."""
    x, y, yaw = piece["start_pose"]
    if piece["shape"] == "LSR":
        return np.array([x + at_m * math.cos(yaw), y + at_m * math.sin(yaw)])
    sign, radius = (1.0 if piece["shape"] == "LSL" else -1.0), piece["radius"]
    turned = yaw + sign * at_m / radius
    return np.array(
        [x + sign * radius * (math.sin(turned) - math.sin(yaw)), y - sign * radius * (math.cos(turned) - math.cos(yaw))]
    )


def assert_follows(points: NDArray[np.float64], pieces: list[dict[str, Any]], tolerance_m: float) -> None:
    line = LineString(points)
    np.testing.assert_allclose(pieces[0]["start_pose"][:2], points[0], atol=1e-9)
    np.testing.assert_allclose(pieces[-1]["end_pose"][:2], points[-1], atol=1e-9)
    for before, after in pairwise(pieces):
        assert before["end_pose"][:2] == after["start_pose"][:2]
    for piece in pieces:
        length = sum(piece["segment_length"])
        np.testing.assert_allclose(walk(piece, length), piece["end_pose"][:2], atol=1e-6)
        for share in np.linspace(0, 1, 9):
            assert line.distance(Point(walk(piece, share * length))) < tolerance_m


def test_a_straight_lane_is_as_the_format_wants_it() -> None:
    points = np.column_stack([np.arange(0, 30.5, 1.0), np.full(31, 2.0)])
    (piece,) = arcline_path(points)
    assert (piece["shape"], piece["radius"]) == ("LSR", 999.999)
    assert piece["segment_length"] == [0.0, pytest.approx(30.0), 0.0]


@pytest.mark.parametrize(("turn", "shape"), [(1.2, "LSL"), (-1.2, "RSR")])
def test_a_circle_is_one_arc_with_its_radius(turn: float, shape: str) -> None:
    angle = np.linspace(0.0, turn, 30)
    radius = 20.0
    side = math.copysign(1.0, turn)
    points = np.column_stack([radius * np.abs(np.sin(angle)), side * radius * (1 - np.cos(angle))])
    (piece,) = arcline_path(points)
    assert piece["shape"] == shape
    assert piece["radius"] == pytest.approx(radius, rel=0.005)
    assert piece["segment_length"][0] == pytest.approx(radius * abs(turn), rel=0.005)
    assert piece["start_pose"][2] == pytest.approx(0.0, abs=0.01)
    assert_follows(points, [piece], 0.06)


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.12, 0.12), st.floats(-0.004, 0.004), st.integers(2, 150), st.floats(-3, 3))
def test_clothoids_are_followed(curvature: float, sharpness: float, n: int, yaw: float) -> None:
    along = np.arange(n, dtype=float)
    heading = yaw + curvature * along + 0.5 * sharpness * along**2
    points = np.concatenate([[[0.0, 0.0]], np.cumsum(np.column_stack([np.cos(heading), np.sin(heading)]), axis=0)])
    # Bends tighter than 4 m do not occur on lanes, and the polyline itself is no curve there.
    tight = np.abs(curvature + sharpness * along) > 0.25
    points = points[: int(np.argmax(tight)) + 1] if tight.any() else points
    if len(points) < 2:
        return
    pieces = arcline_path(points)
    assert_follows(points, pieces, 0.15)
    assert sum(sum(piece["segment_length"]) for piece in pieces) == pytest.approx(LineString(points).length, rel=0.02, abs=0.05)


def test_repeated_points_and_degenerate_lines() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 0.0], [5.0, 0.0]])
    assert len(arcline_path(points)) == 1
    assert arcline_path(points[:2]) == []
