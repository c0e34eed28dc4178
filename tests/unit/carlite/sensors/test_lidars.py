"""Lidars over a plane at known height, drop-off and noise statistics, order of the points."""

from __future__ import annotations

import math

import numpy as np
import pytest

from carlite.geometry import rotation_matrices
from carlite.sensors.lidar_kernel import packet_order
from carlite.tags import Tag

CLEAN = {
    "channels": 16, "range": 60.0, "points_per_second": 16 * 90 * 20, "rotation_frequency": 20.0, "upper_fov": -5.0,
    "lower_fov": -35.0, "dropoff_general_rate": 0.0, "dropoff_zero_intensity": 0.0, "atmosphere_attenuation_rate": 0.004,
}  # fmt: skip


def test_ranges_to_a_plane_are_exact_and_come_channel_after_channel(bench, read_lidar):
    lidar = bench.add_sensor("sensor.lidar.ray_cast", (3.0, -2.0, 2.0), **CLEAN)
    (payload,) = bench.measure(lidar)
    angle, counts, points = read_lidar(payload)
    elevation = np.linspace(-5.0, -35.0, 16)
    wanted = np.where(2.0 / np.sin(np.radians(-elevation)) < 60.0, 90, 0)
    assert counts.tolist() == wanted.tolist()
    assert angle == pytest.approx(0.0, abs=1e-6)  # a full turn
    channel = np.repeat(np.arange(16), counts)
    distance = np.linalg.norm(points[:, :3], axis=1)
    assert distance == pytest.approx(2.0 / np.sin(np.radians(-elevation[channel])), rel=2e-5)
    assert points[:, 2] == pytest.approx(-2.0, abs=1e-4)
    assert points[:, 3] == pytest.approx(np.exp(-0.004 * distance), rel=1e-5)
    azimuth = np.degrees(np.arctan2(points[:, 1], points[:, 0])).reshape(-1, 90)
    off = (azimuth - (-180.0 + 4.0 * np.arange(90)) + 180.0) % 360.0 - 180.0
    assert np.abs(off).max() < 1e-2


def test_a_tilted_lidar_reports_in_its_own_frame(bench, read_lidar):
    pose = (10.0, 30.0, 5.0)
    lidar = bench.add_sensor("sensor.lidar.ray_cast", (0.0, 0.0, 2.5), pose, **CLEAN)
    _, _, points = read_lidar(bench.measure(lidar)[0])
    world = points[:, :3] @ rotation_matrices(pose).T + (0.0, 0.0, 2.5)
    assert len(points) > 500
    assert world[:, 2] == pytest.approx(0.0, abs=2e-3)


def test_a_quarter_turn_a_tick_goes_once_round_in_four(bench, read_lidar):
    lidar = bench.add_sensor("sensor.lidar.ray_cast", (0.0, 0.0, 2.0), **{**CLEAN, "rotation_frequency": 5.0})
    seen = []
    for k in range(4):
        angle, _, points = read_lidar(bench.measure(lidar)[0])
        assert angle == pytest.approx(math.radians(90.0 * (k + 1) % 360.0), abs=1e-5)
        azimuth = np.degrees(np.arctan2(points[:, 1], points[:, 0])) % 360.0
        seen.append(azimuth)
    for k, azimuth in enumerate(seen):
        low = (180.0 + 90.0 * k) % 360.0
        assert ((azimuth - low + 0.01) % 360.0).max() <= 90.0


def test_a_scan_covers_one_tick_whatever_the_sensor_tick(bench, read_lidar):
    settings = {**CLEAN, "rotation_frequency": 5.0, "sensor_tick": 0.0999}
    lidar = bench.add_sensor("sensor.lidar.ray_cast", (0.0, 0.0, 2.0), **settings)
    angles = []
    for _ in range(5):
        view = bench.view(0.05)
        if lidar.is_due(0.05):
            angle, counts, _ = read_lidar(bytes(lidar.measure(view)[0]))
            angles.append(angle)
            assert counts.max() == 90
    assert np.degrees(angles) == pytest.approx([90.0, 180.0, 270.0], abs=1e-3)


def test_a_narrow_field_lies_about_the_forward_axis(bench, read_lidar):
    lidar = bench.add_sensor("sensor.lidar.ray_cast", (0.0, 0.0, 2.0), **{**CLEAN, "horizontal_fov": 60.0})
    _, _, points = read_lidar(bench.measure(lidar)[0])
    azimuth = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    assert azimuth.min() == pytest.approx(-30.0, abs=0.01)
    assert 28.0 < azimuth.max() < 30.01


def test_general_dropoff_and_noise_have_their_statistics(bench, read_lidar):
    settings = {**CLEAN, "points_per_second": 16 * 800 * 20}
    full = read_lidar(bench.measure(bench.add_sensor("sensor.lidar.ray_cast", (0, 0, 2), **settings))[0])[2]
    some = bench.add_sensor("sensor.lidar.ray_cast", (0, 0, 2), **{**settings, "dropoff_general_rate": 0.45})
    share = len(read_lidar(bench.measure(some)[0])[2]) / len(full)
    assert share == pytest.approx(0.55, abs=0.02)
    noisy = bench.add_sensor("sensor.lidar.ray_cast", (0, 0, 2), **{**settings, "noise_stddev": 0.05})
    points = read_lidar(bench.measure(noisy)[0])[2]
    error = np.linalg.norm(points[:, :3], axis=1) - np.linalg.norm(full[:, :3], axis=1)
    assert error.mean() == pytest.approx(0.0, abs=2e-3)
    assert error.std() == pytest.approx(0.05, rel=0.03)


def test_weak_returns_are_dropped_as_the_formula_says(bench, read_lidar):
    settings = {**CLEAN, "channels": 2, "points_per_second": 2 * 5000 * 20, "upper_fov": -2.0, "lower_fov": -30.0}
    settings |= {"atmosphere_attenuation_rate": 0.02, "dropoff_zero_intensity": 0.4, "dropoff_intensity_limit": 0.8}
    lidar = bench.add_sensor("sensor.lidar.ray_cast", (0.0, 0.0, 2.0), **settings)
    _, counts, _ = read_lidar(bench.measure(lidar)[0])
    intensity = math.exp(-0.02 * 2.0 / math.sin(math.radians(2.0)))
    assert counts[1] == 5000  # 4 m away, above the limit
    assert counts[0] / 5000 == pytest.approx(0.6 + 0.4 / 0.8 * intensity, abs=0.02)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(bench):
    settings = {**CLEAN, "dropoff_general_rate": 0.3, "noise_stddev": 0.02}
    one, two, three = (bench.add_sensor("sensor.lidar.ray_cast", (0, 0, 2), **settings, noise_seed=k) for k in (7, 7, 8))
    assert bench.measure(one) == bench.measure(two)
    assert bench.measure(one) != bench.measure(three)


def test_semantic_lidar_says_what_it_hit_and_at_which_angle(bench, read_lidar):
    car = bench.add_box((8.0, 0.0, 1.0), (1.0, 2.0, 1.0), Tag.TRUCK)
    settings = {**CLEAN, "channels": 8, "upper_fov": 0.0, "lower_fov": -35.0, "points_per_second": 8 * 360 * 20}
    lidar = bench.add_sensor("sensor.lidar.ray_cast_semantic", (0.0, 0.0, 1.5), **settings)
    _, counts, raw = read_lidar(bench.measure(lidar)[0], width=6)
    points = raw.view([("xyz", "<f4", 3), ("cos", "<f4"), ("id", "<u4"), ("tag", "<u4")])[:, 0]
    assert set(points["tag"].tolist()) == {int(Tag.ROADS), int(Tag.TRUCK)}
    on_car = points[points["tag"] == Tag.TRUCK]
    assert set(on_car["id"].tolist()) == {car.id}
    assert (points[points["tag"] == Tag.ROADS]["id"] == 0).all()
    assert on_car["xyz"][:, 0] == pytest.approx(7.0, abs=1e-3)  # its front face
    assert on_car["cos"] == pytest.approx(7.0 / np.linalg.norm(on_car["xyz"], axis=1), abs=1e-4)
    assert counts[0] == (on_car["xyz"][:, 2] > -1e-3).sum()


def test_too_few_points_give_an_empty_scan_and_a_warning(bench, read_lidar, caplog):
    lidar = bench.add_sensor("sensor.lidar.ray_cast", (0, 0, 2), **{**CLEAN, "points_per_second": 10})
    _, counts, points = read_lidar(bench.measure(lidar)[0])
    assert counts.sum() == 0
    assert len(points) == 0
    assert "raise points_per_second" in caplog.text


@pytest.mark.parametrize(("channels", "steps"), [(32, 1090), (5, 7), (1, 3), (3, 1)])
def test_the_order_of_casting_visits_each_ray_once_and_keeps_steps_ascending(channels, steps):
    channel, step = packet_order(channels, steps)
    assert len({(int(c), int(s)) for c, s in zip(channel, step, strict=True)}) == channels * steps
    for c in range(channels):
        assert (np.diff(step[channel == c]) > 0).all()


def test_ticks_without_listeners_do_not_pile_up_rays(bench, read_lidar):
    lidar = bench.add_sensor("sensor.lidar.ray_cast", (0.0, 0.0, 2.0), **CLEAN)
    for _ in range(50):
        assert lidar.is_due(0.05)  # fires, but nobody listens
    assert read_lidar(bench.measure(lidar)[0])[1].max() == 90
