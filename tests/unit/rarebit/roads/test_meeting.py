"""The crossing of two straight paths, where everything has a closed form."""

from __future__ import annotations

import numpy as np
import pytest

from rarebit.roads.meeting import crossing
from rarebit.roads.path import Path

ALONG = Path(np.column_stack([np.arange(0.0, 121.0), np.zeros(121), np.zeros(121)]))
ACROSS = Path(np.column_stack([np.full(121, 80.0), np.arange(-60.0, 61.0), np.zeros(121)]))
ASIDE = Path(np.column_stack([np.arange(0.0, 121.0), np.full(121, 9.0), np.zeros(121)]))


def test_the_point_has_a_station_on_both_paths() -> None:
    found = crossing(ACROSS, 1.8, ALONG, 2.0)
    assert found is not None
    assert (found.own_m, found.other_m) == pytest.approx((60.0, 80.0), abs=1e-3)
    assert found.conflict.first.entry_m == pytest.approx(59.0, abs=0.02)
    assert crossing(ALONG, 2.0, ASIDE, 2.0) is None


def test_time_to_the_point() -> None:
    found = crossing(ALONG, 2.0, ACROSS, 1.8)
    assert found is not None
    assert found.time_s(30.0, 10.0) == pytest.approx(5.0)
    assert found.time_s(30.0, 0.0) == np.inf
    assert found.time_s(90.0, 10.0) == pytest.approx(-1.0, abs=1e-3)
