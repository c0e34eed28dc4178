"""Coming nearer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView


@condition("closing_on", example="{closing_on: lead, above_kph: 10}")
@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingOn(Condition):
    """True while the distance between two actors shrinks faster than this.

    Attributes:
        closing_on: the one actor.
        above_mps: how fast.
        actor: the other.
    """

    closing_on: ActorRef
    above_mps: Annotated[float, Within(0, 180)]
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        offset = (world.position_m[self.closing_on] - world.position_m[self.actor])[:2]
        apart = float(np.hypot(offset[0], offset[1]))
        if apart <= 0.0:
            return False
        rows, velocity = world.bodies.rows, world.bodies.velocity_mps
        opening = (velocity[rows[self.closing_on]] - velocity[rows[self.actor]])[:2]
        return float(-(offset @ opening)) / apart > self.above_mps
