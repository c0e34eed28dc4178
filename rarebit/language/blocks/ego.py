"""The block ``ego``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.places.on_arm import OnArm
from rarebit.language.words import Lights, Model
from rarebit.reading.marks import Within
from rarebit.roads.route import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Ego:
    """The recording vehicle.

    Attributes:
        speed_mps: that it holds until the story says otherwise.
        model: CARLA blueprint.
        lane: of its direction, where it starts.
        lights: that are on, by CARLA's names.
        at: the arm of a junction that it comes on, and how far before the junction it starts; its arm is called near.
        route: where it goes at that junction, or at the first one that it comes to.
    """

    speed_mps: Annotated[float, Within(0, 90)]
    model: Model = "vehicle.lincoln.mkz_2020"
    lane: Literal["rightmost", "leftmost", "middle"] = "rightmost"
    lights: Lights = ()
    at: OnArm | None = None
    route: Turn = "straight"
