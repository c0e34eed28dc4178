"""Rolling off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.motions import Motion
from rarebit.motions import Roll as RollMotion
from rarebit.reading.marks import Within
from rarebit.world_view import WorldView


@maneuver("roll", example="{roll: across, speed_mps: 4, slowing_mps2: 0.5}", by=("prop",), moves=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class Roll(Maneuver):
    """Rolls off, slowing down.

    Attributes:
        roll: across the road, away from the side where it stands, or along it.
        speed_mps: at first.
        slowing_mps2: how it slows down.
        heading_rad: turned to the left of that direction.
    """

    roll: Literal["across", "along"]
    speed_mps: Annotated[float, Within(0.1, 40)]
    slowing_mps2: Annotated[float, Within(0, 10)] = 0.3
    heading_rad: Annotated[float, Within(-math.pi, math.pi)] = 0.0

    def motion(self, world: WorldView, actor: str) -> Motion:
        """See Maneuver."""
        return RollMotion(
            speed_mps=self.speed_mps,
            decel_mps2=self.slowing_mps2,
            heading_rad=self.heading_rad,
            towards="road" if self.crosses else None,
        )

    @property
    def crosses(self) -> bool:
        """See Maneuver."""
        return self.roll == "across"
