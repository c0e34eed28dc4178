"""Lidar: CARLA's semantic lidar gives exact ranges with what was hit; the sensor's physics are modelled here.

So the sensor behaves alike on every server. The model, per ray that hit at range R under the incidence angle theta:

* extinction ``a`` of the air from rain (Carbonneau and Wisely 1998: 1.076 r^0.67 dB/km, r in mm/h) and fog (Koschmieder:
  ``a = 3 / visibility``);
* received power ``P = rho cos(theta) exp(-2 a R) / R^2``; the return is kept with a probability that is logistic in ln P;
* rain and fog send back some rays before they reach anything; their returns are weak, near, and labelled as noise;
* intensity is the reflectivity on Velodyne's scale: 0..100 for diffuse surfaces, up to 255 for retroreflectors;
* range noise is normal with 1.5 cm standard deviation.

Rays that hit nothing are not reported by CARLA, so no early return appears in front of the sky.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.rig.numbers import Numbers
from rarebit.rig.request import RawData, SensorRequest, every_ticks
from rarebit.rig.rig import Mount
from rarebit.scenario import Weather
from rarebit.snapshot import LidarSweep

HIT = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("cos_incidence", "<f4"), ("object_id", "<u4"), ("tag", "<u4")])
"""One point of CARLA's semantic lidar, in the sensor's left-handed frame (x forward, y right, z up)."""

_LIDAR_FROM_CARLA = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

_RANGE_NOISE_M = 0.015
_NEAREST_M = 0.5
_DROP_RATE = 0.01
# The power at which half the returns are lost: a surface of reflectivity 0.1 seen squarely at 100 m.
_HALF_POWER = 0.1 / 100.0**2
_POWER_SOFTNESS = 0.35
_HEAVIEST_RAIN_MM_PER_H = 50.0
_THICKEST_FOG_VISIBILITY_M = 50.0

# Diffuse reflectivity at 905 nm by CARLA tag; paint varies from object to object.
_REFLECTIVITY = np.full(256, 0.25)
for _tag, _value in {
    1: 0.15, 2: 0.28, 3: 0.35, 4: 0.35, 5: 0.30, 6: 0.35, 7: 0.25, 8: 0.60, 9: 0.45, 10: 0.35, 12: 0.40, 13: 0.40, 14: 0.35,
    15: 0.40, 16: 0.40, 17: 0.35, 18: 0.25, 19: 0.25, 20: 0.30, 21: 0.35, 23: 0.03, 24: 0.45, 25: 0.25, 26: 0.30, 27: 0.20,
    28: 0.50,
}.items():  # fmt: skip
    _REFLECTIVITY[_tag] = _value
_PAINTED = np.isin(np.arange(256), [12, 13, 14, 15, 16, 18, 19, 21])
_RETROREFLECTIVE = np.isin(np.arange(256), [8])
_WET_GROUND = np.isin(np.arange(256), [1, 2, 24, 25])


def requests(mount: Mount, tick_s: float, key_tick_s: float) -> tuple[SensorRequest, ...]:
    """One semantic lidar that turns once a tick.

    Raises:
        ValueError: the rate is not the tick rate; CARLA's lidar has to turn in step with the simulator.
    """
    del key_tick_s
    if every_ticks(mount.rate_hz, tick_s) != 1:
        raise ValueError(f"{mount.channel}: rate_hz: got {mount.rate_hz:g}, expected the tick rate {1.0 / tick_s:g} Hz")
    channels, per_turn = int(mount.settings["channels"]), int(mount.settings["points_per_turn"])
    attributes = {
        "channels": str(channels),
        "range": f"{mount.settings['range_m']:g}",
        "points_per_second": str(round(channels * per_turn / tick_s)),
        "rotation_frequency": f"{1.0 / tick_s:g}",
        "upper_fov": f"{math.degrees(mount.settings['upper_rad']):.6g}",
        "lower_fov": f"{math.degrees(mount.settings['lower_rad']):.6g}",
        "horizontal_fov": "360.0",
        "sensor_tick": "0.0",
    }
    return (
        SensorRequest(
            channel=mount.channel,
            role="lidar",
            blueprint="sensor.lidar.ray_cast_semantic",
            attributes=attributes | mount.attributes,
            every_ticks=1,
        ),
    )


def decode(
    raw: RawData,
    points_per_channel: Sequence[int],
    *,
    weather: Weather,
    rng: np.random.Generator,
    numbers: Numbers | None = None,
) -> LidarSweep:
    """The sweep that the modelled lidar delivers.

    Args:
        raw: points of a ``carla.SemanticLidarMeasurement``, channel after channel, the highest channel first.
        points_per_channel: its ``get_point_count`` for each channel.
        weather: of the scene.
        rng: a stream of its own for this scene, channel and tick.
        numbers: what the server's ids become; None keeps them.

    Raises:
        ValueError: the counts do not add up to the points.
    """
    hits = np.frombuffer(raw, HIT)
    counts = np.asarray(points_per_channel, np.int64)
    if counts.sum() != len(hits):
        raise ValueError(f"lidar: got {len(hits)} points, but the channels add up to {counts.sum()}")
    ring = np.repeat(np.arange(len(counts) - 1, -1, -1, dtype=np.uint8), counts)
    carla_xyz = np.stack([hits["x"], hits["y"], hits["z"]], axis=1).astype(np.float64)
    range_m = np.maximum(np.linalg.norm(carla_xyz, axis=1), 1e-6)
    direction = (carla_xyz / range_m[:, None]) @ _LIDAR_FROM_CARLA.T
    tag = np.minimum(hits["tag"], 255).astype(np.uint8)
    object_id = hits["object_id"].astype(np.uint32)
    if numbers is not None:
        object_id = numbers.of_sweep(object_id)

    reflectivity = _reflectivity(tag, object_id, weather)
    cosine = np.clip(np.abs(hits["cos_incidence"].astype(np.float64)), 0.02, 1.0)
    path_m = np.maximum(range_m - weather.fog_distance, 0.0)
    loss = np.exp(-2.0 * (_rain_extinction_per_m(weather) * range_m + _fog_extinction_per_m(weather) * path_m))
    power = reflectivity * cosine * loss / range_m**2
    # A retroreflector throws the light back whatever the angle.
    retro = _RETROREFLECTIVE[tag]
    power[retro] *= 20.0

    n = len(hits)
    seen = rng.random(n) < 1.0 / (1.0 + (_HALF_POWER / power) ** (1.0 / _POWER_SOFTNESS))
    seen &= rng.random(n) >= _DROP_RATE
    measured_m = range_m + rng.normal(0.0, _RANGE_NOISE_M, n)
    intensity = 100.0 * reflectivity * np.sqrt(cosine) * np.sqrt(loss) * rng.lognormal(0.0, 0.12, n)
    intensity[retro] = 150.0 + 105.0 * cosine[retro] * loss[retro]

    early, early_m, early_intensity = _early_returns(range_m, weather, rng)
    measured_m[early], intensity[early] = early_m[early], early_intensity[early]
    kept = (seen | early) & (measured_m > _NEAREST_M)
    return LidarSweep(
        xyz_m=(direction[kept] * measured_m[kept, None]).astype(np.float32),
        intensity=np.clip(np.round(intensity[kept]), 0.0, 255.0).astype(np.float32),
        ring=ring[kept],
        tag=np.where(early, 0, tag)[kept].astype(np.uint8),
        object_id=np.where(early, 0, object_id)[kept].astype(np.uint32),
    )


def _reflectivity(tag: NDArray[np.uint8], object_id: NDArray[np.uint32], weather: Weather) -> NDArray[np.float64]:
    """(n,) diffuse reflectivity; an object keeps its paint from tick to tick."""
    result = _REFLECTIVITY[tag]
    # The golden ratio spreads consecutive ids evenly over 0..1.
    paint = np.modf(object_id * 0.6180339887498949)[0]
    painted = _PAINTED[tag] & (object_id > 0)
    result[painted] *= 0.4 + 1.2 * paint[painted]
    # A film of water reflects the beam away from the sensor.
    wet = max(weather.wetness, weather.precipitation_deposits) / 100.0
    result[_WET_GROUND[tag]] *= 1.0 - 0.6 * min(wet, 1.0)
    clipped: NDArray[np.float64] = np.clip(result, 0.01, 1.0)
    return clipped


def _rain_extinction_per_m(weather: Weather) -> float:
    rate_mm_per_h = _HEAVIEST_RAIN_MM_PER_H * weather.precipitation / 100.0
    # dB/km to 1/m: a power ratio of e is 4.343 dB.
    return float(1.076 * max(rate_mm_per_h, 0.0) ** 0.67 / 4.343 / 1000.0)


def _fog_extinction_per_m(weather: Weather) -> float:
    return float(3.0 / _THICKEST_FOG_VISIBILITY_M * (weather.fog_density / 100.0) ** 1.5)


def _early_returns(
    range_m: NDArray[np.float64], weather: Weather, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Rays that drops or fog send back: which, their ranges and their intensities, (n,) each.

    About 3 % of the rays in the heaviest rain and a third in the thickest fog; most of them within a few metres, since the
    echo of a drop falls with the square of its range.
    """
    n = len(range_m)
    share = 0.03 * (weather.precipitation / 100.0) ** 0.67 + 0.35 * (weather.fog_density / 100.0) ** 1.5
    at_m = 1.0 + rng.exponential(6.0, n)
    early = (rng.random(n) < share) & (at_m < range_m)
    return early, at_m, 1.0 + rng.exponential(2.0, n)
