"""A maneuver of this pack, from two motions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.motions import Brake, Motion, SetLights
from rarebit.reading.marks import Within
from rarebit.world_view import WorldView


@maneuver("stop_with_hazards_mps2", example="{stop_with_hazards_mps2: 3}", by=("vehicle",))
@dataclass(frozen=True, slots=True, kw_only=True)
class StopWithHazards(Maneuver):
    """Brakes to a stand with the hazard lights on.

    Attributes:
        stop_with_hazards_mps2: the deceleration.
    """

    stop_with_hazards_mps2: Annotated[float, Within(0.5, 8)]

    def motion(self, world: WorldView, actor: str) -> tuple[Motion, ...]:
        """See Maneuver."""
        lights = SetLights(on=("LeftBlinker", "RightBlinker"))
        return lights, Brake(decel_mps2=self.stop_with_hazards_mps2)
