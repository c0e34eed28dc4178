"""Cars parked along the kerbs."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from rarebit.families.family import Parameter, PopulateFamily, Surroundings, number, reach
from rarebit.families.fleet import CARS, pick
from rarebit.language.places.in_lane import InLane
from rarebit.roads.profile import RoadProfile, Side, sides
from rarebit.scenario import ActorPlan, Value

_HALF_BOX_M = 3.0  # longest car of the stock, and the half length assumed of a named actor
_TO_THE_ROAD_M = 0.13  # clear of lamp posts and signs at the kerb


def fill(values: Mapping[str, Value], surroundings: Surroundings, rng: np.random.Generator) -> tuple[ActorPlan, ...]:
    """Cars one behind the other on each side, with gaps, empty bays, and free room around the named actors."""
    wanted: tuple[Side, ...] = tuple(side for side in ("right", "left") if side in sides(values["sides"]))
    plans: list[ActorPlan] = []
    for side in wanted:
        if surroundings.road is None or side in surroundings.road.parking:
            plans += _row(side, values, surroundings, rng)
    return tuple(plans)


def _row(side: Side, values: Mapping[str, Value], surroundings: Surroundings, rng: np.random.Generator) -> list[ActorPlan]:
    named = {plan.name: plan for plan in surroundings.named}
    blocked = [reach(plan, named) for name, plan in named.items() if name != "ego" and _needs_room(plan, side)]
    clear = number(values, "clear_m")
    turned = math.pi if _is_far_side_of_one_way(side, surroundings.road) else 0.0
    at = number(values, "from_m")
    plans: list[ActorPlan] = []
    while True:
        car = pick(CARS, rng)
        gap = float(rng.uniform(number(values, "gap_min_m"), number(values, "gap_max_m")))
        taken, offset, askew, wrong_way = rng.random(4)
        centre = at + car.length_m / 2.0
        if centre + car.length_m / 2.0 > number(values, "to_m"):
            return plans
        at += car.length_m + gap
        free = all(abs(centre - other) > clear + _HALF_BOX_M + car.length_m / 2.0 for other in blocked)
        if taken * 100.0 >= number(values, "occupancy_percent") or not free:
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


FAMILY = PopulateFamily(
    name="parked_cars",
    about="cars parked along the road",
    parameters=(
        Parameter(name="sides", default="both", choices=("left", "right", "both"), about="sides of the road"),
        Parameter(name="occupancy_percent", default=70.0, low=0.0, high=100.0, about="share of the bays that are taken"),
        Parameter(name="from_m", default=-40.0, low=-500.0, high=2000.0, about="where the rows begin, from ego's start"),
        Parameter(name="to_m", default=120.0, low=-500.0, high=2000.0, about="where the rows end, from ego's start"),
        Parameter(name="gap_min_m", default=0.6, low=0.3, high=50.0, about="smallest gap between two bays"),
        Parameter(name="gap_max_m", default=1.6, low=0.3, high=50.0, about="largest gap between two bays"),
        Parameter(name="clear_m", default=2.5, low=0.0, high=100.0, about="free road on both sides of a named actor"),
    ),
    fill=fill,
)
