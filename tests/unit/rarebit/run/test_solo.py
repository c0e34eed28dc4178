"""Who is left when the story plays alone, and when that is worth a run."""

from __future__ import annotations

import numpy as np

from rarebit.language.conditions.at_time import AtTime
from rarebit.language.criteria.collision import Collision
from rarebit.language.criteria.hidden import Hidden
from rarebit.language.maneuvers.run_across import RunAcross
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout
from rarebit.layout.placed import Placed
from rarebit.run.solo import solo
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather

PLACE = InLane(ahead_m=0.0)


def staged(company: int) -> tuple[ConcreteScenario, Layout]:
    """A child, a van and so many parked cars and passers-by."""
    fill = tuple(
        ActorPlan(name=f"parked_{n}", model="vehicle.tesla.model3", place=PLACE, role="parked" if n % 2 else "traffic")
        for n in range(company)
    )
    scenario = ConcreteScenario(
        scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
        road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=Weather(),
        ego=ActorPlan(name="ego", model="vehicle.tesla.model3", place=PLACE, speed_mps=10.0, role="ego"),
        actors=(
            *fill,
            ActorPlan(name="van", model="vehicle.mercedes.sprinter", place=PLACE, role="occluder"),
            ActorPlan(name="child", model="walker.child", place=PLACE),
        ),
        story=(Rule(name="run", when=AtTime(at_time_s=1.0), do=(("child", RunAcross(run_across="road", speed_mps=2.0)),)),),
        accept=(Hidden(actor="child", until="run"), Collision(collision="allowed")), duration_s=5.0, hazards=("child",),
    )  # fmt: skip
    ego, *others = (placed(plan.name, 10.0 * n) for n, plan in enumerate((scenario.ego, *scenario.actors)))
    return scenario, Layout(ego=ego, actors=tuple(others), dropped=(), notes=())


def placed(name: str, x_m: float) -> Placed:
    return Placed(
        name=name, position_m=np.array([x_m, 0.0, 0.0]), yaw_rad=0.0, path_m=None, path_speed_limit_mps=None,
        road_yaw_rad=0.0, side="right", to_far_edge_m=7.0, lane=None, lane_width_m=3.5, left_shifts_m=(),
        right_shifts_m=(), station_m=x_m,
    )  # fmt: skip


def sizes(scenario: ConcreteScenario) -> dict[str, np.ndarray]:
    return {plan.name: np.array([4.5, 1.9, 1.5]) for plan in (scenario.ego, *scenario.actors)}


def test_the_story_keeps_its_own_and_what_needs_no_look() -> None:
    scenario, layout = staged(50)
    alone = solo(scenario, layout, sizes(scenario))
    assert alone is not None
    assert [plan.name for plan in alone[0].actors] == [one.name for one in alone[1].actors] == ["van", "child"]
    assert alone[0].accept == (Collision(collision="allowed"),)
    assert (alone[0].ego, alone[0].story, alone[1].ego) == (scenario.ego, scenario.story, layout.ego)


def test_small_company_is_not_worth_a_run_of_its_own() -> None:
    for company in (0, 12, 19):
        scenario, layout = staged(company)
        assert solo(scenario, layout, sizes(scenario)) is None
    scenario, layout = staged(20)
    assert solo(scenario, layout, sizes(scenario)) is not None
