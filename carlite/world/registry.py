"""Which actors there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from carlite.actors import Actor, Kind
from carlite.errors import ActorCallError

NOT_FOUND = "Actor could not be found in the registry"
MISMATCH = "Actor does not match the expected type"
_LAST_ID = (1 << 31) - 1


class ActorRegistry:
    """All actors of an episode by id, in order of creation.

    Args:
        before: the registry of the last episode. Ids go on from there, as in CARLA: a client keeps what it knows of an id
            when another client loads a map. Only after 2147483647 they begin at 1 again.
    """

    def __init__(self, before: ActorRegistry | None = None) -> None:
        self._actors: dict[int, Actor] = {}
        self._next_id: int = 1 if before is None else before._next_id

    def __iter__(self) -> Iterator[Actor]:
        return iter(self._actors.values())

    def __len__(self) -> int:
        return len(self._actors)

    @property
    def by_id(self) -> Mapping[int, Actor]:
        """All actors by id, as a live view."""
        return MappingProxyType(self._actors)

    def next_id(self, wanted: int = 0) -> int:
        """Claims an id: ``wanted`` if it is free (a replay wants the recorded ones), else the next one that is."""
        if wanted and wanted not in self._actors:
            if self._next_id <= wanted < _LAST_ID:
                self._next_id = wanted + 1
            return wanted
        if len(self._actors) >= _LAST_ID:
            return max(self._actors) + 1
        while self._next_id in self._actors:
            self._advance()
        claimed = self._next_id
        self._advance()
        return claimed

    def _advance(self) -> None:
        self._next_id = self._next_id % _LAST_ID + 1

    def add(self, actor: Actor) -> None:
        """Enters an actor."""
        self._actors[actor.id] = actor

    def remove(self, actor: Actor) -> None:
        """Takes an actor out."""
        del self._actors[actor.id]

    def find(self, actor_id: int) -> Actor | None:
        """The actor of an id, None if there is none."""
        return self._actors.get(actor_id)

    def of_kind(self, kind: Kind) -> list[Actor]:
        """All actors of a kind."""
        return [actor for actor in self._actors.values() if actor.kind is kind]

    def get(self, actor_id: int, function: str, kind: Kind | None = None) -> Actor:
        """The actor that a call names.

        Args:
            actor_id: as the client gave it.
            function: name of the call, for the error.
            kind: what the call expects the actor to be; None takes all.

        Raises:
            ActorCallError: in CARLA's words, when there is no such actor or it is of another kind.
        """
        actor = self._actors.get(actor_id)
        if actor is None:
            raise ActorCallError(function, NOT_FOUND, actor_id)
        if kind is not None and actor.kind is not kind:
            raise ActorCallError(function, MISMATCH, actor_id)
        return actor
