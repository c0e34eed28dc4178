"""Close behind another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView


@condition("gap_to", example="{gap_to: lead, below_m: 12}")
@dataclass(frozen=True, slots=True, kw_only=True)
class GapTo(Condition):
    """True when the clear road between an actor and another ahead of it is shorter than this, bumper to bumper.

    Attributes:
        gap_to: the actor ahead.
        below_m: the gap.
        actor: the one behind.
    """

    gap_to: ActorRef
    below_m: Annotated[float, Within(0, 1000)]
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        ahead = world.ahead_m(self.actor, self.gap_to)
        gap = ahead - world.half_length_m[self.actor] - world.half_length_m[self.gap_to]
        return ahead > 0.0 and gap < self.below_m
