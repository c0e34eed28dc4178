"""Lights off."""

from __future__ import annotations

from dataclasses import dataclass

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.language.words import Lights
from rarebit.motions import Motion, SetLights
from rarebit.world_view import WorldView


@maneuver("lights_off", example="{lights_off: [LowBeam]}", by=("vehicle",))
@dataclass(frozen=True, slots=True, kw_only=True)
class LightsOff(Maneuver):
    """Switches lights of a vehicle off.

    Attributes:
        lights_off: that are off from now on.
    """

    lights_off: Lights

    def motion(self, world: WorldView, actor: str) -> Motion:
        """See Maneuver."""
        return SetLights(off=self.lights_off)
