"""To another lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.motions import ChangeLane as ChangeLaneMotion
from rarebit.motions import Motion
from rarebit.reading.marks import Within
from rarebit.world_view import WorldView


@maneuver("change_lane", example="{change_lane: right, within_s: 2.0, indicate: false}", by=("vehicle",))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLane(Maneuver):
    """Moves over to another lane.

    Attributes:
        change_lane: to this side.
        within_s: how long it takes.
        lanes: how many lanes.
        indicate: whether the indicator is on meanwhile.
    """

    change_lane: Literal["left", "right"]
    within_s: Annotated[float, Within(0.3, 30)]
    lanes: Annotated[int, Within(1, 5)] = 1
    indicate: bool = True

    def motion(self, world: WorldView, actor: str) -> Motion:
        """See Maneuver."""
        return ChangeLaneMotion(side=self.change_lane, duration_s=self.within_s, lanes=self.lanes, indicate=self.indicate)
