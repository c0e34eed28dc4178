"""From CARLA's radar detections to nuScenes' clusters."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.core.rng import stream
from rarebit.packs import builtin
from rarebit.rig.modality import Capture
from rarebit.rig.radar_cross_section import car_pattern_dbsm, cross_section
from rarebit.rig.request import RawMessage
from rarebit.rig.rig import Mount
from rarebit.scenario import Weather
from rarebit.snapshot import RETURN, ActorState

radar = builtin().module("sensors", "radar")
TICK_S = 0.05


def mount(yaw_rad: float = 0.0, x_m: float = 3.4) -> Mount:
    pose = transform([x_m, 0.0, 0.5], rotation_from_rpy(0, 0, yaw_rad))
    return Mount(channel="RADAR_FRONT", modality=radar.MODALITY, settings=radar.RadarSettings(), ego_from_body=pose, rate_hz=10)


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


def decode(raw: bytes, at: Mount, actors=(), speed=(0.0, 0.0, 0.0), turn=(0.0, 0.0, 0.0), seed=0, server=None):
    """Returns of one scan of an ego at the origin.

    Args:
        server: (3,) m/s in the world, what the server took for the radar's own velocity: its way in the last tick; by default
            the velocity that follows from ``speed`` and ``turn``.
    """
    speed, turn = np.array(speed, float), np.array(turn, float)
    before = np.eye(4)
    lever = at.ego_from_sensor[:3, 3]
    own = speed + np.cross(turn, lever) if server is None else np.asarray(server, float)
    before[:3, 3] = -own * TICK_S
    capture = Capture(
        mount=at,
        raw={"radar_near": RawMessage(frame=1, data=raw)},
        is_key_frame=False,
        world_from_ego=np.eye(4),
        before_from_ego=before,
        tick_s=TICK_S,
        ego_velocity_mps=speed,
        ego_angular_velocity_radps=turn,
        actors=actors,
        weather=Weather(),
        rng=stream(seed, "radar"),
    )
    return radar.decode(capture).data.returns


def real(rows: np.ndarray) -> np.ndarray:
    """Without ghosts and clutter."""
    return rows[~np.isin(rows["invalid_state"], (1, 2, 6))]


def test_layout_is_nuscenes() -> None:
    assert RETURN.itemsize == struct.calcsize("<fffbhfffffbbbbbbbb") == 43


def test_ego_motion_is_removed_with_the_lever_arm() -> None:
    """A still wall seen from a sensor on a turning, driving ego has no speed over ground."""
    at = mount(yaw_rad=np.pi / 2, x_m=2.4)  # looks left
    speed, turn = np.array([15.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.5])
    rng = np.random.default_rng(1)
    points = np.stack([np.full(800, 12.0), rng.uniform(-15, 15, 800), np.full(800, 0.5)], axis=1)
    # Sensor velocity in the world: v + w x r = (15, 0.5 * 2.4, 0); in the sensor's axes (x is world y): (1.2, -15, 0).
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    rows = real(decode(detections(points, -unit @ [1.2, -15.0, 0.0]), at, speed=speed, turn=turn))
    assert len(rows) > 10
    assert np.abs(rows["vx_comp"]).max() <= 0.25
    assert np.abs(rows["vy_comp"]).max() <= 0.25
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
    assert len(rows) == 125
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
    assert rows.dtype == RETURN
    assert len(real(rows)) == 0


def test_speeds_are_undone_as_the_server_made_them() -> None:
    """What a server subtracts is the way of the last tick, which differs from the ego's speed when it brakes."""
    points = np.stack([np.full(400, 15.0), np.linspace(-6, 6, 400), np.full(400, 0.5)], axis=1)
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    raw = detections(points, -unit[:, 0] * 20.2)
    found = [real(decode(raw, mount(), speed=(20.0, 0, 0), server=(20.2, 0, 0), seed=s)) for s in range(4)]
    rows = np.concatenate(found)
    assert len(rows) > 2
    assert np.abs(rows["vx_comp"]).max() <= 0.25
    # The speed is radial: at the angle a from ahead it is 20 cos a, and of that cos a along x.
    np.testing.assert_allclose(rows["vx"], -20.0 * rows["x"] ** 2 / (rows["x"] ** 2 + rows["y"] ** 2), atol=0.5)


def test_a_kinematic_target_has_its_own_speed_though_the_server_says_none() -> None:
    """A thing that is moved by setting its pose stands still for the server; a turning car's side moves with its turn."""
    points = np.stack([np.full(300, 20.0), np.linspace(-0.8, 0.8, 300), np.full(300, 0.3)], axis=1)
    actor = car((25.6, 0.0, 0.75), (-6.0, 0.0, 0.0))
    rows = np.concatenate([real(decode(detections(points, np.zeros(300)), mount(), (actor,), seed=s)) for s in range(8)])
    assert len(rows) > 2
    np.testing.assert_allclose(rows["vx_comp"], -6.0, atol=0.25)
    spinning = replace(car((25.6, 0.0, 0.75), (0.0, 0.0, 0.0)), angular_velocity_radps=np.array([0.0, 0.0, 1.0]))
    left = points[points[:, 1] > 0.5]
    rows = np.concatenate(
        [real(decode(detections(left, np.zeros(len(left))), mount(), (spinning,), seed=s)) for s in range(80)]
    )
    assert len(rows) > 2
    # v = w x r: a point 0.65 m to the left of the middle goes back at 0.65 m/s.
    np.testing.assert_allclose(rows["vx_comp"], -0.65, atol=0.45)
    assert rows["vx_comp"].mean() == pytest.approx(-0.65, abs=0.08)


@pytest.mark.parametrize(
    ("azimuth_deg", "zenith_deg", "expected"),
    [
        (0.0, 71.75, 15.52),
        (90.0, 79.7, 20.75),
        (-90.0, 79.7, 20.75),
        (180.0, 79.65, 14.56),
        (45.0, 79.7, 7.07),
        (135.0, 79.65, 7.07),
        (0.0, 90.0, 15.52 - 12.0 * (18.25 / 29.13) ** 2),
    ],
)
def test_a_cars_cross_section_follows_its_aspect(azimuth_deg: float, zenith_deg: float, expected: float) -> None:
    """Figures of 3GPP TR 38.901 v19.4, 7.9.2.1."""
    assert car_pattern_dbsm(azimuth_deg, zenith_deg) == pytest.approx(expected, abs=0.01)


def test_cross_sections_in_the_turned_frame_of_the_target() -> None:
    turned = replace(car((20, 5, 0.75), (0, 0, 0)), world_from_box=transform((20, 5, 0.75), rotation_from_rpy(0, 0, 1.2)))
    side = transform((20, 5, 0.75), rotation_from_rpy(0, 0, 1.2)) @ [0.0, 30.0, 5.4, 1.0]
    assert cross_section(turned, side[:3]) == pytest.approx(20.75, abs=0.1)
    walker = car((20, 5, 0.9), (0, 0, 0), (0.5, 0.5, 1.8), "walker.pedestrian.0001")
    assert cross_section(walker, np.zeros(3)) == pytest.approx(-1.37)


def test_reported_cross_sections_have_the_targets_mean() -> None:
    """A car seen from behind: 14.56 dBsm less what the level view loses, log-normal with a linear mean of one."""
    points = np.stack([np.full(200, 20.0), np.linspace(-0.8, 0.8, 200), np.full(200, 0.3)], axis=1)
    actor = car((25.6, 0.0, 0.5), (0.0, 0.0, 0.0))
    found = [real(decode(detections(points, np.zeros(200)), mount(), (actor,), seed=s))["rcs"] for s in range(300)]
    linear = 10.0 ** (np.concatenate(found).astype(float) / 10.0)
    assert 10.0 * np.log10(linear.mean()) == pytest.approx(14.56 - 12.0 * (10.35 / 36.73) ** 2, abs=0.5)


def test_false_returns_are_dropped_by_the_devkits_default_filter_and_true_ones_kept() -> None:
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(2, 60, 3000), rng.uniform(-40, 40, 3000), rng.uniform(0.5, 2.0, 3000)])
    rows = np.concatenate([decode(detections(points, np.zeros(3000)), mount(), seed=s) for s in range(10)])
    kept = (rows["invalid_state"] == 0) & (rows["ambig_state"] == 3) & (rows["dyn_prop"] < 7)
    false = rows["pdh0"] > 1
    assert kept[~false].mean() > 0.94
    assert not kept[false].any()
    assert 0 < false.sum() < 40


def test_the_share_of_its_carrier_is_told() -> None:
    ego = replace(car((1.4, 0.0, 0.75), (0, 0, 0)), is_ego=True)
    points = np.concatenate([np.tile([[0.1, 0.0, 0.1]], (30, 1)), np.tile([[20.0, 0.0, 0.5]], (10, 1))])
    capture = Capture(
        mount=mount(),
        raw={"radar_near": RawMessage(frame=1, data=detections(points, np.zeros(40)))},
        is_key_frame=False,
        world_from_ego=np.eye(4),
        before_from_ego=np.eye(4),
        tick_s=TICK_S,
        ego_velocity_mps=np.zeros(3),
        ego_angular_velocity_radps=np.zeros(3),
        actors=(ego,),
        weather=Weather(),
        rng=stream(0, "radar"),
    )
    assert radar.decode(capture).own_share == pytest.approx(0.75)
