"""Parked cars, traffic and pedestrians: shares, gaps, room for the named actors, pure draws."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from rarebit.core.rng import stream
from rarebit.families.family import PopulateFamily, Surroundings
from rarebit.families.fleet import CARS
from rarebit.language.construct import constructs
from rarebit.language.places.behind import Behind
from rarebit.language.places.in_lane import InLane
from rarebit.roads.profile import BOTH, NEITHER, RoadProfile, sides
from rarebit.scenario import ActorPlan, Value

ROAD = RoadProfile(length_m=420.0, lanes=3, opposite_lanes=3, parking=BOTH, sidewalks=BOTH)
EGO = ActorPlan(name="ego", model="vehicle.lincoln.mkz_2020", place=InLane(ahead_m=0.0), speed_mps=12.0, role="ego")
VAN = ActorPlan(
    name="van", model="vehicle.mercedes.sprinter", place=InLane(lane="parking_right", ahead_m=50.0), role="occluder"
)
CHILD = ActorPlan(name="child", model="walker.child", place=Behind(behind="van", gap_m=1.0))
LENGTHS = {car.model: car.length_m for car in CARS}


def _fill(family: str, *, seed: int = 0, road: RoadProfile | None = ROAD, **changes: Value) -> tuple[ActorPlan, ...]:
    company: PopulateFamily = constructs("company")[family](**changes)
    return company.fill(Surroundings(named=(EGO, VAN, CHILD), road=road, duration_s=8.0), stream(seed, family))


@pytest.mark.parametrize("family", constructs("company"))
def test_pure_and_named(family: str) -> None:
    plans = _fill(family)
    assert plans == _fill(family) != _fill(family, seed=1)
    assert len({plan.name for plan in plans}) == len(plans) > 5
    assert all(plan.name.startswith(f"{family}_") and plan.role in ("parked", "traffic") for plan in plans)


def test_parked_cars_do_not_touch_and_leave_room() -> None:
    plans = _fill("parked_cars", occupancy_percent=100.0)
    for side in ("left", "right"):
        row = [plan for plan in plans if plan.place.lane == f"parking_{side}"]
        assert len({plan.model for plan in row}) > 3
        for back, front in itertools.pairwise(row):
            gap = front.place.ahead_m - back.place.ahead_m - LENGTHS[front.model] / 2 - LENGTHS[back.model] / 2
            assert gap >= 0.6 - 1e-9
    right = [plan for plan in plans if plan.place.lane == "parking_right"]
    assert all(abs(plan.place.ahead_m - 50.0) > 2.5 + 3.0 + LENGTHS[plan.model] / 2 for plan in right)


@pytest.mark.parametrize("share", [0.0, 40.0, 100.0])
def test_occupancy(share: float) -> None:
    full = len(_fill("parked_cars", occupancy_percent=100.0, from_m=100.0, to_m=1900.0))
    assert len(_fill("parked_cars", occupancy_percent=share, from_m=100.0, to_m=1900.0)) / full == pytest.approx(
        share / 100, abs=0.07
    )


@pytest.mark.parametrize(
    ("parking", "lanes"), [("right", {"parking_right"}), ("none", set()), ("both", {"parking_left", "parking_right"})]
)
def test_cars_park_where_the_road_has_room(parking: str, lanes: set[str]) -> None:
    assert {plan.place.lane for plan in _fill("parked_cars", road=dataclasses.replace(ROAD, parking=sides(parking)))} == lanes


def test_traffic_keeps_off_ego_and_never_meets() -> None:
    plans = _fill("traffic", per_km=40.0)
    lanes = {plan.place.lane for plan in plans}
    assert lanes == {"left_1", "left_2", "right_1", "right_2", "opposite_1", "opposite_2", "opposite_3"}
    for lane in lanes:
        row = sorted((plan for plan in plans if plan.place.lane == lane), key=lambda plan: plan.place.ahead_m)
        speeds = [plan.speed_mps for plan in row]
        assert speeds == sorted(speeds, reverse=lane.startswith("opposite"))
    ahead = [plan for plan in _fill("traffic", direction="same", in_ego_lane=True, speed_mps=5.0) if plan.place.lane == "same"]
    assert ahead
    assert all(plan.place.ahead_m > 30.0 and plan.speed_mps > 0.95 * EGO.speed_mps for plan in ahead)


def test_nobody_comes_towards_a_one_way_street() -> None:
    lanes = {plan.place.lane for plan in _fill("traffic", road=dataclasses.replace(ROAD, opposite_lanes=0))}
    assert not any(lane.startswith("opposite") for lane in lanes)


def test_pedestrians_keep_clear_of_the_child() -> None:
    plans = _fill("pedestrians", per_km=300.0)
    assert all(abs(plan.place.ahead_m - 54.5) >= 12.0 for plan in plans)
    assert any(plan.speed_mps == 0.0 for plan in plans)
    assert {plan.place.lane for plan in plans} == {"sidewalk_left", "sidewalk_right"}
    assert _fill("pedestrians", road=dataclasses.replace(ROAD, sidewalks=NEITHER)) == ()


def test_the_far_kerb_of_a_one_way_street_is_parked_ego_s_way() -> None:
    one_way = dataclasses.replace(ROAD, opposite_lanes=0)
    for road, far in ((one_way, "left"), (dataclasses.replace(one_way, traffic="left"), "right")):
        plans = _fill("parked_cars", road=road, occupancy_percent=100.0)
        turned = {
            side: [abs(plan.place.heading_rad) > 2.0 for plan in plans if plan.place.lane == f"parking_{side}"]
            for side in ("left", "right")
        }
        near = "right" if far == "left" else "left"
        assert sum(turned[far]) > 0.8 * len(turned[far])
        assert sum(turned[near]) < 0.2 * len(turned[near])
