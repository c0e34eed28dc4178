"""Lights on."""

from __future__ import annotations

from dataclasses import dataclass

from rarebit.language.kinds import Maneuver, maneuver
from rarebit.language.words import Lights
from rarebit.motions import Motion, SetLights
from rarebit.world_view import WorldView


@maneuver("lights_on", example="{lights_on: [HighBeam], lights_off: [LowBeam]}", by=("vehicle",))
@dataclass(frozen=True, slots=True, kw_only=True)
class LightsOn(Maneuver):
    """Switches lights of a vehicle on, and others off.

    Attributes:
        lights_on: that are on from now on.
        lights_off: that are off from now on.
    """

    lights_on: Lights
    lights_off: Lights = ()

    def motion(self, world: WorldView, actor: str) -> Motion:
        """See Maneuver."""
        return SetLights(on=self.lights_on, off=self.lights_off)
