"""Sensors that report events: collisions and obstacles ahead."""

from __future__ import annotations

import math

import msgpack
import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor
from carlite.sensors.base import Sensor, View
from carlite.wire.binary import SensorKind

_RINGS = ((0.0, 1), (0.25, 6), (0.5, 12), (0.75, 18), (1.0, 24))  # radius in hit radii, rays on it
_PAST_A_HIT_M = 1e-3
_MOST_HITS = 64


class Collision(Sensor):
    """One event for each touch of its parent in a tick."""

    kind = SensorKind.COLLISION

    def measure(self, view: View) -> list[bytes]:
        """``[self actor, other actor, [impulse x, y, z]]`` in N s, world frame."""
        parent = self.actor.parent
        if parent is None:
            return []
        payloads: list[bytes] = []
        for contact in view.contacts:
            if contact.actor_id != parent.id:
                continue
            other = view.actors.get(contact.other_id)
            value = view.encode_actor(other) if other is not None else view.encode_scenery(contact.other_tag)
            payloads.append(msgpack.packb([view.encode_actor(parent), value, list(contact.impulse_ns)]))
        return payloads


class Obstacle(Sensor):
    """Sweeps a sphere forward and reports the first thing that it meets.

    The sphere is a bundle of parallel rays: along a ray at distance rho from the axis the sphere of radius r touches what the
    ray hits at d after the way d - sqrt(r^2 - rho^2).
    """

    kind = SensorKind.OBSTACLE

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._reach_m = self.number("distance", 5.0)
        self._only_dynamics = self.flag("only_dynamics", False)
        radius = max(self.number("hit_radius", 0.5), 0.0)
        offsets, lead = [], []
        for ring, count in _RINGS:
            for k in range(count):
                angle = 2.0 * math.pi * k / count
                offsets.append((0.0, ring * radius * math.cos(angle), ring * radius * math.sin(angle)))
                lead.append(radius * math.sqrt(1.0 - ring * ring))
        self._offsets, self._lead = np.array(offsets), np.array(lead)

    def measure(self, view: View) -> list[bytes]:
        """``[sensor, other actor, distance]`` in metres, or nothing; the sensor itself is told, as CARLA does."""
        pose = view.world_from(self.actor)
        starts = self._offsets @ pose[:, :3].T + pose[:, 3]
        distance_m, actor_id, tag = self._hits(view, starts, pose[:, 0], (self.actor.parent or self.actor).id)
        way = np.maximum(distance_m - self._lead, 0.0)
        nearest = int(np.argmin(way))
        if not way[nearest] <= self._reach_m:
            return []
        other = view.actors.get(int(actor_id[nearest]))
        value = view.encode_actor(other) if other is not None else view.encode_scenery(int(tag[nearest]))
        packed: bytes = msgpack.packb([view.encode_actor(self.actor), value, float(way[nearest])])
        return [packed]

    def _hits(
        self, view: View, starts: NDArray[np.float64], ahead: NDArray[np.float64], owner_id: int
    ) -> tuple[NDArray[np.float64], NDArray[np.uint32], NDArray[np.uint8]]:
        """Distance, actor id and tag of what each ray meets; ``only_dynamics`` lets rays pass through all that never moves."""
        longest = self._reach_m + float(self._lead.max())
        ahead, ignore = np.tile(ahead, (len(starts), 1)), (owner_id, self.actor.id)
        hits = view.scene.cast(starts, ahead, longest, ignore=ignore)
        distance_m, actor_id, tag = hits.distance_m.astype(np.float64), hits.actor_id, hits.tag
        standing = np.flatnonzero((hits.row < 0) & np.isfinite(distance_m)) if self._only_dynamics else np.zeros(0, np.intp)
        for _ in range(_MOST_HITS):
            if not len(standing):
                break
            distance_m[standing] += _PAST_A_HIT_M
            beyond = view.scene.cast(
                starts[standing] + ahead[standing] * distance_m[standing, None], ahead[standing], longest, ignore=ignore
            )
            distance_m[standing] += beyond.distance_m
            actor_id[standing], tag[standing] = beyond.actor_id, beyond.tag
            standing = standing[(beyond.row < 0) & (distance_m[standing] <= longest)]
        distance_m[standing] = np.inf
        return distance_m, actor_id, tag
