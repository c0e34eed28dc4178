"""Conflict points against closed forms of straight strips."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rarebit.roads.conflict import conflict


def _line(start: tuple[float, float], heading_rad: float, length_m: float = 100.0) -> np.ndarray:
    along = np.arange(0.0, length_m + 0.5, 1.0)[:, None]
    return np.asarray(start) + along * np.array([math.cos(heading_rad), math.sin(heading_rad)])


@pytest.mark.parametrize("angle", [math.pi / 2, -math.pi / 2, 1.0, 2.3])
def test_two_straight_paths_cross(angle: float) -> None:
    wide, narrow = 2.0, 0.6
    first = _line((0.0, 0.0), 0.0)
    second = _line((40.0 - 30.0 * math.cos(angle), -30.0 * math.sin(angle)), angle)
    found = conflict(first, wide, second, narrow)
    assert found is not None
    assert found.point_m == pytest.approx((40.0, 0.0), abs=1e-6)
    # half of the parallelogram that two strips at an angle share, along each of them
    reach = [(b / 2.0 + a / 2.0 * abs(math.cos(angle))) / abs(math.sin(angle)) for a, b in ((wide, narrow), (narrow, wide))]
    assert (found.first.entry_m, found.first.exit_m) == pytest.approx((40.0 - reach[0], 40.0 + reach[0]), abs=0.02)
    assert (found.second.entry_m, found.second.exit_m) == pytest.approx((30.0 - reach[1], 30.0 + reach[1]), abs=0.02)


def test_beside_each_other_is_no_conflict() -> None:
    assert conflict(_line((0.0, 0.0), 0.0), 1.8, _line((0.0, -2.0), 0.0), 0.8) is None
    assert conflict(_line((0.0, 0.0), 0.0), 1.8, _line((0.0, -1.2), 0.0), 0.8) is not None


def test_the_first_of_two_crossings_counts() -> None:
    ahead = np.array([[20.0, -10.0], [20.0, 10.0], [60.0, 10.0], [60.0, -10.0]])
    found = conflict(_line((0.0, 0.0), 0.0), 2.0, ahead, 2.0)
    assert found is not None
    assert found.point_m == pytest.approx((20.0, 0.0))
    assert found.second.entry_m == pytest.approx(9.0, abs=0.02)


def test_merging_paths_conflict_to_the_end() -> None:
    merging = np.vstack([np.array([[30.0, -30.0]]), _line((60.0, 0.0), 0.0, 40.0)])
    found = conflict(_line((0.0, 0.0), 0.0), 2.0, merging, 2.0)
    assert found is not None
    assert 55.0 < found.first.entry_m < 60.0
    assert found.first.exit_m == pytest.approx(100.0)
