"""Cars parked along the kerbs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from rarebit.families.family import PopulateFamily, Surroundings, company, reach
from rarebit.families.fleet import CARS, pick
from rarebit.language.places.in_lane import InLane
from rarebit.reading.marks import Within
from rarebit.roads.profile import RoadProfile, Side, sides
from rarebit.scenario import ActorPlan

_HALF_BOX_M = 3.0  # longest car of the stock, and the half length assumed of a named actor
_TO_THE_ROAD_M = 0.13  # clear of lamp posts and signs at the kerb


@company("parked_cars", example="{occupancy_percent: 75, sides: right}")
@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedCars(PopulateFamily):
    """Cars parked along the road.

    Attributes:
        sides: sides of the road.
        occupancy_percent: share of the bays that are taken.
        from_m: where the rows begin, from ego's start.
        to_m: where the rows end, from ego's start.
        gap_min_m: smallest gap between two bays.
        gap_max_m: largest gap between two bays.
        clear_m: free road on both sides of a named actor.
    """

    sides: Literal["left", "right", "both"] = "both"
    occupancy_percent: Annotated[float, Within(0, 100)] = 70.0
    from_m: Annotated[float, Within(-500, 2000)] = -40.0
    to_m: Annotated[float, Within(-500, 2000)] = 120.0
    gap_min_m: Annotated[float, Within(0.3, 50)] = 0.6
    gap_max_m: Annotated[float, Within(0.3, 50)] = 1.6
    clear_m: Annotated[float, Within(0, 100)] = 2.5

    def fill(self, surroundings: Surroundings, rng: np.random.Generator) -> tuple[ActorPlan, ...]:
        """Cars one behind the other on each side, with gaps, empty bays, and free room around the named actors."""
        wanted: tuple[Side, ...] = tuple(side for side in ("right", "left") if side in sides(self.sides))
        plans: list[ActorPlan] = []
        for side in wanted:
            if surroundings.road is None or side in surroundings.road.parking:
                plans += _row(side, self, surroundings, rng)
        return tuple(plans)


def _row(side: Side, asked: ParkedCars, surroundings: Surroundings, rng: np.random.Generator) -> list[ActorPlan]:
    named = {plan.name: plan for plan in surroundings.named}
    blocked = [reach(plan, named) for name, plan in named.items() if name != "ego" and _needs_room(plan, side)]
    clear = asked.clear_m
    turned = math.pi if _is_far_side_of_one_way(side, surroundings.road) else 0.0
    at = asked.from_m
    plans: list[ActorPlan] = []
    while True:
        car = pick(CARS, rng)
        gap = float(rng.uniform(asked.gap_min_m, asked.gap_max_m))
        taken, offset, askew, wrong_way = rng.random(4)
        centre = at + car.length_m / 2.0
        if centre + car.length_m / 2.0 > asked.to_m:
            return plans
        at += car.length_m + gap
        free = all(abs(centre - other) > clear + _HALF_BOX_M + car.length_m / 2.0 for other in blocked)
        if taken * 100.0 >= asked.occupancy_percent or not free:
            continue
        heading = turned + (askew - 0.5) * 0.05 + (math.pi if wrong_way < 0.08 else 0.0)
        place = InLane(
            lane=f"parking_{side}",
            ahead_m=centre,
            lateral_m=_TO_THE_ROAD_M + (float(offset) - 0.5) * 0.1,
            heading_rad=float(heading),
        )
        plans.append(ActorPlan(name=f"parked_cars_{side}_{len(plans)}", model=car.model, place=place, role="parked"))


def _is_far_side_of_one_way(side: Side, road: RoadProfile | None) -> bool:
    """Whether the lane at that kerb runs against ego by its number alone, since all traffic goes ego's way."""
    return road is not None and road.opposite_lanes == 0 and side != road.traffic


def _needs_room(plan: ActorPlan, side: str) -> bool:
    """Whether parked cars of this side must keep clear: of what stands there, and of what will cross the road."""
    crosses = not plan.model.startswith("vehicle.")
    return crosses or plan.place.lane.endswith(side)
