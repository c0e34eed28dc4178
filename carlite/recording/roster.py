"""Who is in a recorded world: who has come and gone since the last frame, and everybody by what the log keeps of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, Kind
from carlite.library import find
from carlite.recording.packets import RECORDS, ActorType, Packet
from carlite.world.registry import ActorRegistry

_TYPES = {
    Kind.VEHICLE: ActorType.VEHICLE,
    Kind.WALKER: ActorType.WALKER,
    Kind.TRAFFIC_LIGHT: ActorType.TRAFFIC_LIGHT,
    Kind.TRAFFIC_SIGN: ActorType.TRAFFIC_SIGN,
    Kind.SENSOR: ActorType.SENSOR,
}
_MOVING = frozenset({ActorType.OTHER, ActorType.VEHICLE, ActorType.WALKER})


@dataclass(frozen=True, slots=True)
class Group:
    """Actors with their rows in the world's tables and their ids, (n,) each."""

    actors: list[Actor]
    rows: NDArray[np.intp]
    ids: NDArray[np.uint32]

    def records(self, kind: Packet) -> NDArray[np.void]:
        """A record for each actor, with its id in it."""
        records = np.zeros(len(self.actors), RECORDS[kind])
        records["id"] = self.ids
        return records


def group(actors: list[Actor]) -> Group:
    """A group of actors."""
    return Group(
        actors, np.array([actor.row for actor in actors], np.intp), np.array([actor.id for actor in actors], np.uint32)
    )


class Roster:
    """Everybody in a world, as of the last ``update``.

    Attributes (groups are as fresh as the last ``update``):
        known: by id, in order of appearance.
        moving: whose places are recorded.
        vehicles, bikes, walkers, lights, attached: by kind.
        listening: ids of those with a collision sensor.
    """

    def __init__(self, actors: ActorRegistry) -> None:
        self._actors = actors
        self.known: dict[int, Actor] = {}
        self._sort()

    def update(self) -> tuple[list[Actor], list[int]]:
        """Looks who has come, and the ids of who has gone."""
        added = [actor for actor in self._actors if actor.id not in self.known]
        gone: list[int] = []
        if len(self.known) + len(added) != len(self._actors):
            gone = [actor_id for actor_id in self.known if self._actors.find(actor_id) is None]
            for actor_id in gone:
                del self.known[actor_id]
        self.known.update({actor.id: actor for actor in added})
        if added or gone:
            self._sort()
        return added, gone

    def _sort(self) -> None:
        self.moving = self._those(lambda actor: type_of(actor) in _MOVING)
        self.vehicles = self._those(lambda actor: actor.kind is Kind.VEHICLE)
        self.bikes = self._those(lambda actor: actor.kind is Kind.VEHICLE and wheel_count(actor) == 2)
        self.walkers = self._those(lambda actor: actor.kind is Kind.WALKER)
        self.lights = self._those(lambda actor: actor.kind is Kind.TRAFFIC_LIGHT)
        self.attached = self._those(lambda actor: actor.parent is not None)
        self.listening = frozenset(
            actor.parent.id
            for actor in self.attached.actors
            if actor.type_id == "sensor.other.collision" and actor.parent is not None
        )

    def _those(self, belongs: Callable[[Actor], bool]) -> Group:
        return group([actor for actor in self.known.values() if belongs(actor)])


def type_of(actor: Actor) -> ActorType:
    """What the log calls an actor."""
    return _TYPES.get(actor.kind, ActorType.OTHER)


def wheel_count(vehicle: Actor) -> int:
    """How many wheels a vehicle has."""
    blueprint = find(vehicle.type_id)
    return len(blueprint.wheels) if blueprint is not None and blueprint.wheels else 4
