"""Across the road at a run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.motions import Cross, Motion
from rarebit.reading.marks import Fixed, Within
from rarebit.world_view import WorldView


@maneuver(
    "run_across",
    example="{run_across: road, speed_mps: 3, angle_deg: 10}",
    by=("walker", "animal", "prop"),
    crosses=True,
    moves=True,
)
@dataclass(frozen=True, slots=True, kw_only=True)
class RunAcross(Maneuver):
    """Runs straight across the road, away from the side where it stands.

    Attributes:
        run_across: what is crossed.
        speed_mps: the speed.
        accel_mps2: how fast it gets there.
        angle_rad: from straight across, towards ego's direction of travel.
        distance_m: where to stop; on to the far side unless given.
    """

    run_across: Annotated[Literal["road"], Fixed()]
    speed_mps: Annotated[float, Within(0.1, 20)]
    accel_mps2: Annotated[float, Within(0.1, 30)] = 4.0
    angle_rad: Annotated[float, Within(math.radians(-80), math.radians(80))] = 0.0
    distance_m: Annotated[float, Within(0.1, 200)] | None = None

    def motion(self, world: WorldView, actor: str) -> Motion:
        """See Maneuver."""
        return Cross(speed_mps=self.speed_mps, accel_mps2=self.accel_mps2, angle_rad=self.angle_rad, distance_m=self.distance_m)
