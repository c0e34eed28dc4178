"""Company on the road: kinds of it that specs name under ``populate``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import numpy as np

from rarebit.language.construct import Construct, register
from rarebit.roads.profile import RoadProfile
from rarebit.scenario import ActorPlan

P = TypeVar("P", bound="PopulateFamily")


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


class PopulateFamily(Construct):
    """A kind of company; its fields are what specs may say of it."""

    __slots__ = ()
    kind: ClassVar[str] = "company"

    def fill(self, surroundings: Surroundings, rng: np.random.Generator) -> tuple[ActorPlan, ...]:
        """Plans of role "parked" or "traffic", whose names begin with the family's name.

        Layout drops those that find no room on the map.
        """
        raise NotImplementedError


def company(name: str, *, example: str) -> Callable[[type[P]], type[P]]:
    """Registers a kind of company; ``example`` is what stands under its name in ``populate``."""
    return register(PopulateFamily, name, example)


def reach(plan: ActorPlan, named: Mapping[str, ActorPlan]) -> float:
    """Roughly how far ahead of the ego a named actor starts, in metres, following the actors that places are counted from."""
    chain = [plan]
    while chain[-1].place.reference in named and chain[-1].place.reference != "ego" and len(chain) <= len(named):
        chain.append(named[chain[-1].place.reference])
    total = 0.0
    for link in reversed(chain):
        total = link.place.roughly_ahead_m(total)
    return total
