"""A condition of this pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView


@condition("abreast_of", example="{abreast_of: lead, within_m: 2}")
@dataclass(frozen=True, slots=True, kw_only=True)
class AbreastOf(Condition):
    """True while an actor is abreast of another along its own way.

    Attributes:
        abreast_of: the other.
        within_m: how exactly.
        actor: who.
    """

    abreast_of: ActorRef
    within_m: Annotated[float, Within(0, 50)] = 1.0
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        return abs(world.ahead_m(self.actor, self.abreast_of)) <= self.within_m
