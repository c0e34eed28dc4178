"""Near, in a straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView


@condition("distance_to", example="{distance_to: child, below_m: 20}")
@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceTo(Condition):
    """True when the centres of two actors are nearer to each other than this, in a straight line on the ground.

    Attributes:
        distance_to: the one actor.
        below_m: the distance.
        actor: the other.
    """

    distance_to: ActorRef
    below_m: Annotated[float, Within(0, 1000)]
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        offset = world.position_m[self.actor] - world.position_m[self.distance_to]
        return bool(np.hypot(offset[0], offset[1]) < self.below_m)
