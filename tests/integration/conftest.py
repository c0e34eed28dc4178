"""Fixtures of the tests that start a server."""

from __future__ import annotations

import pytest

from rarebit.rig.load import rig_from_mapping
from rarebit.rig.rig import Rig


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
