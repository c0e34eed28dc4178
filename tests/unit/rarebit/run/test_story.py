"""Triggers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rarebit.language.conditions.after import After
from rarebit.language.conditions.all_of import AllOf
from rarebit.language.conditions.any_of import AnyOf
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.conditions.distance_to import DistanceTo
from rarebit.language.conditions.faster_than import FasterThan
from rarebit.language.conditions.gap_to import GapTo
from rarebit.language.conditions.time_to_reach import TimeToReach
from rarebit.language.kinds import Condition
from rarebit.language.maneuvers.brake import Brake
from rarebit.roads.path import Path
from rarebit.run.story import Story
from rarebit.scenario import Rule
from rarebit.world_view import WorldView


def view(time_s: float = 0.0, ego_x: float = 0.0, ego_mps: float = 10.0) -> WorldView:
    path = Path(np.stack([np.arange(0.0, 200.0), np.zeros(200), np.zeros(200)], 1))
    return WorldView(
        time_s=time_s,
        position_m={"ego": np.array([ego_x, 0.0, 0.0]), "child": np.array([60.0, -5.0, 0.0])},
        speed_mps={"ego": ego_mps, "child": 0.0},
        half_length_m={"ego": 2.0, "child": 0.3},
        station_m={"ego": ego_x},
        paths={"ego": path},
        heading_rad={"ego": 0.0, "child": 1.5},
    )


@pytest.mark.parametrize(
    ("condition", "before", "after"),
    [
        (AtTime(at_time_s=1.0), view(0.95), view(1.0)),
        (TimeToReach(time_to_reach="child", below_s=2.0), view(ego_x=39.0), view(ego_x=40.5)),
        # 5 m beside the path at 2.5 m/s are 2 s, so ego has 1 s more: 30 m at 10 m/s.
        (TimeToReach(time_to_reach="child", below_s=1.0, crossing_mps=2.5), view(ego_x=29.0), view(ego_x=30.5)),
        (DistanceTo(distance_to="child", below_m=13.0), view(ego_x=47.9), view(ego_x=48.1)),
        (GapTo(gap_to="child", below_m=10.0), view(ego_x=47.0), view(ego_x=48.0)),
        (FasterThan(faster_than_mps=12.0), view(ego_mps=12.0), view(ego_mps=12.1)),
        (After(after="go", delay_s=0.5), view(0.4), view(0.5)),
        (AllOf(all_of=(AtTime(at_time_s=1.0), FasterThan(faster_than_mps=5.0))), view(0.9), view(1.0)),
        (AnyOf(any_of=(AtTime(at_time_s=9.0), FasterThan(faster_than_mps=11.0))), view(1.0), view(1.0, ego_mps=11.5)),
    ],
)
def test_each_condition_turns_true_where_it_says(condition: Condition, before: WorldView, after: WorldView) -> None:
    assert not condition.holds(replace(before, fired_s={"go": 0.0}))
    assert condition.holds(replace(after, fired_s={"go": 0.0}))


def test_a_standing_actor_never_reaches_anything() -> None:
    assert not TimeToReach(time_to_reach="child", below_s=1e6).holds(view(ego_mps=0.0))


def test_rules_fire_once_and_in_order() -> None:
    brake = (("ego", Brake(brake_mps2=3.0)),)
    story = Story(
        (
            Rule(name="first", when=AtTime(at_time_s=1.0), do=brake),
            Rule(name="second", when=After(after="first"), do=brake),
            Rule(name="third", when=After(after="second", delay_s=1.0), do=brake),
        )
    )
    fired: list[tuple[float, str]] = []
    for tick in range(60):
        story, rules = story.step(view(tick * 0.05))
        fired += [(tick * 0.05, rule.name) for rule in rules]
    assert [(round(at, 2), name) for at, name in fired] == [(1.0, "first"), (1.0, "second"), (2.0, "third")]
