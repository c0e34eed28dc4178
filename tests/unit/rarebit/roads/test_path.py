"""Paths: look-up, projection, speed limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rarebit.roads.path import Path


def arc(radius_m: float, angle_rad: float, spacing_m: float = 1.0) -> np.ndarray:
    angles = np.arange(0.0, angle_rad, spacing_m / radius_m)
    return np.stack([radius_m * np.sin(angles), radius_m * (1.0 - np.cos(angles)), 0.05 * radius_m * angles], 1)


def test_a_left_curve_has_positive_curvature_and_its_length() -> None:
    path = Path(arc(50.0, 1.5))
    assert path.length_m == pytest.approx(74.0, abs=0.05)
    middle = path.at(35.0)
    assert middle.curvature_pm == pytest.approx(1.0 / 50.0, rel=0.02)
    assert middle.yaw_rad == pytest.approx(35.0 / 50.0, abs=0.01)
    assert middle.z_m == pytest.approx(0.05 * 35.0, abs=0.05)


def test_it_goes_on_straight_beyond_its_ends() -> None:
    path = Path(np.array([[0.0, 0.0, 1.0], [10.0, 0.0, 1.0]]))
    before, after = path.at(-5.0), path.at(14.0)
    assert (before.x_m, before.y_m, before.curvature_pm) == (pytest.approx(-5.0), 0.0, 0.0)
    assert (after.x_m, after.y_m) == (pytest.approx(14.0), 0.0)


@pytest.mark.parametrize("offset_m", [-3.0, -0.2, 0.0, 1.7])
@pytest.mark.parametrize("station_m", [-4.0, 5.0, 40.0, 70.0])
def test_projection_finds_station_and_offset(station_m: float, offset_m: float) -> None:
    path = Path(arc(50.0, 1.5))
    point = path.at(station_m)
    x, y = point.x_m - offset_m * math.sin(point.yaw_rad), point.y_m + offset_m * math.cos(point.yaw_rad)
    station, lateral = path.project(x, y, station_m - 3.0)
    assert station == pytest.approx(station_m, abs=0.05)
    assert lateral == pytest.approx(offset_m, abs=0.02)
    assert path.locate(x, y)[0] == pytest.approx(station_m, abs=0.05)


def test_speed_falls_before_a_curve_at_the_given_rate() -> None:
    straight = np.stack([np.arange(-100.0, 0.0), np.zeros(100), np.zeros(100)], 1)
    path = Path(np.concatenate([straight, arc(20.0, 1.5)]))
    step, speeds = path.speed_limits(4.0, 2.0)
    in_curve = speeds[round(115.0 / step)]
    assert in_curve == pytest.approx(math.sqrt(4.0 * 20.0), rel=0.05)
    before = speeds[round(60.0 / step)]
    assert in_curve < before <= math.sqrt(in_curve**2 + 2 * 2.0 * 40.0) + 0.5


def test_two_equal_points_are_no_path() -> None:
    with pytest.raises(ValueError, match="expected 2 or more"):
        Path(np.zeros((3, 3)))
