"""Vehicles that stand for the whole scene; all they can do is switch their lights."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rarebit.motions import Motion, SetLights
from rarebit.run.movers.lights import Lights
from rarebit.run.movers.mover import Part, cannot
from rarebit.session.state import Command
from rarebit.world_view import WorldView


class ParkedMover:
    """A vehicle with its brakes on."""

    path = None
    station_m = math.nan
    pose = None

    def __init__(self, part: Part) -> None:
        self._part = part
        self._lights = Lights(part.plan.name, part.plan.lights)

    def launch(self, number: int, world: WorldView) -> Sequence[Command]:
        """Nothing: the stage has set its brakes."""
        return ()

    def begin(self, motion: Motion, world: WorldView) -> None:
        """Lights alone."""
        if not isinstance(motion, SetLights):
            raise cannot(self._part, motion)
        self._lights.switch(motion)

    def step(self, world: WorldView) -> Sequence[Command]:
        """A change of its lights, if there is one."""
        return self._lights.commands()
