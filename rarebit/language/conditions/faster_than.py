"""Fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView


@condition("faster_than_mps", example="{faster_than_kph: 30, actor: lead}")
@dataclass(frozen=True, slots=True, kw_only=True)
class FasterThan(Condition):
    """True while an actor is faster than this.

    Attributes:
        faster_than_mps: the speed.
        actor: who.
    """

    faster_than_mps: Annotated[float, Within(0, 90)]
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        return world.speed_mps[self.actor] > self.faster_than_mps
