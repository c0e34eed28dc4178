"""Another speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.motions import Motion, SetSpeed
from rarebit.reading.marks import Within
from rarebit.world_view import WorldView

_GOING_MPS = 0.5


@maneuver("reach_speed_mps", example="{reach_speed_kph: 50, accel_mps2: 2}", by=("vehicle", "walker"))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReachSpeed(Maneuver):
    """Changes to a new speed along the present path and keeps it.

    Attributes:
        reach_speed_mps: the new speed.
        accel_mps2: how fast the speed changes, up or down.
    """

    reach_speed_mps: Annotated[float, Within(0, 90)]
    accel_mps2: Annotated[float, Within(0.1, 30)] = 2.5

    def motion(self, world: WorldView, actor: str) -> Motion:
        """See Maneuver."""
        return SetSpeed(speed_mps=self.reach_speed_mps, accel_mps2=self.accel_mps2)

    @property
    def moves(self) -> bool:
        """See Maneuver."""
        return self.reach_speed_mps > _GOING_MPS
