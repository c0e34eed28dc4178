"""Lidar: CARLA's semantic lidar gives exact ranges with what was hit; the sensor's physics are modelled here.

So the sensor behaves alike on every server. The model, per ray that hit at range R under the incidence angle theta:

* extinction ``a`` of the air from rain (Carbonneau and Wisely 1998: 1.076 r^0.67 dB/km, r in mm/h) and fog (Koschmieder:
  ``a = 3 / visibility``);
* received power ``P = rho cos(theta) exp(-2 a R) / R^2``; the return is kept with a probability that is logistic in ln P;
* rain and fog send back some rays before they reach anything; their returns are weak, near, and labelled as noise;
* intensity is the reflectivity on Velodyne's scale: 0..100 for diffuse surfaces, up to 255 for retroreflectors;
* range noise is normal with 1.5 cm standard deviation.

A sweep has one row for every firing, with or without a return, as the files of nuScenes have (nuscenes-devkit issues 117 and
845): column after column as the device turns, clockwise seen from above and beginning at its left, and in each column the rings
0, 1, 2, ... from the lowest up. So the rows of an HDL-32E are a multiple of 32, ``rows.reshape(-1, 32, 5)[:, i, 4] == i``, and
the time of a row follows from its column. A firing without a return lies ``LOST_M`` from the origin on its ray, with intensity
0 and the label "noise"; readers drop it by its range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from rarebit.nuscenes.blobs import lidar_bin
from rarebit.reading.marks import Within
from rarebit.rig.modality import Blob, Capture, Decoded, Modality
from rarebit.rig.numbers import Numbers
from rarebit.rig.request import RawData, SensorRequest, every_ticks
from rarebit.rig.rig import Mount
from rarebit.scenario import Weather
from rarebit.snapshot import LidarSweep

HIT = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("cos_incidence", "<f4"), ("object_id", "<u4"), ("tag", "<u4")])
"""One point of CARLA's semantic lidar, in the sensor's left-handed frame (x forward, y right, z up)."""

_LIDAR_FROM_CARLA = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

LOST_M = 5e-5
"""Range of the row of a firing without a return; in nuScenes' files it is below 1e-4 m (devkit issue 845)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarSettings:
    """A lidar that turns once a tick; the defaults are those of a Velodyne HDL-32E at 20 Hz.

    Attributes:
        channels: how many beams, spread evenly from the lower to the upper elevation.
        points_per_turn: firings of each beam in one turn.
        range_m: beyond it nothing returns.
        upper_rad: elevation of the highest beam.
        lower_rad: elevation of the lowest beam.
        fov_rad: horizontal angle that is swept, centred ahead.
    """

    channels: Annotated[int, Within(1, 256)] = 32
    points_per_turn: Annotated[int, Within(8, 8192)] = 1084
    range_m: Annotated[float, Within(1, 500)] = 100.0
    upper_rad: Annotated[float, Within(-math.pi / 2, math.pi / 2)] = math.radians(10.67)
    lower_rad: Annotated[float, Within(-math.pi / 2, math.pi / 2)] = math.radians(-30.67)
    fov_rad: Annotated[float, Within(math.radians(1), math.tau)] = math.tau

    def __post_init__(self) -> None:
        if self.lower_rad >= self.upper_rad and self.channels > 1:
            raise ValueError(f"lower_deg is not below upper_deg; write less than {math.degrees(self.upper_rad):g}")


def requests(mount: Mount, tick_s: float, key_tick_s: float) -> tuple[SensorRequest, ...]:
    """One semantic lidar that turns once a tick.

    Raises:
        ValueError: the rate is not the tick rate; CARLA's lidar has to turn in step with the simulator.
    """
    del key_tick_s
    if every_ticks(mount.rate_hz, tick_s) != 1:
        raise ValueError(
            f"rate_hz: got {mount.rate_hz:g}, expected the tick rate {1.0 / tick_s:g} Hz: a lidar turns once a tick"
        )
    settings: LidarSettings = mount.settings
    attributes = {
        "channels": str(settings.channels),
        "range": f"{settings.range_m:g}",
        "points_per_second": str(round(settings.channels * settings.points_per_turn / tick_s)),
        "rotation_frequency": f"{1.0 / tick_s:g}",
        "upper_fov": f"{math.degrees(settings.upper_rad):.6g}",
        "lower_fov": f"{math.degrees(settings.lower_rad):.6g}",
        "horizontal_fov": f"{math.degrees(settings.fov_rad):.6g}",
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


def decode(capture: Capture) -> Decoded:
    """The sweep that the modelled lidar delivers.

    Raises:
        ValueError: what came does not fit the mount's settings.
    """
    message = capture.raw["lidar"]
    sweep = model_sweep(
        message.data,
        message.points_per_channel,
        capture.mount.settings,
        weather=capture.weather,
        rng=capture.rng,
        numbers=capture.numbers,
    )
    hits = sweep.object_id[sweep.tag > 0] if capture.ego is not None else np.empty(0, np.uint32)
    own = float(np.mean(hits == capture.ego.actor_id)) if capture.ego is not None and len(hits) else None
    return Decoded(data=sweep, own_share=own)


def model_sweep(
    raw: RawData,
    points_per_channel: Sequence[int],
    settings: LidarSettings,
    *,
    weather: Weather,
    rng: np.random.Generator,
    numbers: Numbers | None = None,
) -> LidarSweep:
    """One row for every firing of a turn, in the order that the head of this module tells.

    Args:
        raw: points of a ``carla.SemanticLidarMeasurement``, channel after channel, the highest channel first.
        points_per_channel: its ``get_point_count`` for each channel.
        settings: of the mount.
        weather: of the scene.
        rng: a stream of its own for this scene, channel and tick.
        numbers: what the server's ids become; None keeps them.

    Raises:
        ValueError: the counts do not add up to the points, or the points are not those of such a lidar.
    """
    hits = np.frombuffer(raw, HIT)
    counts = np.asarray(points_per_channel, np.int64)
    if counts.sum() != len(hits) or len(counts) != settings.channels:
        raise ValueError(
            f"lidar: got {len(hits)} points in {len(counts)} channels that add up to {counts.sum()}, "
            f"expected {settings.channels} channels"
        )
    ring = np.repeat(np.arange(len(counts) - 1, -1, -1), counts)
    carla_xyz = np.stack([hits["x"], hits["y"], hits["z"]], axis=1).astype(np.float64)
    column, azimuth_rad = _columns(np.arctan2(carla_xyz[:, 1], carla_xyz[:, 0]), settings)
    cell = column * settings.channels + ring
    if len(np.unique(cell)) != len(cell):
        raise ValueError(
            f"lidar: two returns of one firing; the server's lidar has not {settings.points_per_turn} points a turn"
        )

    range_m = np.maximum(np.linalg.norm(carla_xyz, axis=1), 1e-6)
    tag = np.minimum(hits["tag"], 255).astype(np.uint8)
    object_id = hits["object_id"].astype(np.uint32)
    if numbers is not None:
        object_id = numbers.of_sweep(object_id)
    power, intensity = _returns(tag, object_id, range_m, hits["cos_incidence"].astype(np.float64), weather, rng)

    n = settings.channels * settings.points_per_turn
    seen_share, noise_m = rng.random(n), rng.normal(0.0, _RANGE_NOISE_M, n)
    dropped = rng.random(n) < _DROP_RATE
    seen = seen_share[cell] < 1.0 / (1.0 + (_HALF_POWER / power) ** (1.0 / _POWER_SOFTNESS))
    seen &= ~dropped[cell]
    free_m = np.full(n, settings.range_m)  # a ray that meets nothing may still meet rain
    free_m[cell] = range_m
    early, early_m, early_intensity = _early_returns(free_m, weather, rng)
    seen &= ~early[cell] & (range_m + noise_m[cell] > _NEAREST_M)

    result = _lost_rows(azimuth_rad, settings)
    at = cell[seen]
    result.xyz_m[at] = (carla_xyz[seen] / range_m[seen, None]) @ _LIDAR_FROM_CARLA.T * (range_m + noise_m[cell])[seen, None]
    result.intensity[at] = np.clip(np.round(intensity[seen]), 0.0, 255.0)
    result.tag[at], result.object_id[at] = tag[seen], object_id[seen]
    result.xyz_m[early] *= (early_m[early] / LOST_M)[:, None]
    result.intensity[early] = np.clip(np.round(early_intensity[early]), 0.0, 255.0)
    return result


def _columns(azimuth_rad: NDArray[np.float64], settings: LidarSettings) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The column of each hit, and the azimuth of every column; both to the right.

    A server's head need not stand at a multiple of the step when a sweep begins, so the offset is read from the hits.
    """
    n = settings.points_per_turn
    step = settings.fov_rad / n
    # A full turn begins at the left, a part of one at its left edge.
    first = -math.pi / 2.0 if settings.fov_rad >= math.tau else -settings.fov_rad / 2.0
    place = (azimuth_rad - first) / step
    phase = float(np.angle(np.mean(np.exp(2j * math.pi * place)))) / math.tau if len(place) else 0.0
    column = np.round(place - phase).astype(np.int64)
    azimuths: NDArray[np.float64] = first + (np.arange(n, dtype=np.float64) + phase) * step
    return column % n, azimuths


def _lost_rows(azimuth_rad: NDArray[np.float64], settings: LidarSettings) -> LidarSweep:
    """A sweep without a single return."""
    channels = settings.channels
    elevation = (
        np.linspace(settings.lower_rad, settings.upper_rad, channels) if channels > 1 else np.array([settings.upper_rad])
    )
    azimuth, up = (grid.ravel() for grid in np.meshgrid(azimuth_rad, elevation, indexing="ij"))
    flat = np.cos(up)
    direction = np.stack([flat * np.sin(azimuth), flat * np.cos(azimuth), np.sin(up)], axis=1)
    n = len(direction)
    return LidarSweep(
        xyz_m=(LOST_M * direction).astype(np.float32),
        intensity=np.zeros(n, np.float32),
        ring=np.tile(np.arange(channels, dtype=np.uint8), len(azimuth_rad)),
        tag=np.zeros(n, np.uint8),
        object_id=np.zeros(n, np.uint32),
    )


def _returns(
    tag: NDArray[np.uint8],
    object_id: NDArray[np.uint32],
    range_m: NDArray[np.float64],
    cos_incidence: NDArray[np.float64],
    weather: Weather,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) received power in 1/m^2 and intensity, not rounded yet, of each hit."""
    reflectivity = _reflectivity(tag, object_id, weather)
    cosine = np.clip(np.abs(cos_incidence), 0.02, 1.0)
    path_m = np.maximum(range_m - weather.fog_distance, 0.0)
    loss = np.exp(-2.0 * (_rain_extinction_per_m(weather) * range_m + _fog_extinction_per_m(weather) * path_m))
    power = reflectivity * cosine * loss / range_m**2
    # A retroreflector throws the light back whatever the angle.
    retro = _RETROREFLECTIVE[tag]
    power[retro] *= 20.0
    intensity = 100.0 * reflectivity * np.sqrt(cosine) * np.sqrt(loss) * rng.lognormal(0.0, 0.12, len(tag))
    intensity[retro] = 150.0 + 105.0 * cosine[retro] * loss[retro]
    return power, intensity


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


MODALITY = Modality(
    name="lidar",
    sensor="lidar",
    settings=LidarSettings,
    body_from_sensor=np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),  # x right, y forward, z up
    requests=requests,
    decode=decode,
    blob=Blob(ending=".pcd.bin", fileformat="pcd", encode=lidar_bin),
    outward=(0.0, 0.0, 1.0),
)
