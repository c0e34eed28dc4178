"""Radar: clusters in nuScenes' layout (Continental ARS 408) from the ray detections of CARLA's radar.

Two CARLA radars a mount imitate the device's near and far scan. Their detections are grouped into clusters by place and radial
speed; each cluster gets a cross-section by what it lies on, and is reported with the probability that the radar equation gives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.core.boxes import points_in_boxes
from rarebit.core.frames import apply, inverse
from rarebit.rig.request import RawData, Role, SensorRequest, every_ticks, sensor_tick
from rarebit.rig.rig import Mount
from rarebit.snapshot import RETURN, ActorState, RadarScan

DETECTION = np.dtype([("velocity_mps", "<f4"), ("azimuth_rad", "<f4"), ("altitude_rad", "<f4"), ("depth_m", "<f4")])
"""One detection of CARLA's radar: speed away from the sensor, azimuth to the right, altitude upwards."""

MOST_RETURNS = 125
# Radar equation in decibels: a target of 10 dBsm is reported every second time at 150 m.
_SYSTEM_DB = 40.0 * math.log10(150.0) - 10.0
_SOFTNESS_DB = 4.0
# What of the clusters above the noise survives the device's own selection.
_REPORTED_SHARE = 0.6
_GROUND_HEIGHT_M = 0.3
_GROUND_SHARE = 0.02
_GHOST_SHARE = 0.01
_MEAN_CLUTTER = 2.0
_STILL_MPS = 0.5
_SPEED_STEP_MPS = 0.25

# Mean radar cross-section by what the target is, dBsm.
_CROSS_SECTION_DBSM = {"cone": -12.0, "walker": -5.0, "bicycle": -1.0, "motorcycle": 2.0, "car": 8.0, "truck": 16.0}
_SCENERY_DBSM = 3.0
_GROUND_DBSM = -12.0


def requests(mount: Mount, tick_s: float, key_tick_s: float) -> tuple[SensorRequest, ...]:
    """A wide near and a narrow far CARLA radar; a quarter of the rays go to the far one.

    Raises:
        ValueError: the rate does not divide the tick rate.
    """
    del key_tick_s
    ticks = every_ticks(mount.rate_hz, tick_s)
    settings = mount.settings
    beams: tuple[tuple[Role, float, float, float], ...] = (
        ("radar_near", settings["near_fov_rad"], settings["near_range_m"], 0.75),
        ("radar_far", settings["far_fov_rad"], settings["range_m"], 0.25),
    )
    return tuple(
        SensorRequest(
            channel=mount.channel,
            role=role,
            blueprint="sensor.other.radar",
            attributes={
                "horizontal_fov": f"{math.degrees(fov_rad):g}",
                "vertical_fov": f"{math.degrees(settings['vertical_fov_rad']):g}",
                "range": f"{range_m:g}",
                "points_per_second": str(round(settings["rays"] * share / tick_s)),
                "sensor_tick": sensor_tick(ticks, tick_s),
            }
            | mount.attributes,
            every_ticks=ticks,
        )
        for role, fov_rad, range_m, share in beams
    )


def decode(
    raws: Mapping[Role, RawData],
    mount: Mount,
    *,
    world_from_ego: NDArray[np.float64],
    ego_velocity_mps: NDArray[np.float64],
    ego_angular_velocity_radps: NDArray[np.float64],
    actors: Sequence[ActorState],
    rng: np.random.Generator,
) -> RadarScan:
    """The scan that the modelled radar delivers.

    Args:
        raws: ``raw_data`` of the mount's CARLA radars by role.
        world_from_ego: (4, 4) at the time of the scan.
        ego_velocity_mps: (3,) of the ego's origin, world frame.
        ego_angular_velocity_radps: (3,) world frame.
        actors: for cross-sections and the state of motion; returns from the ego itself are dropped.
        rng: a stream of its own for this scene, channel and tick.

    Raises:
        ValueError: a buffer is not a whole number of detections.
    """
    detections = np.concatenate([np.frombuffer(raws[role], DETECTION) for role in sorted(raws)] or [np.empty(0, DETECTION)])
    world_from_radar = world_from_ego @ mount.ego_from_sensor
    # The sensor moves with the ego's origin and around it: v + w x r.
    lever_m = world_from_ego[:3, :3] @ mount.ego_from_sensor[:3, 3]
    sensor_velocity = ego_velocity_mps + np.cross(ego_angular_velocity_radps, lever_m)
    sensor_velocity = world_from_radar[:3, :3].T @ sensor_velocity

    depth, azimuth, altitude = (detections[key].astype(np.float64) for key in ("depth_m", "azimuth_rad", "altitude_rad"))
    # CARLA's azimuth grows to the right, the radar's y to the left.
    direction = np.stack([np.cos(altitude) * np.cos(azimuth), -np.cos(altitude) * np.sin(azimuth), np.sin(altitude)], axis=1)
    points = direction * depth[:, None]
    over_ground_mps = detections["velocity_mps"].astype(np.float64) + direction @ sensor_velocity

    hit_actor = _actor_of_points(apply(world_from_radar, points), actors)
    ego = next((i for i, actor in enumerate(actors) if actor.is_ego), -2)
    height_m = apply(mount.ego_from_sensor, points)[:, 2]
    ground = (hit_actor < 0) & (height_m < _GROUND_HEIGHT_M)
    usable = (hit_actor != ego) & (depth > 0.2) & (~ground | (rng.random(len(depth)) < _GROUND_SHARE))
    clusters = _cluster(points[usable], over_ground_mps[usable], hit_actor[usable], ground[usable])
    clusters = _reported(clusters, world_from_radar, actors, rng)
    return RadarScan(returns=_returns(clusters, sensor_velocity, world_from_radar, actors, rng))


def _actor_of_points(world_points: NDArray[np.float64], actors: Sequence[ActorState]) -> NDArray[np.int64]:
    """(n,) index of the actor whose box holds the point, -1 for none; a small margin takes up mirrors and wheels."""
    result = np.full(len(world_points), -1, np.int64)
    inside = points_in_boxes(
        world_points, [actor.world_from_box for actor in actors], [actor.size_lwh_m for actor in actors], margin_m=0.15
    )
    for index, rows in enumerate(inside):
        result[rows] = index
    return result


class _Clusters:
    """Columns of clusters: place (n, 3) in the radar frame, radial speed over ground, actor index, cross-section."""

    __slots__ = ("actor", "ghost", "ground", "points", "rcs", "speed")

    def __init__(
        self,
        points: NDArray[np.float64],
        speed: NDArray[np.float64],
        actor: NDArray[np.int64],
        ground: NDArray[np.bool_],
    ) -> None:
        self.points, self.speed, self.actor, self.ground = points, speed, actor, ground
        self.rcs = np.zeros(len(points))
        self.ghost = np.zeros(len(points), bool)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> _Clusters:
        result = _Clusters(self.points[rows], self.speed[rows], self.actor[rows], self.ground[rows])
        result.rcs, result.ghost = self.rcs[rows], self.ghost[rows]
        return result

    def joined(self, other: _Clusters) -> _Clusters:
        result = _Clusters(
            np.concatenate([self.points, other.points]),
            np.concatenate([self.speed, other.speed]),
            np.concatenate([self.actor, other.actor]),
            np.concatenate([self.ground, other.ground]),
        )
        result.rcs = np.concatenate([self.rcs, other.rcs])
        result.ghost = np.concatenate([self.ghost, other.ghost])
        return result


def _cluster(
    points: NDArray[np.float64], speed: NDArray[np.float64], actor: NDArray[np.int64], ground: NDArray[np.bool_]
) -> _Clusters:
    """Means of the detections that fall into one resolution cell: 0.75 m (1.8 m far), 3 degrees, 0.5 m/s, one actor."""
    if not len(points):
        return _Clusters(points, speed, actor, ground)
    range_m = np.linalg.norm(points, axis=1)
    cells = np.stack(
        [
            np.floor(range_m / np.where(range_m > 70.0, 1.8, 0.75)),
            np.floor(np.degrees(np.arctan2(points[:, 1], points[:, 0])) / 3.0),
            np.floor(speed / 0.5),
            actor,
        ],
        axis=1,
    ).astype(np.int64)
    _, first, inverse_rows, counts = np.unique(cells, axis=0, return_index=True, return_inverse=True, return_counts=True)
    cell = inverse_rows.reshape(-1)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(cell, values, len(counts)) / counts

    centres = np.stack([mean(points[:, axis]) for axis in range(3)], axis=1)
    return _Clusters(centres, mean(speed), actor[first], ground[first])


def _reported(
    clusters: _Clusters, world_from_radar: NDArray[np.float64], actors: Sequence[ActorState], rng: np.random.Generator
) -> _Clusters:
    """Gives cross-sections, drops what the device would not report, adds ghosts and clutter, keeps the strongest 125."""
    n = len(clusters.points)
    radar_world = world_from_radar[:3, 3]
    mean_rcs = np.array([_cross_section_dbsm(actor, radar_world) for actor in actors] or [0.0])
    rcs = np.where(clusters.actor >= 0, mean_rcs[clusters.actor], np.where(clusters.ground, _GROUND_DBSM, _SCENERY_DBSM))
    clusters.rcs = rcs + rng.normal(0.0, 3.0, n)
    margin_db = clusters.rcs - 40.0 * np.log10(np.maximum(np.linalg.norm(clusters.points, axis=1), 1.0)) + _SYSTEM_DB
    kept = clusters.take(rng.random(n) < _REPORTED_SHARE / (1.0 + np.exp(-margin_db / _SOFTNESS_DB)))

    # Twice there and back between target and ego: double range, double speed.
    ghosts = kept.take((rng.random(len(kept.points)) < _GHOST_SHARE) & (kept.actor >= 0))
    ghosts.points, ghosts.speed, ghosts.rcs = ghosts.points * 2.0, ghosts.speed * 2.0, ghosts.rcs - 12.0
    ghosts.actor[:], ghosts.ghost[:] = -1, True
    count = int(rng.poisson(_MEAN_CLUTTER))
    range_m, azimuth = rng.uniform(2.0, 60.0, count), rng.uniform(-1.0, 1.0, count)
    places = np.stack([range_m * np.cos(azimuth), range_m * np.sin(azimuth), np.zeros(count)], axis=1)
    clutter = _Clusters(places, np.zeros(count), np.full(count, -1), np.ones(count, bool))
    clutter.rcs, clutter.ghost = rng.normal(-10.0, 4.0, count), np.ones(count, bool)
    every = kept.joined(ghosts).joined(clutter)

    strength = every.rcs - 40.0 * np.log10(np.maximum(np.linalg.norm(every.points, axis=1), 1.0))
    strongest = np.argsort(-strength, kind="stable")[:MOST_RETURNS]
    every = every.take(strongest)
    return every.take(np.argsort(np.linalg.norm(every.points, axis=1), kind="stable"))


def _cross_section_dbsm(actor: ActorState, radar_world: NDArray[np.float64]) -> float:
    """Mean cross-section by kind; vehicles reflect best when seen along or across their axis."""
    if actor.type_id.startswith("walker.") or "animal" in actor.type_id:
        return _CROSS_SECTION_DBSM["walker"]
    if actor.type_id.startswith("static.prop") or actor.tag in (20, 21):
        # Grows with the silhouette: a cone of 0.1 m2 has -12 dBsm, a container of 2 m2 about 1.
        area_m2 = max(float(np.max(actor.size_lwh_m[:2]) * actor.size_lwh_m[2]) * 0.5, 0.005)
        return float(np.clip(-2.0 + 10.0 * math.log10(area_m2), -20.0, 10.0))
    kind = actor.base_type if actor.base_type in ("bicycle", "motorcycle") else "car"
    if actor.size_lwh_m[2] > 2.4:
        kind = "truck"
    seen = inverse(actor.world_from_box)[:3, :3] @ (radar_world - actor.world_from_box[:3, 3])
    angle = math.atan2(float(seen[1]), float(seen[0]))
    return _CROSS_SECTION_DBSM[kind] + (3.0 * math.cos(4.0 * angle) if kind in ("car", "truck") else 0.0)


def _returns(
    clusters: _Clusters,
    sensor_velocity: NDArray[np.float64],
    world_from_radar: NDArray[np.float64],
    actors: Sequence[ActorState],
    rng: np.random.Generator,
) -> NDArray[np.void]:
    """Rows as nuScenes stores them, nearest first; measured values with the device's noise and steps."""
    n = len(clusters.points)
    rows = np.zeros(n, RETURN)
    flat_m = np.linalg.norm(clusters.points[:, :2], axis=1)
    measured_m = np.maximum(flat_m + rng.normal(0.0, 1.0, n) * (0.1 + 0.3 * np.clip(flat_m / 250.0, 0.0, 1.0)), 0.2)
    azimuth = np.arctan2(clusters.points[:, 1], clusters.points[:, 0])
    # The array resolves best at boresight; its error grows towards the edges of the field.
    azimuth_m = azimuth + rng.normal(0.0, 1.0, n) * np.radians(0.1 + 0.9 * np.clip(np.abs(azimuth) / 1.05, 0.0, 1.0))
    unit = np.stack([np.cos(azimuth_m), np.sin(azimuth_m)], axis=1)
    rows["x"], rows["y"] = measured_m * unit[:, 0], measured_m * unit[:, 1]
    over_ground = clusters.speed + rng.normal(0.0, 0.1, n)
    relative = over_ground - unit @ sensor_velocity[:2]
    for axis, name in enumerate(("vx", "vy")):
        rows[name] = _stepped(relative * unit[:, axis], _SPEED_STEP_MPS)
        rows[f"{name}_comp"] = _stepped(over_ground * unit[:, axis], _SPEED_STEP_MPS)
    rows["rcs"] = np.clip(_stepped(clusters.rcs, 0.5), -64.0, 64.0)
    rows["id"] = np.arange(n)
    rows["dyn_prop"] = _dynamic_property(clusters, world_from_radar, actors)
    rows["is_quality_valid"] = 1
    rows["ambig_state"] = np.where(rng.random(n) < 0.02, rng.choice([1, 2, 4], n), 3)
    # Indices into the device's table of standard deviations.
    rows["x_rms"], rows["y_rms"] = 19, np.where(flat_m > 70.0, 20, 19)
    rows["vx_rms"], rows["vy_rms"] = 16, 3
    rows["invalid_state"] = np.where(rng.random(n) < 0.02, rng.choice([4, 11, 16], n), 0)
    rows["pdh0"] = np.where(clusters.ghost, rng.integers(3, 7, n), 1)
    return rows


def _stepped(values: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    # Adding zero turns -0.0 into 0.0, which would print differently.
    return np.round(values / step) * step + 0.0


def _dynamic_property(
    clusters: _Clusters, world_from_radar: NDArray[np.float64], actors: Sequence[ActorState]
) -> NDArray[np.int8]:
    """0 moving away, 1 stationary, 2 oncoming, 6 crossing, from the target's true speed over ground."""
    velocities = np.array([actor.velocity_mps for actor in actors] or np.zeros((1, 3))) @ world_from_radar[:3, :3]
    unit = clusters.points[:, :2] / np.maximum(np.linalg.norm(clusters.points[:, :2], axis=1, keepdims=True), 1e-9)
    true = np.where(clusters.actor[:, None] >= 0, velocities[clusters.actor, :2], clusters.speed[:, None] * unit)
    speed, radial = np.linalg.norm(true, axis=1), np.sum(true * unit, axis=1)
    moving = np.where(np.abs(radial) < 0.5 * speed, 6, np.where(radial > 0.0, 0, 2))
    return np.where(speed < _STILL_MPS, 1, moving).astype(np.int8)
