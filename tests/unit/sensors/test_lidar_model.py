"""The lidar's physical model on top of CARLA's exact hits, and the rows of its files."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rarebit.core.rng import stream
from rarebit.packs import builtin
from rarebit.scenario import Weather
from rarebit.snapshot import LidarSweep

lidar = builtin().module("sensors", "lidar")
CLEAR = Weather(fog_density=0.0, precipitation=0.0, wetness=0.0)
ONE_BEAM = lidar.LidarSettings(channels=1, points_per_turn=4000, upper_rad=0.0, range_m=300.0)


def hits(azimuth_rad: np.ndarray, elevation_rad: np.ndarray, range_m: float) -> np.ndarray:
    """Points of CARLA's sensor, azimuth to the right."""
    rows = np.zeros(len(azimuth_rad), lidar.HIT)
    rows["x"] = range_m * np.cos(elevation_rad) * np.cos(azimuth_rad)
    rows["y"] = range_m * np.cos(elevation_rad) * np.sin(azimuth_rad)
    rows["z"] = range_m * np.sin(elevation_rad)
    rows["cos_incidence"], rows["tag"] = 1.0, 3
    return rows


def ring(range_m: float, *, tag: int = 3, cosine: float = 1.0, object_id: int = 0) -> bytes:
    """A level turn of 4000 hits at one range."""
    rows = hits(np.arange(4000) / 4000 * math.tau, np.zeros(4000), range_m)
    rows["cos_incidence"], rows["tag"], rows["object_id"] = cosine, tag, object_id
    return rows.tobytes()


def sweep(raw: bytes, weather: Weather = CLEAR, name: str = "a") -> LidarSweep:
    return lidar.model_sweep(raw, [4000], ONE_BEAM, weather=weather, rng=stream(3, name))


def ranges(got: LidarSweep) -> np.ndarray:
    return np.linalg.norm(got.xyz_m.astype(np.float64), axis=1)


def returned(got: LidarSweep) -> np.ndarray:
    return ranges(got) > 0.1


@pytest.mark.parametrize("offset", [0.0, 0.3, 0.77])
def test_rows_are_columns_of_rings_from_the_left_clockwise(offset: float) -> None:
    """As in nuScenes' files: ``rows.reshape(-1, 32, 5)[:, i, 4] == i``, whatever angle the server's head begins at."""
    settings = lidar.LidarSettings()
    steps = (np.arange(1084) + offset) / 1084 * math.tau - math.pi
    elevation = np.linspace(settings.upper_rad, settings.lower_rad, 32)
    e, a = (grid.ravel() for grid in np.meshgrid(elevation, steps, indexing="ij"))
    kept = e < -0.01  # the sky gives no return
    rows = hits(a[kept], e[kept], 20.0)
    counts = kept.reshape(32, 1084).sum(axis=1).tolist()
    got = lidar.model_sweep(rows.tobytes(), counts, settings, weather=CLEAR, rng=stream(0, "rows"))
    assert len(got.ring) == 32 * 1084
    assert (got.ring.reshape(-1, 32) == np.arange(32)).all()
    direction = got.xyz_m.astype(np.float64) / ranges(got)[:, None]
    # x is right, y forward: the first column looks left, the one after a quarter of a turn ahead, and so on round by the right.
    to_the_right = np.unwrap(np.arctan2(direction[:, 0], direction[:, 1]).reshape(-1, 32), axis=0)
    assert np.degrees(np.ptp(to_the_right, axis=1)).max() < 1e-3
    assert abs(np.degrees(to_the_right[0, 0]) + 90.0) < 0.34
    np.testing.assert_allclose(np.diff(np.degrees(to_the_right[:, 0])), 360.0 / 1084, atol=1e-3)
    up = np.arcsin(direction[:, 2]).reshape(-1, 32)
    np.testing.assert_allclose(up, np.tile(elevation[::-1], (1084, 1)), atol=1e-4)
    # Lost firings keep their ray: radius below 1e-4 m, noise, no intensity.
    lost = ranges(got) < 0.1
    assert lost[got.ring >= 24].all()
    assert 0.0 < lost[got.ring < 22].mean() < 0.05
    assert ranges(got)[lost].max() < 1e-4
    assert not got.tag[lost].any()
    assert not got.intensity[lost].any()
    assert not got.object_id[lost].any()


def test_axes_rings_and_ids() -> None:
    settings = lidar.LidarSettings(channels=3, points_per_turn=8, upper_rad=0.5, lower_rad=-0.5)
    rows = hits(np.array([0.0, math.pi / 2, math.pi]), np.array([0.5, 0.0, -0.5]), 10.0)
    rows["object_id"] = [5, 6, 7]
    got = next(
        result
        for seed in range(20)
        if returned(
            result := lidar.model_sweep(rows.tobytes(), [1, 1, 1], settings, weather=CLEAR, rng=stream(seed, "x"))
        ).sum()
        == 3
    )
    there = returned(got)
    # Ahead and up, right, behind and down: the columns of 2, 4 and 6 eighths after the left.
    assert np.flatnonzero(there).tolist() == [2 * 3 + 2, 4 * 3 + 1, 6 * 3 + 0]
    c, s = 10 * math.cos(0.5), 10 * math.sin(0.5)
    np.testing.assert_allclose(got.xyz_m[there], [[0, c, s], [10, 0, 0], [0, -c, -s]], atol=0.1)
    assert got.object_id[there].tolist() == [5, 6, 7]


def test_range_noise_is_one_to_two_centimetres_along_the_ray() -> None:
    got = sweep(ring(20.0))
    measured = ranges(got)[returned(got)]
    assert np.mean(measured) == pytest.approx(20.0, abs=0.002)
    assert 0.012 < np.std(measured) < 0.018
    np.testing.assert_allclose(got.xyz_m[:, 2], 0.0, atol=1e-6)


def test_far_dark_and_slanting_surfaces_lose_returns() -> None:
    near, far = returned(sweep(ring(10.0))).sum(), returned(sweep(ring(99.0, tag=14, cosine=0.2))).sum()
    assert near > 0.97 * 4000
    assert far < 0.6 * near
    # At the half-power point (reflectivity 0.15 here, so 122 m seen squarely) every second return is lost.
    half = returned(sweep(ring(float(100.0 * np.sqrt(1.5)), tag=1))).sum()
    assert half == pytest.approx(0.99 * 2000, abs=150)


def test_intensity_orders_materials_and_stays_in_range() -> None:
    sign, line, asphalt = (got.intensity[returned(got)] for got in (sweep(ring(15.0, tag=tag)) for tag in (8, 24, 1)))
    assert sign.min() > 150
    assert np.median(line) > 2 * np.median(asphalt)
    for values in (sign, line, asphalt):
        assert values.min() >= 0
        assert values.max() <= 255
        np.testing.assert_array_equal(values, np.round(values))


def test_rain_and_fog_attenuate_and_return_early() -> None:
    rain, fog = replace(CLEAR, precipitation=100.0), replace(CLEAR, fog_density=50.0, fog_distance=0.0)
    for weather, early_least in ((rain, 0.01), (fog, 0.1)):
        got = sweep(ring(40.0), weather)
        early = returned(got) & (got.tag == 0)
        assert early_least < early.mean() < 0.9
        assert ranges(got)[early].max() < 40.0
        assert got.object_id[early].max() == 0
        assert np.median(got.intensity[early]) < 6
    # Extinction at half density is 0.06 * 0.5^1.5 = 0.021 per metre: at 80 m a factor of e^-3.4 on the power.
    assert (sweep(ring(80.0), fog).tag == 3).sum() < 0.4 * 4000
    clear = sweep(ring(40.0))
    assert not np.any(returned(clear) & (clear.tag == 0))


def test_fog_returns_before_the_open_sky_too() -> None:
    got = lidar.model_sweep(b"", [0], ONE_BEAM, weather=replace(CLEAR, fog_density=50.0), rng=stream(0, "sky"))
    assert 0.05 < returned(got).mean() < 0.3
    assert not got.tag.any()


def test_wet_road_is_darker_than_dry_road() -> None:
    wet, dry = (sweep(ring(12.0, tag=1), weather) for weather in (replace(CLEAR, wetness=100.0), CLEAR))
    assert np.median(wet.intensity[returned(wet)]) < 0.6 * np.median(dry.intensity[returned(dry)])


def test_an_object_keeps_its_paint_and_streams_decide_the_rest() -> None:
    one, same, other = (sweep(ring(20.0, tag=14, object_id=77), name=name) for name in ("a", "a", "b"))
    np.testing.assert_array_equal(one.xyz_m, same.xyz_m)
    assert not np.array_equal(one.xyz_m[:50], other.xyz_m[:50])
    assert np.median(one.intensity) == pytest.approx(np.median(other.intensity), rel=0.05)


def test_what_is_not_such_a_lidar_is_an_error() -> None:
    with pytest.raises(ValueError, match="add up"):
        lidar.model_sweep(ring(10.0), [4], ONE_BEAM, weather=CLEAR, rng=stream(0, "x"))
    coarse = replace(ONE_BEAM, points_per_turn=2000)
    with pytest.raises(ValueError, match="two returns of one firing"):
        lidar.model_sweep(ring(10.0), [4000], coarse, weather=CLEAR, rng=stream(0, "x"))
