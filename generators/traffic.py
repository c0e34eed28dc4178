"""Other vehicles that drive along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from rarebit.families.family import PopulateFamily, Surroundings, company, reach
from rarebit.families.fleet import CARS, TRUCKS, pick
from rarebit.language.places.in_lane import InLane
from rarebit.reading.marks import Within
from rarebit.scenario import ActorPlan

_REACH_M = 400.0
_AROUND_NAMED_M = 60.0
_BEFORE_EVENT_S, _AFTER_EVENT_S = 2.0, 4.5  # nobody drives past who crosses the road about when ego comes there


@company("traffic", example="{per_km: 15, speed_kph: 45}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic(PopulateFamily):
    """Vehicles that drive along.

    Attributes:
        direction: which way they drive.
        per_km: vehicles on a kilometre of each lane.
        speed_mps: mean speed.
        truck_percent: share of trucks.
        gap_min_m: smallest gap between two.
        in_ego_lane: whether some drive ahead in ego's lane, faster than it.
    """

    direction: Literal["same", "oncoming", "both"] = "both"
    per_km: Annotated[float, Within(0, 100)] = 12.0
    speed_mps: Annotated[float, Within(0.5, 60)] = 13.0
    truck_percent: Annotated[float, Within(0, 100)] = 5.0
    gap_min_m: Annotated[float, Within(3, 500)] = 15.0
    in_ego_lane: bool = False

    def fill(self, surroundings: Surroundings, rng: np.random.Generator) -> tuple[ActorPlan, ...]:
        """A stream of vehicles in each lane, all at about one speed a lane, the front ones the faster, so that none meet.

        Ego's own lane stays free unless ``in_ego_lane``; then they drive ahead of it, faster than it. Lanes of named vehicles
        stay free around these, and nobody comes by while a named walker or thing crosses.
        """
        plans: list[ActorPlan] = []
        for lane in _lanes(self, surroundings):
            plans += _stream(lane, self, surroundings, rng, len(plans))
        return tuple(plans)


def _lanes(asked: Traffic, surroundings: Surroundings) -> list[str]:
    """Lanes beside ego's that the road may have; on a town layout finds out which it has."""
    road = surroundings.road
    own, other = (2, 2) if road is None else (road.lanes, road.opposite_lanes)
    beside = [f"{side}_{i}" for i in range(1, own) for side in ("left", "right")]
    same = [*(["same"] if asked.in_ego_lane else []), *beside]
    oncoming = [f"opposite_{i}" for i in range(1, other + 1)]
    return {"same": same, "oncoming": oncoming, "both": [*same, *oncoming]}[asked.direction]


def _stream(lane: str, asked: Traffic, surroundings: Surroundings, rng: np.random.Generator, first: int) -> list[ActorPlan]:
    named = {plan.name: plan for plan in surroundings.named}
    ego = surroundings.named[0]
    oncoming = lane.startswith("opposite")
    speed = asked.speed_mps * float(rng.uniform(0.92, 1.08))
    if lane == "same":
        speed = max(speed, ego.speed_mps * 1.02)
    drivers = [reach(plan, named) for plan in named.values() if plan.role == "hazard" and plan.place.lane == lane]
    crossed = [reach(p, named) for p in named.values() if p.role == "hazard" and not p.model.startswith("vehicle.")]
    mean_gap = 1000.0 / max(asked.per_km, 1e-6)
    smallest = asked.gap_min_m
    at = 30.0 if lane == "same" else -100.0
    found: list[tuple[float, str]] = []
    while True:
        at += smallest + float(rng.exponential(max(mean_gap - smallest, 1.0)))
        stock = TRUCKS if float(rng.random()) * 100.0 < asked.truck_percent else CARS
        car = pick(stock, rng)
        if at > _REACH_M:
            break
        way = -speed if oncoming else speed
        late = [(there - at) / way - there / max(ego.speed_mps, 0.1) for there in crossed]
        meets = any(-_BEFORE_EVENT_S < seconds < _AFTER_EVENT_S for seconds in late)
        if not meets and all(abs(at - other) > _AROUND_NAMED_M for other in drivers):
            found.append((at, car.model))
        at += car.length_m
    steps = np.sort(rng.uniform(0.97, 1.03, len(found)))
    if oncoming:
        steps = steps[::-1]
    return [
        ActorPlan(
            name=f"traffic_{first + i}",
            model=model,
            place=InLane(lane=lane, ahead_m=ahead),
            speed_mps=float(speed * step),
            role="traffic",
        )
        for i, ((ahead, model), step) in enumerate(zip(found, steps, strict=True))
    ]
