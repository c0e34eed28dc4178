"""At a crossing at the same time as another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.motions import MeetAt, Motion
from rarebit.reading.marks import ActorRef, Within
from rarebit.world_view import WorldView


@maneuver("arrive_with", example="{arrive_with: ego, after_s: 0.4}", by=("vehicle",))
@dataclass(frozen=True, slots=True, kw_only=True)
class ArriveWith(Maneuver):
    """Chooses its speed so as to come to the point where its way crosses another's about when the other does.

    Attributes:
        arrive_with: the other actor.
        after_s: how long after the other; negative before it.
        hold_s: how long before the earlier of the two gets there the speed is held.
    """

    arrive_with: ActorRef
    after_s: Annotated[float, Within(-20, 20)] = 0.0
    hold_s: Annotated[float, Within(0, 20)] = 1.5

    def motion(self, world: WorldView, actor: str) -> Motion:
        """See Maneuver."""
        return self.meeting()

    def meeting(self) -> MeetAt:
        """See Maneuver."""
        return MeetAt(other=self.arrive_with, after_s=self.after_s, hold_s=self.hold_s)
