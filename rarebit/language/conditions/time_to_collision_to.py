"""A crash ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit import criticality
from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView


@condition("time_to_collision_to", example="{time_to_collision_to: lead, below_s: 2.0}")
@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToCollisionTo(Condition):
    """True when the boxes of two actors would touch within this time if both kept their velocities.

    Attributes:
        time_to_collision_to: the one actor.
        below_s: the time.
        actor: the other.
    """

    time_to_collision_to: ActorRef
    below_s: Annotated[float, Within(0, 60)]
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        one, other = (_box(world, name) for name in (self.actor, self.time_to_collision_to))
        return bool(criticality.time_to_collision_s(one, other)[0] < self.below_s)


def _box(world: WorldView, name: str) -> criticality.Boxes:
    row = world.bodies.rows[name]
    return criticality.Boxes(
        centre_m=world.position_m[name][None, :2],
        yaw_rad=np.array([world.heading_rad[name]]),
        velocity_mps=world.bodies.velocity_mps[row][None, :2],
        size_lw_m=world.bodies.size_lwh_m[row][:2],
    )
