"""An actor of the block ``actors``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.kinds import Place
from rarebit.language.words import Lights, Model
from rarebit.reading.marks import Fixed, Within
from rarebit.roads.route import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A vehicle, person, animal or thing.

    Attributes:
        model: CARLA blueprint, or walker.child, walker.adult for any such figure.
        at: where it starts.
        speed_mps: at the start; vehicles hold it along their lane.
        role: hazards take part in the story, occluders hide them, the others are company.
        lights: of a vehicle that are on, by CARLA's names.
        route: of a vehicle that comes on an arm of a junction: where it goes there.
    """

    model: Model
    at: Place
    speed_mps: Annotated[float, Within(0, 90)] = 0.0
    role: Annotated[Literal["hazard", "occluder", "traffic", "parked", "static"], Fixed()] = "hazard"
    lights: Lights = ()
    route: Turn = "straight"
