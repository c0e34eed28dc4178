"""Radar."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor
from carlite.sensors.base import Sensor, View
from carlite.wire.binary import SensorKind


class Radar(Sensor):
    """``sensor.other.radar``: random rays within an elliptical cone, denser in its middle, as CARLA draws them.

    The speed of a detection is that of the actor that was hit (not of the point on it) against the radar's own, along the ray:
    negative when approaching. The radar's own is its way since its last measurement over the length of the tick, so that a
    ``sensor_tick`` of n ticks makes it n times too fast, as in CARLA.
    """

    kind = SensorKind.RADAR

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._rng = self.rng()
        self._range_m = self.number("range", 100.0)
        self._points_per_s = self.number("points_per_second", 1500.0)
        self._width = math.tan(math.radians(self.number("horizontal_fov", 30.0)) / 2.0)
        self._height = math.tan(math.radians(self.number("vertical_fov", 30.0)) / 2.0)
        self._stood: NDArray[np.float64] | None = None

    def measure(self, view: View) -> list[bytes]:
        """Detections of 16 bytes: speed m/s, azimuth rad (right), altitude rad (up), depth m."""
        count = int(np.float32(self._points_per_s) * np.float32(view.dt_s))
        own = self._own_velocity(view)
        if count <= 0:
            return [b""]
        radius, angle = self._rng.random(count), self._rng.random(count) * 2.0 * math.pi
        flat = np.stack(
            [np.ones(count), self._width * radius * np.cos(angle), self._height * radius * np.sin(angle)], -1
        )  # the rays end in the plane at full range
        local = flat / np.linalg.norm(flat, axis=1)[:, None]
        pose = view.world_from(self.actor)
        world = local @ pose[:, :3].T
        longest = self._range_m * math.sqrt(1.0 + max(self._width, self._height) ** 2)
        hits = view.scene.cast(pose[:, 3], world, longest, ignore=(self.actor.id,), coherent=False)
        distance = hits.distance_m.astype(np.float64)
        seen = np.flatnonzero(distance * local[:, 0] <= self._range_m)
        rows = hits.row[seen]
        closing = np.where((rows >= 0)[:, None], view.states.velocity[rows], 0.0) - own
        detections = np.empty((len(seen), 4), np.float32)
        detections[:, 0] = np.einsum("ij,ij->i", closing, world[seen])
        detections[:, 1] = np.arctan2(local[seen, 1], local[seen, 0])
        detections[:, 2] = np.arcsin(local[seen, 2])
        detections[:, 3] = distance[seen]
        return [detections.tobytes()]

    def _own_velocity(self, view: View) -> NDArray[np.float64]:
        """(3,) m/s in the world; zero in the first measurement."""
        here = view.states.location[self.actor.row].copy()
        before, self._stood = here if self._stood is None else self._stood, here
        velocity: NDArray[np.float64] = (here - before) / view.dt_s if view.dt_s > 0.0 else np.zeros(3)
        return velocity
