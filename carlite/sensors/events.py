"""Sensors that report events: collisions and obstacles ahead."""

from __future__ import annotations

import math

import msgpack
import numpy as np

from carlite.sensors.base import Sensor, View
from carlite.wire.binary import SensorKind
from carlite.world.actors import Actor

_RINGS = ((0.0, 1), (0.5, 6), (1.0, 12))  # radius in hit radii, rays on it


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
        owner = self.actor.parent or self.actor
        origins = self._offsets @ pose[:, :3].T + pose[:, 3]
        directions = np.tile(pose[:, 0], (len(origins), 1))
        longest = self._reach_m + float(self._lead.max())
        hits = view.scene.cast(origins, directions, longest, ignore=(owner.id, self.actor.id))
        way = np.maximum(hits.distance_m.astype(np.float64) - self._lead, 0.0)
        way[~(way <= self._reach_m)] = np.inf
        if self._only_dynamics:
            way[hits.row < 0] = np.inf
        nearest = int(np.argmin(way))
        if not math.isfinite(way[nearest]):
            return []
        other = view.actors.get(int(hits.actor_id[nearest]))
        value = view.encode_actor(other) if other is not None else view.encode_scenery(int(hits.tag[nearest]))
        packed: bytes = msgpack.packb([view.encode_actor(self.actor), value, float(way[nearest])])
        return [packed]
