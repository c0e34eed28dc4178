"""Triggers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rarebit.language.conditions.after import After
from rarebit.language.conditions.all_of import AllOf
from rarebit.language.conditions.any_of import AnyOf
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.conditions.closing_on import ClosingOn
from rarebit.language.conditions.distance_to import DistanceTo
from rarebit.language.conditions.faster_than import FasterThan
from rarebit.language.conditions.gap_to import GapTo
from rarebit.language.conditions.holds import Holds
from rarebit.language.conditions.not_ import Not
from rarebit.language.conditions.stands_for import StandsFor
from rarebit.language.conditions.time_headway_to import TimeHeadwayTo
from rarebit.language.conditions.time_to_collision_to import TimeToCollisionTo
from rarebit.language.conditions.time_to_reach import TimeToReach
from rarebit.language.kinds import Condition
from rarebit.language.maneuvers.brake import Brake
from rarebit.roads.path import Path
from rarebit.run.story import Story
from rarebit.scenario import Rule
from rarebit.world_view import Bodies, WorldView


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


def moving(time_s: float, ego_x: float, ego_mps: float, lead_x: float, lead_mps: float) -> WorldView:
    """Ego behind a lead on a straight road, both 4 m long and 2 m wide."""
    path = Path(np.stack([np.arange(0.0, 300.0), np.zeros(300), np.zeros(300)], 1))
    boxes = np.stack([np.eye(4), np.eye(4)])
    boxes[:, 0, 3] = ego_x, lead_x
    bodies = Bodies(
        rows={"ego": 0, "lead": 1},
        world_from_actor=boxes,
        world_from_box=boxes,
        velocity_mps=np.array([[ego_mps, 0.0, 0.0], [lead_mps, 0.0, 0.0]]),
        angular_velocity_radps=np.zeros((2, 3)),
        size_lwh_m=np.array([[4.0, 2.0, 1.5]] * 2),
    )
    return WorldView(
        time_s=time_s,
        position_m={"ego": np.array([ego_x, 0.0, 0.0]), "lead": np.array([lead_x, 0.0, 0.0])},
        speed_mps={"ego": ego_mps, "lead": lead_mps},
        half_length_m={"ego": 2.0, "lead": 2.0},
        station_m={"ego": ego_x, "lead": lead_x},
        paths={"ego": path, "lead": path},
        heading_rad={"ego": 0.0, "lead": 0.0},
        bodies=bodies,
    )


@pytest.mark.parametrize(
    ("condition", "before", "after"),
    [
        # 24 m between the centres are 20 m of clear road: 1 s at 20 m/s.
        (TimeHeadwayTo(time_headway_to="lead", below_s=1.0), (0.0, 20.0, 24.1, 15.0), (0.0, 20.0, 23.9, 15.0)),
        (TimeHeadwayTo(time_headway_to="lead", below_s=9.0), (0.0, 0.0, 24.0, 0.0), (0.0, 3.0, 24.0, 0.0)),
        (TimeHeadwayTo(time_headway_to="ego", below_s=9.0, actor="lead"), (0.0, 3.0, 24.0, 9.0), (30.0, 3.0, 24.0, 9.0)),
        # 20 m of clear road at 5 m/s: 4 s.
        (TimeToCollisionTo(time_to_collision_to="lead", below_s=4.0), (0.0, 20.0, 24.1, 15.0), (0.0, 20.0, 23.9, 15.0)),
        (TimeToCollisionTo(time_to_collision_to="lead", below_s=60.0), (0.0, 15.0, 24.0, 15.0), (0.0, 16.0, 24.0, 15.0)),
        (ClosingOn(closing_on="lead", above_mps=5.0), (0.0, 20.0, 24.0, 15.0), (0.0, 20.1, 24.0, 15.0)),
        (ClosingOn(closing_on="lead", above_mps=5.0), (40.0, 30.0, 24.0, 15.0), (40.0, 10.0, 24.0, 15.1)),
        (Not(not_=FasterThan(faster_than_mps=5.0)), (0.0, 6.0, 9.0, 0.0), (0.0, 5.0, 9.0, 0.0)),
    ],
)
def test_conditions_about_two_turn_true_where_they_say(
    condition: Condition, before: tuple[float, ...], after: tuple[float, ...]
) -> None:
    assert not condition.holds(moving(0.0, *before))
    assert condition.holds(moving(0.0, *after))


def fires(when: Condition, speeds: list[float]) -> list[float]:
    """When a rule fires while ego has these speeds, a value a tenth of a second."""
    story, times = Story((Rule(name="r", when=when, do=()),)), []
    for tick, speed in enumerate(speeds):
        story, rules = story.step(moving(tick * 0.1, 0.0, speed, 30.0, 0.0))
        times += [round(tick * 0.1, 2) for _ in rules]
    return times


def test_what_has_to_hold_for_a_while_begins_anew_after_a_break() -> None:
    fast = FasterThan(faster_than_mps=5.0)
    speeds = [6.0] * 4 + [4.0] + [6.0] * 10
    assert fires(Holds(holds_=fast, for_s=0.3), speeds) == [0.3]
    assert fires(Holds(holds_=fast, for_s=0.5), speeds) == [1.0]
    assert fires(Holds(holds_=fast, for_s=2.0), speeds) == []
    assert fires(AllOf(all_of=(AtTime(at_time_s=0.9), Holds(holds_=fast, for_s=0.3))), speeds) == [0.9]
    twice = Holds(holds_=Holds(holds_=fast, for_s=0.2), for_s=0.3)
    assert fires(twice, speeds) == [1.0]


def test_standing_for_a_while() -> None:
    assert fires(StandsFor(stands_for_s=0.4), [3.0, 0.0, 0.05, 0.0, 1.0] + [0.0] * 8) == [0.9]


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
