"""Lidars: ``ray_cast`` and ``ray_cast_semantic``."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor
from carlite.rays.results import Hits
from carlite.sensors.base import Sensor, View
from carlite.sensors.lidar_kernel import packet_order, scan_directions, select_returns, write_points, write_semantic_points
from carlite.wire.binary import SensorKind

_log = logging.getLogger(__name__)
_NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The rays of one tick: n rays that were really cast.

    Attributes:
        angle_rad: where the sweep stands after the tick.
        channel: (n,) int32.
        local: (n, 3) float32 unit directions in the sensor's frame; world: the same in the world's.
        hits: what they met.
    """

    angle_rad: float
    channel: NDArray[np.int32]
    local: NDArray[np.float32]
    world: NDArray[np.float32]
    hits: Hits


class _Sweep(Sensor):
    """What both lidars share: a sweep that turns with time, all channels at once.

    Rays go out as CARLA's RayCastSemanticLidar sends them: with channel elevations from upper_fov down to lower_fov, and
    azimuths from the sweep's angle on, centred on the forward axis. A scan covers the tick in which the sensor fires, whatever
    its ``sensor_tick``, and the sweep stands still while nobody listens.
    """

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self.channels = max(int(self.number("channels", 32)), 1)
        self.range_m = self.number("range", 10.0)
        self._points_per_s = self.number("points_per_second", 56000.0)
        self._hertz = self.number("rotation_frequency", 10.0)
        self._fov_deg = min(max(self.number("horizontal_fov", 360.0), 1e-3), 360.0)
        upper, lower = self.number("upper_fov", 10.0), self.number("lower_fov", -30.0)
        elevation = np.linspace(upper, lower, self.channels) if self.channels > 1 else np.array([upper])
        self._elevation = np.radians(elevation).astype(np.float32)
        self._angle_deg = 0.0
        self._steps = -1
        self._order: tuple[NDArray[np.int32], NDArray[np.int32]] = packet_order(0, 0)

    def _scan(self, view: View, keep: NDArray[np.float32] = _NOTHING, drop_rate: float = 0.0) -> Scan | None:
        """Casts the rays of a tick, those with ``keep`` below ``drop_rate`` left out; None for no rays at all."""
        steps, (channel, step) = self._steps, self._order
        if steps <= 0:
            return None
        sweep_deg = self._hertz * self._fov_deg * view.dt_s
        turned = np.fmod(self._angle_deg + sweep_deg / steps * np.arange(steps), self._fov_deg)
        azimuth = np.radians(turned - self._fov_deg / 2.0).astype(np.float32)
        self._angle_deg = math.fmod(self._angle_deg + sweep_deg, self._fov_deg)
        pose = view.world_from(self.actor)
        rays = len(channel)
        sent, local, world = np.empty(rays, np.int32), np.empty((rays, 3), np.float32), np.empty((rays, 3), np.float32)
        count = scan_directions(
            channel, step, keep, drop_rate, self._elevation, azimuth, pose[:, :3].astype(np.float32), sent, local, world
        )
        sent, local, world = sent[:count], local[:count], world[:count]
        hits = view.scene.cast(pose[:, 3], world, self.range_m, ignore=(self.actor.id,))
        return Scan(angle_rad=math.radians(self._angle_deg), channel=sent, local=local, world=world, hits=hits)

    def _begin(self, dt_s: float) -> None:
        """Arranges the rays for a tick of ``dt_s``."""
        points = np.float32(self._points_per_s) * np.float32(dt_s) / np.float32(self.channels)
        steps = math.floor(float(points) + 0.5)
        if steps != self._steps:
            if steps <= 0:
                _log.warning(
                    "%s %d: %s points per second give no ray in a tick of %s s; raise points_per_second",
                    self.actor.type_id, self.actor.id, self._points_per_s, dt_s,
                )  # fmt: skip
            self._steps, self._order = steps, packet_order(self.channels, max(steps, 0))

    def _header(self, angle_rad: float, counts: NDArray[np.uint32]) -> bytes:
        return np.float32(angle_rad).tobytes() + np.uint32(self.channels).tobytes() + counts.astype("<u4").tobytes()


class Lidar(_Sweep):
    """``sensor.lidar.ray_cast``."""

    kind = SensorKind.LIDAR

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._rng = self.rng()
        self._attenuation = self.number("atmosphere_attenuation_rate", 0.004)
        self._general_drop = self.number("dropoff_general_rate", 0.45)
        self._limit = self.number("dropoff_intensity_limit", 0.8)
        self._zero_drop = self.number("dropoff_zero_intensity", 0.4)
        self._sigma_m = self.number("noise_stddev", 0.0)

    def measure(self, view: View) -> list[bytes]:
        """Angle, channels, points per channel, then x, y, z, intensity of each point in the sensor's frame."""
        self._begin(view.dt_s)
        dropped = self._general_drop > 0.0
        keep = self._rng.random(len(self._order[0]), np.float32) if dropped else _NOTHING
        scan = self._scan(view, keep, self._general_drop)
        counts = np.zeros(self.channels, np.uint32)
        if scan is None:
            return [self._header(math.radians(self._angle_deg), counts)]
        distance = scan.hits.distance_m
        intensity = np.empty(len(distance), np.float32)
        kept = select_returns(
            scan.channel, distance, self._chances(distance), self._attenuation, self._limit, self._zero_drop, intensity, counts
        )
        noise = self._rng.standard_normal(kept, np.float32) * np.float32(self._sigma_m) if self._sigma_m > 0.0 else _NOTHING
        points = np.empty((kept, 4), np.float32)
        write_points(scan.channel, scan.local, distance, intensity, noise, counts, points)
        return [self._header(scan.angle_rad, counts) + points.tobytes()]

    def _chances(self, distance_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """A random number for each return that may be too weak; none where no return can be."""
        if self._zero_drop <= 0.0 or self._limit <= 0.0:
            return _NOTHING
        if self._attenuation <= 0.0:
            weak = len(distance_m) if self._limit >= 1.0 else 0
        else:  # a little nearer than the limit's distance, so that rounding never leaves too few
            weak = int(np.count_nonzero(distance_m >= 0.999 * -math.log(min(self._limit, 1.0)) / self._attenuation))
        return self._rng.random(weak + 1, np.float32)


class SemanticLidar(_Sweep):
    """``sensor.lidar.ray_cast_semantic``: no intensity, noise or drop-off, but what each ray met."""

    kind = SensorKind.SEMANTIC_LIDAR

    def measure(self, view: View) -> list[bytes]:
        """Angle, channels, points per channel, then x, y, z, cosine of incidence, actor id, tag of each point."""
        self._begin(view.dt_s)
        scan = self._scan(view)
        counts = np.zeros(self.channels, np.uint32)
        if scan is None:
            return [self._header(math.radians(self._angle_deg), counts)]
        hits = scan.hits
        points = np.empty((len(scan.channel), 6), np.float32)
        total = write_semantic_points(
            scan.channel, scan.local, scan.world, hits.distance_m, hits.normal, hits.actor_id, hits.tag, counts, points
        )
        return [self._header(scan.angle_rad, counts) + points[:total].tobytes()]
