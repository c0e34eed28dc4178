"""Close behind another, in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView

_STANDING_MPS = 0.1


@condition("time_headway_to", example="{time_headway_to: lead, below_s: 0.9}")
@dataclass(frozen=True, slots=True, kw_only=True)
class TimeHeadwayTo(Condition):
    """True when an actor at its speed needs less than this for the clear road up to another ahead of it. Who stands never does.

    Attributes:
        time_headway_to: the actor ahead.
        below_s: the time.
        actor: the one behind.
    """

    time_headway_to: ActorRef
    below_s: Annotated[float, Within(0, 60)]
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        ahead, speed = world.ahead_m(self.actor, self.time_headway_to), world.speed_mps[self.actor]
        gap = ahead - world.half_length_m[self.actor] - world.half_length_m[self.time_headway_to]
        return ahead > 0.0 and speed > _STANDING_MPS and gap < self.below_s * speed
