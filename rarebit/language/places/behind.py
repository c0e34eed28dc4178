"""Hidden behind another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Ground, Place, S, place
from rarebit.reading.marks import ActorRef, Within

_HALF_BOXES_M = 3.5


@place("behind", example="{behind: van, gap_m: 0.7, heading_deg: 90}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Behind(Place):
    """Behind another actor as ego sees it, beside its far end.

    Attributes:
        behind: the actor that hides this one from ego.
        gap_m: clear distance to that actor.
    """

    behind: ActorRef
    gap_m: Annotated[float, Within(0, 100)] = 0.0

    def stand(self, ground: Ground[S]) -> S:
        """See Place."""
        reference = ground.stand_of(self.behind)
        far = 1.0 if reference.station_m >= 0.0 else -1.0
        between = ground.length_m(self.behind) / 2 + self.gap_m + ground.own_extent_m(self.heading_rad) / 2
        return ground.beside_lanes(reference.station_m + far * between, reference.offset_m + self.lateral_m, reference)

    @property
    def reference(self) -> str:
        """See Place."""
        return self.behind

    def roughly_ahead_m(self, reference_m: float) -> float:
        """See Place: half a van and half a person; clearances are wider than that guess."""
        return reference_m + self.gap_m + _HALF_BOXES_M
