"""What a generator family is: a name that specs use, its parameters, and a pure function.

A module of this package that sets ``FAMILY`` is found by itself; its parameters appear in the JSON Schema and are checked in
specs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rarebit.reading.expressions import Scalar as Value
from rarebit.roads.opendrive.records import Traffic
from rarebit.roads.profile import RoadProfile

if TYPE_CHECKING:  # plans hold constructs of the language, and the language knows families
    from rarebit.scenario import ActorPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a family.

    Attributes:
        name: with its SI unit at the end where it has one; specs may use any unit of the kind.
        default: also says the type: bool, int, float, or str with ``choices``.
        low, high: allowed range of a number, in the unit of the name.
    """

    name: str
    default: Value
    about: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadFamily:
    """A kind of generated road.

    ``build`` gives the complete OpenDRIVE text for values of all parameters, ``profile`` what that road offers. Ego starts on
    road 1 and drives along its stations.
    """

    name: str
    about: str
    parameters: tuple[Parameter, ...]
    build: Callable[[Mapping[str, Value]], str]
    profile: Callable[[Mapping[str, Value]], RoadProfile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a populate family knows of the scenario.

    Attributes:
        named: the actors that the spec names, the ego first.
        road: what the template's road offers; None on a town, of which nothing is known yet.
        duration_s: how long the scene lasts.
    """

    named: tuple[ActorPlan, ...]
    road: RoadProfile | None = None
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulateFamily:
    """A kind of company on the road.

    ``fill(values, surroundings, rng)`` gives plans of role "parked" or "traffic"; their names begin with the family's name.
    Layout drops those that find no room on the map.
    """

    name: str
    about: str
    parameters: tuple[Parameter, ...]
    fill: Callable[[Mapping[str, Value], Surroundings, np.random.Generator], tuple[ActorPlan, ...]]


TRAFFIC = Parameter(name="traffic", default="right", choices=("right", "left"), about="side of the road that traffic keeps to")
"""The parameter that every road family has."""


def traffic_side(values: Mapping[str, Value]) -> Traffic:
    """The side that traffic keeps to."""
    return "left" if values["traffic"] == "left" else "right"


def number(values: Mapping[str, Value], name: str) -> float:
    """A numeric parameter; raises TypeError for a word."""
    value = values[name]
    if isinstance(value, str):
        raise TypeError(f"{name}: got {value!r}, expected a number")
    return float(value)


def reach(plan: ActorPlan, named: Mapping[str, ActorPlan]) -> float:
    """Roughly how far ahead of the ego a named actor starts, in metres, following the actors that places are counted from."""
    chain = [plan]
    while chain[-1].place.reference in named and chain[-1].place.reference != "ego" and len(chain) <= len(named):
        chain.append(named[chain[-1].place.reference])
    total = 0.0
    for link in reversed(chain):
        total = link.place.roughly_ahead_m(total)
    return total
