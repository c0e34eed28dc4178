"""Radar: clusters in nuScenes' layout (Continental ARS 408) from the ray detections of CARLA's radar.

Two CARLA radars a mount imitate the device's near and far scan. Their detections are grouped into clusters by place and radial
speed; each cluster gets a cross-section by what it lies on, and is reported with the probability that the radar equation gives.

CARLA's radar takes its own speed from its way since it measured last, divided by one tick: with a ``sensor_tick`` of two ticks
that is twice its speed, and it is nothing in its first measurement. So the radars here measure in every tick, are read at the
mount's rate, and have measured before the first reading; the speed that the server has subtracted is then the way of the last
tick on any server, and is added again exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from rarebit.core.boxes import points_in_boxes
from rarebit.core.frames import apply
from rarebit.nuscenes.blobs import radar_pcd
from rarebit.reading.marks import Within
from rarebit.rig.modality import Blob, Capture, Decoded, Modality
from rarebit.rig.radar_returns import Clusters, reported, returns_of
from rarebit.rig.request import SensorRequest, every_ticks
from rarebit.rig.rig import Mount
from rarebit.snapshot import ActorState, RadarScan

DETECTION = np.dtype([("velocity_mps", "<f4"), ("azimuth_rad", "<f4"), ("altitude_rad", "<f4"), ("depth_m", "<f4")])
"""One detection of CARLA's radar: speed away from the sensor, azimuth to the right, altitude upwards."""

_NEAR_SHARE = 0.75  # of the rays
_WARM_UP_TICKS = 2
_GROUND_HEIGHT_M = 0.3
_GROUND_SHARE = 0.02
_NEAREST_M = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarSettings:
    """A radar with a wide near and a narrow far scan.

    Attributes:
        rays: of both scans in one measurement.
        range_m: of the far scan.
        near_range_m: of the near scan.
        near_fov_rad: horizontal field of the near scan.
        far_fov_rad: horizontal field of the far scan.
        vertical_fov_rad: of both.
    """

    rays: Annotated[int, Within(10, 20000)] = 2000
    range_m: Annotated[float, Within(1, 500)] = 250.0
    near_range_m: Annotated[float, Within(1, 500)] = 70.0
    near_fov_rad: Annotated[float, Within(math.radians(1), math.radians(170))] = math.radians(120)
    far_fov_rad: Annotated[float, Within(math.radians(1), math.radians(170))] = math.radians(18)
    vertical_fov_rad: Annotated[float, Within(math.radians(0.5), math.radians(90))] = math.radians(12)


def requests(mount: Mount, tick_s: float, key_tick_s: float) -> tuple[SensorRequest, ...]:
    """A wide near and a narrow far CARLA radar; a quarter of the rays go to the far one.

    Raises:
        ValueError: the rate does not divide the tick rate.
    """
    del key_tick_s
    settings: RadarSettings = mount.settings
    beams = (
        ("radar_near", settings.near_fov_rad, settings.near_range_m, _NEAR_SHARE),
        ("radar_far", settings.far_fov_rad, settings.range_m, 1.0 - _NEAR_SHARE),
    )
    return tuple(
        SensorRequest(
            channel=mount.channel,
            role=role,
            blueprint="sensor.other.radar",
            attributes={
                "horizontal_fov": f"{math.degrees(fov_rad):.9g}",
                "vertical_fov": f"{math.degrees(settings.vertical_fov_rad):.9g}",
                "range": f"{range_m:g}",
                "points_per_second": str(round(settings.rays * share / tick_s)),
                "sensor_tick": "0.0",
            }
            | mount.attributes,
            every_ticks=every_ticks(mount.rate_hz, tick_s),
            warm_up_ticks=_WARM_UP_TICKS,
        )
        for role, fov_rad, range_m, share in beams
    )


def decode(capture: Capture) -> Decoded:
    """The scan that the modelled radar delivers; returns from the ego itself are dropped.

    Raises:
        ValueError: a buffer is not a whole number of detections.
    """
    detections = np.concatenate([np.frombuffer(capture.raw[role].data, DETECTION) for role in sorted(capture.raw)])
    ego_from_radar = capture.mount.ego_from_sensor
    world_from_radar = capture.world_from_ego @ ego_from_radar
    depth, azimuth, altitude = (detections[key].astype(np.float64) for key in ("depth_m", "azimuth_rad", "altitude_rad"))
    # CARLA's azimuth grows to the right, the radar's y to the left.
    direction = np.stack([np.cos(altitude) * np.cos(azimuth), -np.cos(altitude) * np.sin(azimuth), np.sin(altitude)], axis=1)
    points = direction * depth[:, None]
    world_points = apply(world_from_radar, points)

    # What the server has subtracted: the way of the radar in the last tick.
    way_m = world_from_radar[:3, 3] - apply(capture.before_from_ego, ego_from_radar[:3, 3][None])[0]
    server_mps = world_from_radar[:3, :3].T @ way_m / capture.tick_s
    over_ground_mps = detections["velocity_mps"].astype(np.float64) + direction @ server_mps
    hit_actor = _actor_of_points(world_points, capture.actors)
    moving = hit_actor >= 0
    over_ground_mps[moving] = _radial_speed(
        world_points[moving], direction[moving] @ world_from_radar[:3, :3].T, hit_actor[moving], capture.actors
    )

    ego = next((i for i, actor in enumerate(capture.actors) if actor.is_ego), -2)
    height_m = apply(ego_from_radar, points)[:, 2]
    ground = (hit_actor < 0) & (height_m < _GROUND_HEIGHT_M)
    own = (hit_actor == ego) | (depth < _NEAREST_M)
    usable = ~own & (~ground | (capture.rng.random(len(depth)) < _GROUND_SHARE))
    clusters = Clusters.of(points[usable], over_ground_mps[usable], hit_actor[usable], ground[usable])
    found = reported(clusters, world_from_radar, capture.actors, capture.rng)
    # The sensor moves with the ego's origin and around it: v + w x r.
    lever_m = capture.world_from_ego[:3, :3] @ ego_from_radar[:3, 3]
    velocity_mps = capture.ego_velocity_mps + np.cross(capture.ego_angular_velocity_radps, lever_m)
    sensor_mps = world_from_radar[:3, :3].T @ velocity_mps
    return Decoded(
        data=RadarScan(returns=returns_of(found, sensor_mps, world_from_radar, capture.actors, capture.rng)),
        own_share=float(own.mean()) if len(own) else None,
    )


def _actor_of_points(world_points: NDArray[np.float64], actors: Sequence[ActorState]) -> NDArray[np.int64]:
    """(n,) index of the actor whose box holds the point, -1 for none; a small margin takes up mirrors and wheels."""
    result = np.full(len(world_points), -1, np.int64)
    inside = points_in_boxes(
        world_points, [actor.world_from_box for actor in actors], [actor.size_lwh_m for actor in actors], margin_m=0.15
    )
    for index, rows in enumerate(inside):
        result[rows] = index
    return result


def _radial_speed(
    world_points: NDArray[np.float64],
    direction: NDArray[np.float64],
    hit_actor: NDArray[np.int64],
    actors: Sequence[ActorState],
) -> NDArray[np.float64]:
    """(n,) speed over ground along ``direction`` of the point that was hit: the actor's, and what its turning adds.

    Servers tell the speed of the actor alone, and none for what is moved by setting its pose.
    """
    velocity = np.array([actor.velocity_mps for actor in actors] or np.zeros((1, 3)))[hit_actor]
    spin = np.array([actor.angular_velocity_radps for actor in actors] or np.zeros((1, 3)))[hit_actor]
    centre = np.array([actor.world_from_box[:3, 3] for actor in actors] or np.zeros((1, 3)))[hit_actor]
    result: NDArray[np.float64] = np.sum((velocity + np.cross(spin, world_points - centre)) * direction, axis=1)
    return result


MODALITY = Modality(
    name="radar",
    sensor="radar",
    settings=RadarSettings,
    body_from_sensor=np.eye(3),
    requests=requests,
    decode=decode,
    blob=Blob(ending=".pcd", fileformat="pcd", encode=radar_pcd),
    outward=(1.0, 0.0, 0.0),
)
