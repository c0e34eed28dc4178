"""Fixtures of the tests that start a server."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import shapely

from rarebit.history import History
from rarebit.rig.load import rig_from_mapping
from rarebit.rig.rig import Rig
from rarebit.roads.lane_map import LaneMap

_PAVED = ("driving", "parking", "shoulder", "biking", "border", "bidirectional", "stop")
_MARGIN_M = 0.05


@pytest.fixture(scope="session")
def small_rig() -> Rig:
    """One small camera at 10 Hz and a lidar of few rays at 20 Hz: enough to see every kind of data."""
    return rig_from_mapping(
        {
            "name": "test",
            "key_rate_hz": 2,
            "sensors": {
                "CAM_FRONT": {
                    "camera": {"width_px": 320, "height_px": 180, "fov_deg": 65.0},
                    "at": {"x_m": 1.7, "y_m": 0.0, "z_m": 1.5, "yaw_deg": 0},
                    "rate_hz": 10,
                },
                "LIDAR_TOP": {
                    "lidar": {"channels": 32, "points_per_turn": 1084, "range_m": 100, "upper_deg": 10.67, "lower_deg": -30.67},
                    "at": {"x_m": 0.94, "y_m": 0.0, "z_m": 1.84},
                    "rate_hz": 20,
                },
            },
        }
    )


@pytest.fixture(scope="session")
def check_on_road() -> Callable[[History, LaneMap], None]:
    """Whether everybody who drives stays on the road; see ``_check_on_road``."""
    return _check_on_road


def _check_on_road(history: History, lanes: LaneMap) -> None:
    """No vehicle's middle leaves the paved lanes, and each moves the way it looks.

    Raises:
        AssertionError: one does; names it.
    """
    strips = []
    for lane in lanes.lanes.values():
        if lane.kind in _PAVED:
            along = np.gradient(lane.centre[:, :2], axis=0)
            along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
            aside = np.stack([-along[:, 1], along[:, 0]], 1) * (lane.width_m[:, None] / 2.0 + _MARGIN_M)
            edges = np.vstack([lane.centre[:, :2] + aside, (lane.centre[:, :2] - aside)[::-1]])
            strips.append(shapely.Polygon(edges).buffer(0.0))
    paved = shapely.union_all(strips).buffer(_MARGIN_M)
    shapely.prepare(paved)
    for name, track in history.tracks.items():
        if not track.type_id.startswith("vehicle."):
            continue
        assert shapely.contains_xy(paved, track.position_m[:, 0], track.position_m[:, 1]).all(), f"{name} leaves the road"
        speed = np.linalg.norm(track.velocity_mps[:, :2], axis=1)
        course = np.arctan2(track.velocity_mps[:, 1], track.velocity_mps[:, 0])
        off = np.abs(np.angle(np.exp(1j * (course - track.yaw_rad))))
        assert off[speed > 2.0].max(initial=0.0) < math.radians(15.0), f"{name} slides sideways"
