"""The lidar's physical model on top of CARLA's exact hits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rarebit.core.rng import stream
from rarebit.rig.modules import lidar
from rarebit.scenario import Weather
from rarebit.snapshot import LidarSweep

CLEAR = Weather(fog_density=0.0, precipitation=0.0, wetness=0.0)


def wall(range_m: float, n: int = 4000, tag: int = 3, cosine: float = 1.0, object_id: int = 0) -> bytes:
    """Hits straight ahead at one range."""
    rows = np.zeros(n, lidar.HIT)
    rows["x"], rows["cos_incidence"], rows["tag"], rows["object_id"] = range_m, cosine, tag, object_id
    return rows.tobytes()


def sweep(raw: bytes, weather: Weather = CLEAR, n: int = 4000, name: str = "a") -> LidarSweep:
    return lidar.decode(raw, [n], weather=weather, rng=stream(3, name))


def test_axes_rings_and_ids() -> None:
    rows = np.zeros(3, lidar.HIT)
    # Ahead, to the right and above in CARLA's left-handed frame, one point a channel.
    rows["x"], rows["y"], rows["z"] = [10, 0, 6], [0, 10, 0], [0, 0, 8]
    rows["cos_incidence"], rows["tag"], rows["object_id"] = 1.0, 8, [5, 6, 7]
    got = [lidar.decode(rows.tobytes(), [1, 1, 1], weather=CLEAR, rng=stream(seed, "x")) for seed in range(20)]
    whole = next(result for result in got if len(result.xyz_m) == 3)
    # nuScenes: x right, y forward; ring 0 is the lowest, CARLA's first channel the highest.
    np.testing.assert_allclose(whole.xyz_m, [[0, 10, 0], [10, 0, 0], [0, 6, 8]], atol=0.1)
    assert whole.ring.tolist() == [2, 1, 0]
    assert whole.object_id.tolist() == [5, 6, 7]


def test_range_noise_is_one_to_two_centimetres_along_the_ray() -> None:
    got = sweep(wall(20.0))
    assert np.mean(got.xyz_m[:, 1]) == pytest.approx(20.0, abs=0.002)
    assert 0.012 < np.std(got.xyz_m[:, 1]) < 0.018
    np.testing.assert_allclose(got.xyz_m[:, [0, 2]], 0.0, atol=1e-6)


def test_far_dark_and_slanting_surfaces_lose_returns() -> None:
    near, far = len(sweep(wall(10.0)).ring), len(sweep(wall(99.0, tag=14, object_id=0, cosine=0.2)).ring)
    assert near > 0.97 * 4000
    assert far < 0.6 * near
    # At the half-power point (reflectivity 0.15 here, so 122 m seen squarely) every second return is lost.
    half = len(sweep(wall(float(100.0 * np.sqrt(1.5)), tag=1)).ring)
    assert half == pytest.approx(0.99 * 2000, abs=150)


def test_intensity_orders_materials_and_stays_in_range() -> None:
    sign, line, asphalt = (sweep(wall(15.0, tag=tag)).intensity for tag in (8, 24, 1))
    assert sign.min() > 150
    assert np.median(line) > 2 * np.median(asphalt)
    for values in (sign, line, asphalt):
        assert values.min() >= 0
        assert values.max() <= 255
        np.testing.assert_array_equal(values, np.round(values))


def test_rain_and_fog_attenuate_and_return_early() -> None:
    rain, fog = replace(CLEAR, precipitation=100.0), replace(CLEAR, fog_density=50.0, fog_distance=0.0)
    for weather, early_least in ((rain, 0.01), (fog, 0.1)):
        got = sweep(wall(40.0), weather)
        early = got.tag == 0
        assert early_least < early.mean() < 0.9
        assert got.xyz_m[early, 1].max() < 40.0
        assert got.object_id[early].max() == 0
        assert np.median(got.intensity[early]) < 6
    # Extinction at half density is 0.06 * 0.5^1.5 = 0.021 per metre: at 80 m a factor of e^-3.4 on the power.
    assert (sweep(wall(80.0), fog).tag == 3).sum() < 0.4 * len(sweep(wall(80.0)).ring)
    assert not np.any(sweep(wall(40.0)).tag == 0)


def test_wet_road_is_darker_than_dry_road() -> None:
    wet = sweep(wall(12.0, tag=1), replace(CLEAR, wetness=100.0))
    assert np.median(wet.intensity) < 0.6 * np.median(sweep(wall(12.0, tag=1)).intensity)


def test_an_object_keeps_its_paint_and_streams_decide_the_rest() -> None:
    one, same, other = (sweep(wall(20.0, tag=14, object_id=77), name=name) for name in ("a", "a", "b"))
    np.testing.assert_array_equal(one.xyz_m, same.xyz_m)
    assert not np.array_equal(one.xyz_m[:50], other.xyz_m[:50])
    assert np.median(one.intensity) == pytest.approx(np.median(other.intensity), rel=0.05)


def test_counts_must_add_up() -> None:
    with pytest.raises(ValueError, match="add up"):
        lidar.decode(wall(10.0, 5), [4], weather=CLEAR, rng=stream(0, "x"))
