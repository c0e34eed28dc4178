"""Actors that the world loses: walkers who die of blows and are gone some seconds later, and what fell out of the world."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from carlite.actors import Actor, ActorStates, Kind
from carlite.physics import Contact, Physics
from carlite.world.registry import ActorRegistry

_LIES_S = 10.0  # CARLA's AfterLifeSpan
_DEADLY_NS = 150.0  # changes the speed of an adult by 2 m/s
_BOTTOM_M = -10485.75  # Unreal's KillZ of a world that sets none


class Losses:
    """Who is dead, and who has to go.

    Args:
        actors, states, physics: the world's.
        destroy: takes an actor out of the world.
    """

    def __init__(
        self, actors: ActorRegistry, states: ActorStates, physics: Physics, destroy: Callable[[Actor], object]
    ) -> None:
        self._actors, self._states, self._physics, self._destroy = actors, states, physics, destroy
        self._dead: dict[int, float] = {}  # ids, and how long they still lie there, s

    def is_dead(self, walker: Actor) -> bool:
        """Whether a walker lies there."""
        return walker.id in self._dead

    def kill(self, walker: Actor, blow: Contact | None = None) -> None:
        """Lets a walker fall; nothing happens to one that is dead already."""
        if walker.id not in self._dead:
            self._dead[walker.id] = _LIES_S
            self._physics.knock_down(walker, blow)

    def strike(self, contacts: Sequence[Contact]) -> None:
        """Walkers who are not ``is_invincible`` die of a blow."""
        for contact in contacts:
            actor = self._actors.find(contact.actor_id)
            if actor is None or actor.kind is not Kind.WALKER or actor.attributes.get("is_invincible", "true") == "true":
                continue
            if math.hypot(*contact.impulse_ns) > _DEADLY_NS:
                self.kill(actor, contact)

    def remove(self, delta_s: float) -> None:
        """Takes out of the world whose time is over, and what has fallen below it."""
        gone = []
        for actor_id in self._dead:
            self._dead[actor_id] -= delta_s
            if self._dead[actor_id] <= 1e-6:
                gone.append(actor_id)
        if self._states.location[:, 2].min() < _BOTTOM_M:
            falling = (Kind.VEHICLE, Kind.WALKER, Kind.PROP)
            gone += [
                actor.id
                for actor in self._actors.by_id.values()
                if actor.kind in falling and actor.simulate_physics and self._states.location[actor.row, 2] < _BOTTOM_M
            ]
        for actor_id in gone:
            self._dead.pop(actor_id, None)
            actor = self._actors.find(actor_id)
            if actor is not None:
                self._destroy(actor)
