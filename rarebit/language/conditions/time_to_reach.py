"""Soon there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView

_STANDING_MPS = 0.1


@condition("time_to_reach", example="{time_to_reach: child, below_s: 1.2, crossing_mps: 2.5}")
@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToReach(Condition):
    """True when an actor at its present speed is abreast of another within a time, along its own path.

    With ``crossing_mps`` the time counts from when the other, setting off now at that speed square to the path, would be in the
    middle of it: then the two meet whatever the width of the road. Who stands never reaches anything.

    Attributes:
        time_to_reach: the actor to be reached.
        below_s: the time.
        crossing_mps: adds the time that the other needs at this speed to the middle of the path.
        actor: who comes.
    """

    time_to_reach: ActorRef
    below_s: Annotated[float, Within(0, 60)]
    crossing_mps: Annotated[float, Within(0.1, 20)] | None = None
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        ahead, speed = world.ahead_m(self.actor, self.time_to_reach), world.speed_mps[self.actor]
        limit_s = self.below_s
        if self.crossing_mps is not None:
            beside = abs(world.beside_m(self.actor, self.time_to_reach))
            limit_s += beside / max(self.crossing_mps, _STANDING_MPS)
        return ahead <= 0.0 or (speed > _STANDING_MPS and ahead / speed <= limit_s)
