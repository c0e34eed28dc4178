"""The story alone: who belongs to it, and when it is worth a run of its own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rarebit.language.conditions.at_time import AtTime
from rarebit.language.conditions.gap_to import GapTo
from rarebit.language.criteria.collision import Collision
from rarebit.language.criteria.hidden import Hidden
from rarebit.language.kinds import Condition, Criterion
from rarebit.language.maneuvers.brake import Brake
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout, Placed
from rarebit.run.carrying import carriers
from rarebit.run.solo import solo
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather

SIZE_M = {"van": np.array([5.0, 2.0, 2.5]), "crate": np.array([1.0, 1.0, 1.0]), "box": np.array([0.5, 0.5, 0.4])}


def placed(name: str, x: float, z: float = 0.0) -> Placed:
    return Placed(
        name=name, position_m=np.array([x, 0.0, z]), yaw_rad=0.0, path_m=None, path_speed_limit_mps=None, road_yaw_rad=0.0,
        side="on", to_far_edge_m=5.0, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(), station_m=x,
    )  # fmt: skip


def plan(name: str, height_m: float = 0.0, **more: Any) -> ActorPlan:
    return ActorPlan(name=name, model="static.prop.box01", place=InLane(ahead_m=0.0, height_m=height_m), **more)


def scene(
    *actors: tuple[ActorPlan, Placed], when: Condition | None = None, brakes: str = "ego",
    accept: tuple[Criterion, ...] = (), company: int = 20,
) -> tuple[ConcreteScenario, Layout]:  # fmt: skip
    crowd = [(plan(f"parked_{i}", role="parked"), placed(f"parked_{i}", 100.0 + 10.0 * i)) for i in range(company)]
    every = (*actors, *crowd)
    rule = Rule(name="go", when=when or AtTime(at_time_s=1.0), do=((brakes, Brake(brake_mps2=3.0)),))
    scenario = ConcreteScenario(
        scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
        road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=Weather(),
        ego=ActorPlan(name="ego", model="vehicle.tesla.model3", place=InLane(ahead_m=0.0), role="ego"),
        actors=tuple(one for one, _ in every), story=(rule,), accept=accept, duration_s=2.0, hazards=(),
    )  # fmt: skip
    return scenario, Layout(ego=placed("ego", 0.0), actors=tuple(at for _, at in every), dropped=(), notes=())


def cast(*args: Any, **more: Any) -> set[str] | None:
    scenario, layout = scene(*args, **more)
    sizes = SIZE_M | {one.name: np.ones(3) for one in (layout.ego, *layout.actors) if one.name not in SIZE_M}
    found = solo(scenario, layout, sizes)
    if found is None:
        return None
    alone, place = found
    names = {one.name for one in alone.actors}
    assert {one.name for one in place.actors} == names
    assert not any(criterion.watched() for criterion in alone.accept)
    carriers(alone, place, sizes)  # nobody hangs in the air
    return names


VAN = plan("van", role="hazard"), placed("van", 30.0)


def test_company_stays_away_and_the_story_comes() -> None:
    assert cast(VAN, brakes="van") == {"van"}


def test_whoever_a_rule_or_a_criterion_names_belongs_to_the_story() -> None:
    assert cast(when=GapTo(actor="ego", gap_to="parked_3", below_m=5.0), company=25) == {"parked_3"}
    looks = Hidden(actor="parked_4", until="go")
    assert cast(accept=(looks, Collision(collision="allowed")), company=25) == {"parked_4"}


@pytest.mark.parametrize(("company", "worth"), [(19, False), (20, True), (50, True)])
def test_it_is_worth_a_run_where_twenty_or_more_stay_away(company: int, worth: bool) -> None:
    assert (cast(VAN, brakes="van", company=company) is not None) is worth


def test_what_carries_the_storys_actors_comes_with_them_however_high_they_are_stacked() -> None:
    crate = plan("crate", 2.5, role="parked"), placed("crate", 30.0, 2.5)
    box = plan("box", 3.5, role="hazard"), placed("box", 30.0, 3.5)
    van = plan("van", role="parked"), placed("van", 30.0)
    assert cast(van, crate, box, brakes="box") == {"van", "crate", "box"}
    assert math.isclose(float(box[1].position_m[2]), 2.5 + 1.0)
