"""Whom a run goes on without: company that an artefact names, never the story's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rarebit.history import History
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.maneuvers.brake import Brake
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout, Placed
from rarebit.run import artefacts
from rarebit.run.company import without_troubled
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather

HISTORY = History(time_us=np.array([0]), tracks={}, events=(), visible_fraction={})
ROLES = {"lead": "hazard", "van": "occluder", "traffic_1": "traffic", "traffic_12": "traffic", "told": "traffic"}


def placed(name: str) -> Placed:
    return Placed(
        name=name, position_m=np.zeros(3), yaw_rad=0.0, path_m=None, path_speed_limit_mps=None, road_yaw_rad=0.0, side="on",
        to_far_edge_m=5.0, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(), station_m=0.0,
    )  # fmt: skip


def left(monkeypatch: pytest.MonkeyPatch, lines: Sequence[str]) -> Layout | None:
    plans = [ActorPlan(name=n, model="vehicle.audi.a2", place=InLane(ahead_m=0.0), role=r) for n, r in ROLES.items()]
    scenario = ConcreteScenario(
        scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
        road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=Weather(),
        ego=ActorPlan(name="ego", model="vehicle.audi.a2", place=InLane(ahead_m=0.0), role="ego"), actors=tuple(plans),
        story=(Rule(name="go", when=AtTime(at_time_s=1.0), do=(("told", Brake(brake_mps2=3.0)),)),), accept=(),
        duration_s=2.0, hazards=("lead",),
    )  # fmt: skip
    monkeypatch.setattr(artefacts, "found", lambda *_: iter(lines))
    layout = Layout(ego=placed("ego"), actors=tuple(map(placed, ROLES)), dropped=(("cart", "no room"),), notes=())
    return without_troubled(scenario, layout, HISTORY)


def test_company_that_a_fault_names_is_left_out_with_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "traffic_12 and lead touched at 1.0 s"
    layout = left(monkeypatch, [line])
    assert layout is not None
    assert [one.name for one in layout.actors] == ["lead", "van", "traffic_1", "told"]
    assert layout.dropped == (("cart", "no room"), ("traffic_12", line))


@pytest.mark.parametrize(
    "line", ["lead: jumped 3 m", "ego and van touched at 1.0 s", "told: fell through the ground", "traffic: x"]
)
def test_the_story_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    assert left(monkeypatch, [line]) is None
