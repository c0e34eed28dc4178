"""On an arm of the junction ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.kinds import Ground, Place, S, place
from rarebit.language.words import LANE, LANES
from rarebit.reading.marks import Matches, Within

_LANES = ("rightmost", "middle", "leftmost")


@place("arm", example="{arm: right, before_m: 30}")
@dataclass(frozen=True, slots=True, kw_only=True)
class OnArm(Place):
    """On an arm of the junction that ego comes to, on a lane that leads the actor's route.

    Attributes:
        arm: as ego sees it; "near" is ego's own.
        before_m: how far before the junction; as far as it has to be to meet whom it arrives with unless given.
        lane: which of the lanes that lead its route, or one beside them.
    """

    arm: Literal["near", "right", "opposite", "left"]
    before_m: Annotated[float, Within(0, 2000)] | None = None
    lane: Annotated[str, Matches(f"{'|'.join(_LANES)}|{LANE}", "rightmost", (*_LANES, *LANES))] = "same"

    def stand(self, ground: Ground[S]) -> S:
        """See Place."""
        return ground.on_arm()
