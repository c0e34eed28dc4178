"""From CARLA's radar detections to nuScenes' clusters."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.core.rng import stream
from rarebit.rig.modules import radar
from rarebit.rig.rig import Mount
from rarebit.snapshot import ActorState

SETTINGS = {
    "range_m": 250.0, "near_range_m": 70.0, "near_fov_rad": 2.1, "far_fov_rad": 0.3, "vertical_fov_rad": 0.2, "rays": 2000.0,
}  # fmt: skip


def mount(yaw_rad: float = 0.0, x_m: float = 3.4) -> Mount:
    pose = transform([x_m, 0.0, 0.5], rotation_from_rpy(0, 0, yaw_rad))
    return Mount(channel="RADAR_FRONT", modality="radar", ego_from_body=pose, rate_hz=10, settings=SETTINGS)


def car(centre: tuple[float, float, float], velocity: tuple[float, float, float], size=(4.5, 1.9, 1.5), type_id="vehicle.x.y"):
    return ActorState(
        actor_id=9,
        instance_id=9,
        name="target",
        type_id=type_id,
        base_type="car",
        special_type="",
        tag=14,
        world_from_box=transform(centre),
        size_lwh_m=np.array(size),
        velocity_mps=np.array(velocity),
        angular_velocity_radps=np.zeros(3),
    )


def detections(points_radar: np.ndarray, velocity_mps: np.ndarray) -> bytes:
    rows = np.zeros(len(points_radar), radar.DETECTION)
    depth = np.linalg.norm(points_radar, axis=1)
    rows["depth_m"], rows["velocity_mps"] = depth, velocity_mps
    rows["azimuth_rad"] = -np.arctan2(points_radar[:, 1], points_radar[:, 0])
    rows["altitude_rad"] = np.arcsin(points_radar[:, 2] / depth)
    return rows.tobytes()


def decode(raw: bytes, at: Mount, actors=(), speed=(0.0, 0.0, 0.0), turn=(0.0, 0.0, 0.0), seed=0, pose=None):
    return radar.decode(
        {"radar_near": raw},
        at,
        world_from_ego=np.eye(4) if pose is None else pose,
        ego_velocity_mps=np.array(speed),
        ego_angular_velocity_radps=np.array(turn),
        actors=actors,
        rng=stream(seed, "radar"),
    ).returns


def real(rows: np.ndarray) -> np.ndarray:
    """Without ghosts and clutter."""
    return rows[rows["pdh0"] == 1]


def test_layout_is_nuscenes() -> None:
    assert radar.RETURN.itemsize == struct.calcsize("<fffbhfffffbbbbbbbb") == 43


def test_ego_motion_is_removed_with_the_lever_arm() -> None:
    """A still wall seen from a sensor on a turning, driving ego has no speed over ground."""
    at = mount(yaw_rad=np.pi / 2, x_m=2.4)  # looks left
    speed, turn = np.array([15.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.5])
    rng = np.random.default_rng(1)
    points = np.stack([np.full(800, 12.0), rng.uniform(-15, 15, 800), np.full(800, 0.5)], axis=1)
    # Sensor velocity in the world: v + w x r = (15, 0.5 * 2.4, 0); in the sensor's axes (x is world y): (1.2, -15, 0).
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    rows = real(decode(detections(points, -unit @ [1.2, -15.0, 0.0]), at, speed=speed, turn=turn))
    assert len(rows) > 20
    assert np.abs(rows["vx_comp"]).max() <= 0.5
    assert np.abs(rows["vy_comp"]).max() <= 0.5
    assert set(rows["dyn_prop"]) == {1}
    # Relative speed is that of the sensor, reversed and radial.
    unit = np.stack([rows["x"], rows["y"]], axis=1) / np.hypot(rows["x"], rows["y"])[:, None]
    radial = -unit @ [1.2, -15.0]
    np.testing.assert_allclose(rows["vx"], radial * unit[:, 0], atol=0.55)
    np.testing.assert_allclose(rows["vy"], radial * unit[:, 1], atol=0.55)


@pytest.mark.parametrize(("vx", "expected"), [(8.0, 0), (-8.0, 2), (0.0, 1)])
def test_moving_oncoming_and_still_targets(vx: float, expected: int) -> None:
    rng = np.random.default_rng(0)
    points = np.stack([np.full(300, 20.0), rng.uniform(-0.8, 0.8, 300), rng.uniform(0.0, 0.6, 300)], axis=1)
    actor = car((20.0 + 3.4 + 2.2, 0.0, 0.75), (vx, 0.0, 0.0))
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    found = [
        real(decode(detections(points, unit[:, 0] * (vx - 10.0)), mount(), (actor,), (10, 0, 0), seed=s)) for s in range(8)
    ]
    rows = np.concatenate(found)
    assert len(rows) > 0
    assert set(rows["dyn_prop"]) == {expected}
    np.testing.assert_allclose(rows["vx_comp"], vx, atol=0.5)
    np.testing.assert_allclose(rows["x"], 20.0, atol=1.0)
    assert -2 < np.mean(rows["rcs"]) < 22


def test_crossing_target_is_crossing_and_its_measured_speed_is_radial_only() -> None:
    points = np.stack([np.full(200, 20.0), np.linspace(-0.8, 0.8, 200), np.full(200, 0.3)], axis=1)
    actor = car((25.6, 0.0, 0.75), (0.0, 6.0, 0.0))
    rows = np.concatenate(
        [real(decode(detections(points, points[:, 1] / 20 * 6), mount(), (actor,), seed=s)) for s in range(8)]
    )
    assert set(rows["dyn_prop"]) == {6}
    assert np.abs(rows["vy_comp"]).max() < 0.5


def test_scan_obeys_the_devices_limits() -> None:
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(2, 60, 3000), rng.uniform(-40, 40, 3000), rng.uniform(0.0, 2.0, 3000)])
    rows = decode(detections(points, np.zeros(3000)), mount())
    assert len(rows) == radar.MOST_RETURNS
    assert rows["id"].tolist() == list(range(len(rows)))
    assert np.all(np.diff(np.hypot(rows["x"], rows["y"])) > -3.0)
    assert np.all(rows["z"] == 0)
    np.testing.assert_array_equal(rows["rcs"] * 2, np.round(rows["rcs"] * 2))
    np.testing.assert_array_equal(rows["vx_comp"] * 4, np.round(rows["vx_comp"] * 4))
    assert np.mean(rows["ambig_state"] == 3) > 0.9


def test_the_ego_itself_is_not_reported_and_streams_repeat() -> None:
    ego = replace(car((1.4, 0.0, 0.75), (0, 0, 0)), is_ego=True)
    points = np.stack([np.linspace(-1.0, 0.1, 100), np.zeros(100), np.full(100, 0.1)], axis=1)
    raw = detections(points, np.zeros(100))
    assert len(real(decode(raw, mount(), (ego,)))) == 0
    assert decode(raw, mount(), seed=4).tobytes() == decode(raw, mount(), seed=4).tobytes()


def test_an_empty_scan_decodes() -> None:
    rows = decode(b"", mount())
    assert rows.dtype == radar.RETURN
    assert len(real(rows)) == 0
