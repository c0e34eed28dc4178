"""People on the sidewalks."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from rarebit.families.family import Parameter, PopulateFamily, Surroundings, number, reach
from rarebit.families.fleet import ADULTS
from rarebit.language.places.in_lane import InLane
from rarebit.roads.profile import BOTH, sides
from rarebit.scenario import ActorPlan, Value


def fill(values: Mapping[str, Value], surroundings: Surroundings, rng: np.random.Generator) -> tuple[ActorPlan, ...]:
    """Walkers and some who stand, in both directions, clear of the named actors."""
    named = {plan.name: plan for plan in surroundings.named}
    blocked = [reach(plan, named) for name, plan in named.items() if name != "ego" and not plan.model.startswith("vehicle.")]
    offered = BOTH if surroundings.road is None else surroundings.road.sidewalks
    mean_gap = 1000.0 / max(number(values, "per_km"), 1e-6)
    plans: list[ActorPlan] = []
    for side in ("right", "left"):
        if side not in sides(values["sides"]) & offered:
            continue
        at = number(values, "from_m")
        while True:
            at += 1.5 + float(rng.exponential(max(mean_gap - 1.5, 0.5)))
            lateral, turn, stands, pace = rng.random(4)
            model = ADULTS[int(rng.integers(len(ADULTS)))]
            if at > number(values, "to_m"):
                break
            if any(abs(at - other) < number(values, "clear_m") for other in blocked):
                continue
            place = InLane(
                lane=f"sidewalk_{side}",
                ahead_m=at,
                lateral_m=(float(lateral) - 0.5) * 1.4,
                heading_rad=math.pi if turn < 0.5 else 0.0,
            )
            speed = (
                0.0 if stands * 100.0 < number(values, "standing_percent") else number(values, "speed_mps") * (0.8 + 0.4 * pace)
            )
            name = f"pedestrians_{len(plans)}"
            plans.append(ActorPlan(name=name, model=model, place=place, speed_mps=float(speed), role="traffic"))
    return tuple(plans)


FAMILY = PopulateFamily(
    name="pedestrians",
    about="people who walk or stand on the sidewalks",
    parameters=(
        Parameter(name="sides", default="both", choices=("left", "right", "both"), about="sides of the road"),
        Parameter(name="per_km", default=40.0, low=0.0, high=400.0, about="people on a kilometre of each sidewalk"),
        Parameter(name="speed_mps", default=1.35, low=0.3, high=4.0, about="mean walking speed"),
        Parameter(name="standing_percent", default=20.0, low=0.0, high=100.0, about="share of those who stand"),
        Parameter(name="from_m", default=-20.0, low=-500.0, high=2000.0, about="where they begin, from ego's start"),
        Parameter(name="to_m", default=120.0, low=-500.0, high=2000.0, about="where they end, from ego's start"),
        Parameter(name="clear_m", default=12.0, low=0.0, high=200.0, about="free sidewalk around named walkers and things"),
    ),
    fill=fill,
)
