"""The block ``ego``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.words import Lights, Model
from rarebit.reading.marks import Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Ego:
    """The recording vehicle.

    Attributes:
        speed_mps: that it holds until the story says otherwise.
        model: CARLA blueprint.
        lane: of its direction, where it starts.
        lights: that are on, by CARLA's names.
    """

    speed_mps: Annotated[float, Within(0, 90)]
    model: Model = "vehicle.lincoln.mkz_2020"
    lane: Literal["rightmost", "leftmost", "middle"] = "rightmost"
    lights: Lights = ()
