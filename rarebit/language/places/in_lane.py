"""By lane and distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Ground, Place, S, place
from rarebit.language.words import Lane
from rarebit.reading.marks import EGO, ActorRef, Within


@place("ahead_m", example="{lane: parking_right, ahead_m: 40}")
@dataclass(frozen=True, slots=True, kw_only=True)
class InLane(Place):
    """In a lane, so far ahead of ego or of another actor.

    Attributes:
        ahead_m: along the road, negative behind, between the centres of the two.
        lane: as seen from ego, or from the other actor.
        from_: the actor that lane and distance are counted from.
    """

    ahead_m: Annotated[float, Within(-2000, 5000)]
    lane: Lane = "same"
    from_: ActorRef = EGO

    def stand(self, ground: Ground[S]) -> S:
        """See Place."""
        reference = ground.stand_of(self.from_)
        station_m = reference.station_m + (self.ahead_m if reference.forward else -self.ahead_m)
        return ground.in_lane(self.lane, station_m, reference)

    @property
    def reference(self) -> str:
        """See Place."""
        return self.from_
