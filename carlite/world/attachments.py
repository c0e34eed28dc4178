"""Attached actors follow their parents."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from carlite import geometry
from carlite.world.actors import Actor
from carlite.world.state import ActorStates


class Attachments:
    """Poses of all attached actors, level by level (a parent may itself be attached), each level in one array operation."""

    def __init__(self, states: ActorStates) -> None:
        self._states = states
        self._levels: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def rebuild(self, actors: Iterable[Actor]) -> None:
        """Reads who is attached to whom; call it after any change of that."""
        by_depth: dict[int, list[Actor]] = {}
        for actor in actors:
            if actor.parent is not None and actor.parent_from_actor is not None:
                by_depth.setdefault(_depth(actor), []).append(actor)
        self._levels = [
            (
                np.array([actor.row for actor in level], np.intp),
                np.array([actor.parent.row for actor in level if actor.parent is not None], np.intp),
                np.stack([actor.parent_from_actor for actor in level if actor.parent_from_actor is not None]),
            )
            for _, level in sorted(by_depth.items())
        ]

    def follow(self) -> None:
        """Writes pose, velocity, angular velocity and acceleration of every attached actor.

        The velocity is that of the attachment point on the parent's rigid body: v + w x r.
        """
        states = self._states
        for rows, parents, parent_from_actor in self._levels:
            world_from_parent = geometry.world_from_local(states.location[parents], states.rotation_deg[parents])
            world_from_actor = geometry.compose(world_from_parent, parent_from_actor)
            location = world_from_actor[:, :, 3]
            states.location[rows] = location
            states.rotation_deg[rows] = geometry.rotations_deg(world_from_actor[:, :, :3])
            spin_dps = states.angular_velocity_dps[parents]
            lever = location - states.location[parents]
            states.velocity[rows] = states.velocity[parents] + np.cross(np.radians(spin_dps), lever)
            states.angular_velocity_dps[rows] = spin_dps
            states.acceleration[rows] = states.acceleration[parents]


def _depth(actor: Actor) -> int:
    depth = 0
    while actor.parent is not None:
        actor, depth = actor.parent, depth + 1
    return depth
