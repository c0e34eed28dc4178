"""Soon at the crossing of two ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.roads.meeting import crossing
from rarebit.world_view import WorldView


@condition("time_to_conflict", example="{time_to_conflict: lead, below_s: 1.5}")
@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToConflict(Condition):
    """True when an actor at its present speed, slower in curves, gets to the point where its way crosses another's in a time.

    It stays true behind the point; who stands, or crosses no way, never gets there.

    Attributes:
        time_to_conflict: the actor whose way is crossed.
        below_s: the time.
        actor: who comes.
    """

    time_to_conflict: ActorRef
    below_s: Annotated[float, Within(0, 60)]
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        own, other = world.paths.get(self.actor), world.paths.get(self.time_to_conflict)
        if own is None or other is None:
            return False
        widths = world.bodies.size_lwh_m[:, 1]
        rows = world.bodies.rows
        found = crossing(own, float(widths[rows[self.actor]]), other, float(widths[rows[self.time_to_conflict]]))
        return found is not None and found.time_s(world.station_m[self.actor], world.speed_mps[self.actor]) <= self.below_s
