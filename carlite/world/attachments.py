"""Attached actors follow their parents."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from carlite import geometry
from carlite.actors import Actor, ActorStates
from carlite.world.spring_arm import SpringArm


class Attachments:
    """Poses of all attached actors, level by level (a parent may itself be attached), each level in one array operation.

    Attributes:
        arms: what hangs on a spring arm, by id; such an actor's ``parent_from_actor`` is relative to the arm's end.
    """

    def __init__(self, states: ActorStates) -> None:
        self._states = states
        self.arms: dict[int, SpringArm] = {}
        self._sprung: list[list[tuple[int, int, np.ndarray, SpringArm]]] = []
        self._levels: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def rebuild(self, actors: Iterable[Actor]) -> None:
        """Reads who is attached to whom; call it after any change of that."""
        by_depth: dict[int, list[Actor]] = {}
        for actor in actors:
            if actor.parent is not None and actor.parent_from_actor is not None:
                by_depth.setdefault(_depth(actor), []).append(actor)
        levels = [level for _, level in sorted(by_depth.items())]
        self._sprung = [
            [
                (actor.row, actor.parent.row, actor.parent_from_actor, self.arms[actor.id])
                for actor in level
                if actor.id in self.arms and actor.parent is not None and actor.parent_from_actor is not None
            ]
            for level in levels
        ]
        self._levels = [
            (
                np.array([actor.row for actor in level], np.intp),
                np.array([actor.parent.row for actor in level if actor.parent is not None], np.intp),
                np.stack([actor.parent_from_actor for actor in level if actor.parent_from_actor is not None]),
            )
            for level in levels
        ]

    def follow(self, passed_s: float = 0.0) -> None:
        """Writes pose, velocity, angular velocity and acceleration of every attached actor.

        The velocity is that of the attachment point on the parent's rigid body: v + w x r.

        Args:
            passed_s: since the last call; spring arms turn during it.
        """
        states = self._states
        for (rows, parents, parent_from_actor), sprung in zip(self._levels, self._sprung, strict=True):
            world_from_parent = geometry.world_from_local(states.location[parents], states.rotation_deg[parents])
            world_from_actor = geometry.compose(world_from_parent, parent_from_actor)
            for row, parent, end_from_actor, arm in sprung:
                end = arm.end(geometry.world_from_local(states.location[parent], states.rotation_deg[parent]), passed_s)
                world_from_actor[rows == row] = geometry.compose(end, end_from_actor)
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
