"""What a rig's eyes take in, by angles."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from rarebit.rig.eyes import FRONT_EYE, eyes_of
from rarebit.rig.load import load_rig, rig_from_mapping

RIGS = Path(__file__).resolve().parents[4] / "hydra_conf" / "rig"


def around(degrees: float, height_m: float = 1.5) -> np.ndarray:
    """A point 40 m from the rear axle, counter-clockwise from ahead."""
    return np.array([[40.0 * math.cos(math.radians(degrees)), 40.0 * math.sin(math.radians(degrees)), height_m]])


def seen_by(rig: str, degrees: float) -> set[str]:
    return {eye.channel for eye in eyes_of(load_rig(RIGS / f"{rig}.yaml")) if eye.sees(around(degrees))[0]}


@pytest.mark.parametrize(
    ("degrees", "channel"),
    [
        (0, "CAM_FRONT"),
        (60, "CAM_FRONT_LEFT"),
        (110, "CAM_BACK_LEFT"),
        (180, "CAM_BACK"),
        (-110, "CAM_BACK_RIGHT"),
        (-60, "CAM_FRONT_RIGHT"),
    ],
)
def test_the_six_cameras_of_nuscenes_see_where_they_look(degrees: float, channel: str) -> None:
    assert seen_by("nuscenes", degrees) == {channel}


def test_six_cameras_leave_no_gap_and_one_camera_sees_its_field_alone() -> None:
    assert all(seen_by("nuscenes", degrees) for degrees in range(-180, 180, 3))
    # 64.56 degrees wide, 1.7 m ahead of the rear axle.
    assert seen_by("mono", 30) == {"CAM_FRONT"}
    assert seen_by("mono", 35) == set()
    assert seen_by("mono", 180) == set()


def test_fisheyes_see_beside_and_behind_their_axis() -> None:
    assert seen_by("surround", 90) == {"CAM_FISHEYE_LEFT", "CAM_FISHEYE_BACK"}
    assert {"CAM_FISHEYE_LEFT", "CAM_FISHEYE_FRONT"} <= seen_by("surround", 60)


def test_a_rig_without_cameras_looks_around_from_its_sensors() -> None:
    lidar = {"lidar": {}, "at": {"x_m": 1, "y_m": 0, "z_m": 2}, "rate_hz": 20}
    (eye,) = eyes_of(rig_from_mapping({"name": "l", "sensors": {"LIDAR_TOP": lidar}}))
    assert eye.channel == "LIDAR_TOP"
    assert all(eye.sees(around(degrees))[0] for degrees in (0, 90, 180))
    assert FRONT_EYE.sees(around(0))[0]
    assert not FRONT_EYE.sees(around(180))[0]
