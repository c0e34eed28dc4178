"""People on the sidewalks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from rarebit.families.family import PopulateFamily, Surroundings, company, reach
from rarebit.families.fleet import ADULTS
from rarebit.language.places.in_lane import InLane
from rarebit.reading.marks import Within
from rarebit.roads.profile import BOTH, sides
from rarebit.scenario import ActorPlan


@company("pedestrians", example="{per_km: 60}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Pedestrians(PopulateFamily):
    """People who walk or stand on the sidewalks.

    Attributes:
        sides: sides of the road.
        per_km: people on a kilometre of each sidewalk.
        speed_mps: mean walking speed.
        standing_percent: share of those who stand.
        from_m: where they begin, from ego's start.
        to_m: where they end, from ego's start.
        clear_m: free sidewalk around named walkers and things.
    """

    sides: Literal["left", "right", "both"] = "both"
    per_km: Annotated[float, Within(0, 400)] = 40.0
    speed_mps: Annotated[float, Within(0.3, 4)] = 1.35
    standing_percent: Annotated[float, Within(0, 100)] = 20.0
    from_m: Annotated[float, Within(-500, 2000)] = -20.0
    to_m: Annotated[float, Within(-500, 2000)] = 120.0
    clear_m: Annotated[float, Within(0, 200)] = 12.0

    def fill(self, surroundings: Surroundings, rng: np.random.Generator) -> tuple[ActorPlan, ...]:
        """Walkers and some who stand, in both directions, clear of the named actors."""
        named = {plan.name: plan for plan in surroundings.named}
        blocked = [
            reach(plan, named) for name, plan in named.items() if name != "ego" and not plan.model.startswith("vehicle.")
        ]
        offered = BOTH if surroundings.road is None else surroundings.road.sidewalks
        mean_gap = 1000.0 / max(self.per_km, 1e-6)
        plans: list[ActorPlan] = []
        for side in ("right", "left"):
            if side not in sides(self.sides) & offered:
                continue
            at = self.from_m
            while True:
                at += 1.5 + float(rng.exponential(max(mean_gap - 1.5, 0.5)))
                lateral, turn, stands, pace = rng.random(4)
                model = ADULTS[int(rng.integers(len(ADULTS)))]
                if at > self.to_m:
                    break
                if any(abs(at - other) < self.clear_m for other in blocked):
                    continue
                place = InLane(
                    lane=f"sidewalk_{side}",
                    ahead_m=at,
                    lateral_m=(float(lateral) - 0.5) * 1.4,
                    heading_rad=math.pi if turn < 0.5 else 0.0,
                )
                speed = 0.0 if stands * 100.0 < self.standing_percent else self.speed_mps * (0.8 + 0.4 * pace)
                name = f"pedestrians_{len(plans)}"
                plans.append(ActorPlan(name=name, model=model, place=place, speed_mps=float(speed), role="traffic"))
        return tuple(plans)
