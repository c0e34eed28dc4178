"""From ray detections to the rows that a Continental ARS 408-21 reports, as nuScenes stores them.

Detections of one resolution cell are one cluster. A cluster has the cross-section of what it lies on, is reported with the
probability that the radar equation gives, and is measured with the device's noise and steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.rig.radar_cross_section import GROUND_DBSM, SCENERY_DBSM, cross_section, deviation_db
from rarebit.snapshot import RETURN, ActorState

MOST_RETURNS = 125
# Radar equation in decibels: a target of 10 dBsm is reported every second time at 150 m.
_SYSTEM_DB = 40.0 * math.log10(150.0) - 10.0
_SOFTNESS_DB = 4.0
# What of the clusters above the noise survives the device's own selection.
_REPORTED_SHARE = 0.3
_GHOST_SHARE = 0.01
_GHOST_LOSS_DB = 12.0
_MEAN_CLUTTER = 2.0
_STILL_MPS = 0.25
_SPEED_STEP_MPS, _SPEED_NOISE_MPS = 0.25, 0.1
_RCS_STEP_DB = 0.5

# Codes of the device (tables of nuScenes' RadarPointCloud): what the devkit's default filter keeps, and false returns.
_VALID, _UNAMBIGUOUS = 0, 3
_MIRROR, _LOW_RCS, _NEAR_ARTEFACT = 6, 1, 2
_ODD_STATE_SHARE = 0.02
_ODD_VALID_STATES, _ODD_AMBIGUITIES = (4, 11, 16), (1, 2, 4)


@dataclass(slots=True)
class Clusters:
    """Columns of clusters.

    Attributes:
        points: (n, 3) places in the radar's frame.
        speed: (n,) over ground along the ray, m/s, away is positive.
        actor: (n,) index of the actor, -1 for scenery.
        ground: (n,) whether it is the road.
        rcs: (n,) dBsm.
        invalid: (n,) the device's ``invalid_state``: 0 for what is there, a code for what is not.
    """

    points: NDArray[np.float64]
    speed: NDArray[np.float64]
    actor: NDArray[np.int64]
    ground: NDArray[np.bool_]
    rcs: NDArray[np.float64]
    invalid: NDArray[np.int64]

    @classmethod
    def of(
        cls, points: NDArray[np.float64], speed: NDArray[np.float64], actor: NDArray[np.int64], ground: NDArray[np.bool_]
    ) -> Clusters:
        """Means of the detections that fall into one resolution cell: 0.75 m (1.8 m far), 3 degrees, 0.5 m/s, one actor."""
        n = len(points)
        if not n:
            return cls(points, speed, actor, ground, np.zeros(0), np.zeros(0, np.int64))
        range_m = np.linalg.norm(points, axis=1)
        cells = np.stack(
            [
                np.floor(range_m / np.where(range_m > 70.0, 1.8, 0.75)),
                np.floor(np.degrees(np.arctan2(points[:, 1], points[:, 0])) / 3.0),
                np.floor(speed / 0.5 + 0.5),  # what stands still is one cell, whatever its noise
                actor,
            ],
            axis=1,
        ).astype(np.int64)
        _, first, inverse_rows, counts = np.unique(cells, axis=0, return_index=True, return_inverse=True, return_counts=True)
        cell = inverse_rows.reshape(-1)

        def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(cell, values, len(counts)) / counts

        centres = np.stack([mean(points[:, axis]) for axis in range(3)], axis=1)
        m = len(counts)
        return cls(centres, mean(speed), actor[first], ground[first], np.zeros(m), np.zeros(m, np.int64))

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Clusters:
        """Some of them."""
        return Clusters(
            self.points[rows], self.speed[rows], self.actor[rows], self.ground[rows], self.rcs[rows], self.invalid[rows]
        )

    def joined(self, other: Clusters) -> Clusters:
        """These and ``other``."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in Clusters.__slots__)
        return Clusters(*(np.concatenate(pair) for pair in pairs))


def reported(
    clusters: Clusters, world_from_radar: NDArray[np.float64], actors: Sequence[ActorState], rng: np.random.Generator
) -> Clusters:
    """Gives cross-sections, drops what the device would not report, adds ghosts and clutter; the strongest 125, near first."""
    n = len(clusters.points)
    radar_world = world_from_radar[:3, 3]
    mean = np.array([cross_section(actor, radar_world) for actor in actors] or [0.0])
    spread = np.array([deviation_db(actor) for actor in actors] or [0.0])
    scenery = np.where(clusters.ground, GROUND_DBSM, SCENERY_DBSM)
    deviation = np.where(clusters.actor >= 0, spread[clusters.actor], 3.0)
    # Log-normal with a linear mean of one, so that the mean in decibels lies lower (3GPP TR 38.901, 7.9.2).
    wobble = rng.normal(0.0, 1.0, n) * deviation - math.log(10.0) / 20.0 * deviation**2
    clusters.rcs = np.where(clusters.actor >= 0, mean[clusters.actor], scenery) + wobble
    margin_db = clusters.rcs - _spreading_db(clusters.points) + _SYSTEM_DB
    kept = clusters.take(rng.random(n) < _REPORTED_SHARE / (1.0 + np.exp(-margin_db / _SOFTNESS_DB)))

    # Twice there and back between target and ego: double range, double speed.
    ghosts = kept.take((rng.random(len(kept.points)) < _GHOST_SHARE) & (kept.actor >= 0))
    ghosts.points, ghosts.speed, ghosts.rcs = ghosts.points * 2.0, ghosts.speed * 2.0, ghosts.rcs - _GHOST_LOSS_DB
    ghosts.actor[:], ghosts.invalid[:] = -1, _MIRROR
    every = kept.joined(ghosts).joined(_clutter(rng))
    strongest = np.argsort(-(every.rcs - _spreading_db(every.points)), kind="stable")[:MOST_RETURNS]
    every = every.take(strongest)
    return every.take(np.argsort(np.linalg.norm(every.points, axis=1), kind="stable"))


def _clutter(rng: np.random.Generator) -> Clusters:
    """Returns from nothing, which the device marks as artefacts."""
    count = int(rng.poisson(_MEAN_CLUTTER))
    range_m, azimuth = rng.uniform(2.0, 60.0, count), rng.uniform(-1.0, 1.0, count)
    places = np.stack([range_m * np.cos(azimuth), range_m * np.sin(azimuth), np.zeros(count)], axis=1)
    return Clusters(
        points=places,
        speed=np.zeros(count),
        actor=np.full(count, -1, np.int64),
        ground=np.ones(count, bool),
        rcs=rng.normal(-10.0, 4.0, count),
        invalid=np.where(range_m < 10.0, _NEAR_ARTEFACT, _LOW_RCS),
    )


def _spreading_db(points: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 40.0 * np.log10(np.maximum(np.linalg.norm(points, axis=1), 1.0))
    return result


def returns_of(
    clusters: Clusters,
    sensor_velocity: NDArray[np.float64],
    world_from_radar: NDArray[np.float64],
    actors: Sequence[ActorState],
    rng: np.random.Generator,
) -> NDArray[np.void]:
    """Rows as nuScenes stores them, in the order of ``clusters``; measured values with the device's noise and steps.

    Args:
        clusters: to report.
        sensor_velocity: (3,) of the radar over ground, in its own frame.
        world_from_radar: (4, 4).
        actors: that clusters lie on.
        rng: of this scan.
    """
    n = len(clusters.points)
    rows = np.zeros(n, RETURN)
    flat_m = np.linalg.norm(clusters.points[:, :2], axis=1)
    measured_m = np.maximum(flat_m + rng.normal(0.0, 1.0, n) * (0.1 + 0.3 * np.clip(flat_m / 250.0, 0.0, 1.0)), 0.2)
    azimuth = np.arctan2(clusters.points[:, 1], clusters.points[:, 0])
    # The array resolves best at boresight; its error grows towards the edges of the field.
    azimuth_m = azimuth + rng.normal(0.0, 1.0, n) * np.radians(0.1 + 0.9 * np.clip(np.abs(azimuth) / 1.05, 0.0, 1.0))
    unit = np.stack([np.cos(azimuth_m), np.sin(azimuth_m)], axis=1)
    rows["x"], rows["y"] = measured_m * unit[:, 0], measured_m * unit[:, 1]
    over_ground = clusters.speed + _SPEED_NOISE_MPS * np.clip(rng.normal(0.0, 1.0, n), -3.0, 3.0)
    # The ego's own part is known to the device along the true direction; it is taken out before the azimuth is measured.
    true_unit = np.stack([np.cos(azimuth), np.sin(azimuth)], axis=1)
    relative = over_ground - true_unit @ sensor_velocity[:2]
    for axis, name in enumerate(("vx", "vy")):
        rows[name] = _stepped(relative * unit[:, axis], _SPEED_STEP_MPS)
        rows[f"{name}_comp"] = _stepped(over_ground * unit[:, axis], _SPEED_STEP_MPS)
    rows["rcs"] = np.clip(_stepped(clusters.rcs, _RCS_STEP_DB), -64.0, 63.5)
    rows["id"] = np.arange(n)
    rows["dyn_prop"] = _dynamic_property(clusters, world_from_radar, actors)
    rows["is_quality_valid"] = 1
    rows["ambig_state"] = np.where(rng.random(n) < _ODD_STATE_SHARE, rng.choice(_ODD_AMBIGUITIES, n), _UNAMBIGUOUS)
    # Indices into the device's table of standard deviations.
    rows["x_rms"], rows["y_rms"] = 19, np.where(flat_m > 70.0, 20, 19)
    rows["vx_rms"], rows["vy_rms"] = 16, 3
    odd = np.where(rng.random(n) < _ODD_STATE_SHARE, rng.choice(_ODD_VALID_STATES, n), _VALID)
    rows["invalid_state"] = np.where(clusters.invalid > 0, clusters.invalid, odd)
    rows["pdh0"] = np.where(clusters.invalid > 0, rng.integers(3, 7, n), 1)
    return rows


def _stepped(values: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    # Adding zero turns -0.0 into 0.0, which would print differently.
    return np.round(values / step) * step + 0.0


def _dynamic_property(
    clusters: Clusters, world_from_radar: NDArray[np.float64], actors: Sequence[ActorState]
) -> NDArray[np.int8]:
    """0 moving away, 1 stationary, 2 oncoming, 6 crossing, from the target's true speed over ground."""
    velocities = np.array([actor.velocity_mps for actor in actors] or np.zeros((1, 3))) @ world_from_radar[:3, :3]
    unit = clusters.points[:, :2] / np.maximum(np.linalg.norm(clusters.points[:, :2], axis=1, keepdims=True), 1e-9)
    true = np.where(clusters.actor[:, None] >= 0, velocities[clusters.actor, :2], clusters.speed[:, None] * unit)
    speed, radial = np.linalg.norm(true, axis=1), np.sum(true * unit, axis=1)
    moving = np.where(np.abs(radial) < 0.5 * speed, 6, np.where(radial > 0.0, 0, 2))
    return np.where(speed < _STILL_MPS, 1, moving).astype(np.int8)
