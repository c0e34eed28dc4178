"""Braking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.motions import Brake as BrakeMotion
from rarebit.motions import Motion
from rarebit.reading.marks import Within
from rarebit.world_view import WorldView


@maneuver("brake_mps2", example="{brake_mps2: 6, to_speed_kph: 20}", by=("vehicle",))
@dataclass(frozen=True, slots=True, kw_only=True)
class Brake(Maneuver):
    """Brakes, to a stand unless told otherwise.

    Attributes:
        brake_mps2: the deceleration.
        to_speed_mps: the speed at which it ends.
    """

    brake_mps2: Annotated[float, Within(0.1, 15)]
    to_speed_mps: Annotated[float, Within(0, 90)] = 0.0

    def motion(self, world: WorldView, actor: str) -> Motion:
        """See Maneuver."""
        return BrakeMotion(decel_mps2=self.brake_mps2, to_mps=self.to_speed_mps)
