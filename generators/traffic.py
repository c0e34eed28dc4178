"""Other vehicles that drive along."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rarebit.families.family import Parameter, PopulateFamily, Surroundings, number, reach
from rarebit.families.fleet import CARS, TRUCKS, pick
from rarebit.language.places.in_lane import InLane
from rarebit.scenario import ActorPlan, Value

_REACH_M = 400.0
_AROUND_NAMED_M = 60.0
_BEFORE_EVENT_S, _AFTER_EVENT_S = 2.0, 4.5  # nobody drives past who crosses the road about when ego comes there


def fill(values: Mapping[str, Value], surroundings: Surroundings, rng: np.random.Generator) -> tuple[ActorPlan, ...]:
    """A stream of vehicles in each lane, all at about one speed a lane, the front ones the faster, so that none meet.

    Ego's own lane stays free unless ``in_ego_lane``; then they drive ahead of it, faster than it. Lanes of named vehicles stay
    free around these, and nobody comes by while a named walker or thing crosses.
    """
    plans: list[ActorPlan] = []
    for lane in _lanes(values, surroundings):
        plans += _stream(lane, values, surroundings, rng, len(plans))
    return tuple(plans)


def _lanes(values: Mapping[str, Value], surroundings: Surroundings) -> list[str]:
    """Lanes beside ego's that the road may have; on a town layout finds out which it has."""
    road = surroundings.road
    own, other = (2, 2) if road is None else (road.lanes, road.opposite_lanes)
    beside = [f"{side}_{i}" for i in range(1, own) for side in ("left", "right")]
    same = [*(["same"] if values["in_ego_lane"] else []), *beside]
    oncoming = [f"opposite_{i}" for i in range(1, other + 1)]
    return {"same": same, "oncoming": oncoming, "both": [*same, *oncoming]}[str(values["direction"])]


def _stream(
    lane: str, values: Mapping[str, Value], surroundings: Surroundings, rng: np.random.Generator, first: int
) -> list[ActorPlan]:
    named = {plan.name: plan for plan in surroundings.named}
    ego = surroundings.named[0]
    oncoming = lane.startswith("opposite")
    speed = number(values, "speed_mps") * float(rng.uniform(0.92, 1.08))
    if lane == "same":
        speed = max(speed, ego.speed_mps * 1.02)
    drivers = [reach(plan, named) for plan in named.values() if plan.role == "hazard" and plan.place.lane == lane]
    crossed = [reach(p, named) for p in named.values() if p.role == "hazard" and not p.model.startswith("vehicle.")]
    mean_gap = 1000.0 / max(number(values, "per_km"), 1e-6)
    smallest = number(values, "gap_min_m")
    at = 30.0 if lane == "same" else -100.0
    found: list[tuple[float, str]] = []
    while True:
        at += smallest + float(rng.exponential(max(mean_gap - smallest, 1.0)))
        stock = TRUCKS if float(rng.random()) * 100.0 < number(values, "truck_percent") else CARS
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


FAMILY = PopulateFamily(
    name="traffic",
    about="vehicles that drive along",
    parameters=(
        Parameter(name="direction", default="both", choices=("same", "oncoming", "both"), about="which way they drive"),
        Parameter(name="per_km", default=12.0, low=0.0, high=100.0, about="vehicles on a kilometre of each lane"),
        Parameter(name="speed_mps", default=13.0, low=0.5, high=60.0, about="mean speed"),
        Parameter(name="truck_percent", default=5.0, low=0.0, high=100.0, about="share of trucks"),
        Parameter(name="gap_min_m", default=15.0, low=3.0, high=500.0, about="smallest gap between two"),
        Parameter(name="in_ego_lane", default=False, about="whether some drive ahead in ego's lane, faster than it"),
    ),
    fill=fill,
)
