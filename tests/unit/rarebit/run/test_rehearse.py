"""What a rehearsal notes and looks for, on a stage of made-up moments."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rarebit.core.errors import UnlikeRehearsalError
from rarebit.core.frames import apply, inverse, transform
from rarebit.history import History
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.criteria.hidden import Hidden
from rarebit.language.criteria.seen import Seen
from rarebit.language.maneuvers.run_across import RunAcross
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout, Placed
from rarebit.rig.eyes import FRONT_EYE
from rarebit.run.play import Moment
from rarebit.run.record import _compare
from rarebit.run.rehearse import Notes, visible_share, watched_actors
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather
from rarebit.session.state import StageState

STEP_US, TICKS = 50_000, 41
NAMES = ("ego", "child")
SIZE = {"ego": np.array([4.6, 1.9, 1.5]), "child": np.array([0.5, 0.5, 1.2])}
RULE = Rule(name="run", when=AtTime(at_time_s=1.0), do=(("child", RunAcross(run_across="road", speed_mps=2.0)),))


def plan(name: str, **more: Any) -> ActorPlan:
    return ActorPlan(name=name, model="vehicle.tesla.model3", place=InLane(ahead_m=0.0), **more)


SCENARIO = ConcreteScenario(
    scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
    road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=Weather(),
    ego=plan("ego", speed_mps=10.0, role="ego"),
    actors=(plan("van"), plan("child")), story=(RULE,),
    accept=(Hidden(actor="child", until="run"), Seen(actor="van", visible=0.5, within_s=1.0)), duration_s=2.0,
    hazards=("child",),
)  # fmt: skip


def placed(name: str, x: float, y: float) -> Placed:
    return Placed(
        name=name, position_m=np.array([x, y, 0.0]), yaw_rad=0.0, path_m=None, path_speed_limit_mps=None, road_yaw_rad=0.0,
        side="right", to_far_edge_m=8.0, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(), station_m=x,
    )  # fmt: skip


LAYOUT = Layout(ego=placed("ego", 0.0, 0.0), actors=(placed("child", 30.0, -4.0),), dropped=(), notes=())


def moment(tick: int, child_y: float = -4.0) -> Moment:
    boxes = np.stack([transform((0.5 * tick, 0.0, 0.75)), transform((30.0, child_y, 0.6))])
    state = StageState(
        frame=500 + tick, names=NAMES, world_from_actor=boxes, velocity_mps=np.zeros((2, 3)),
        acceleration_mps2=np.zeros((2, 3)), angular_velocity_radps=np.zeros((2, 3)),
    )  # fmt: skip
    return Moment(
        tick=tick, state=state, fired=(RULE,) if tick == 20 else (), world_from_box=boxes,
        velocity_mps=np.array([[10.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), station_m=np.array([0.5 * tick, np.nan]),
    )  # fmt: skip


class Stage:
    """Has heard some touches; its rays are open to the left of the ego's axis only."""

    def __init__(self, *touches: tuple[int, str, float]) -> None:
        self.actors = {name: SimpleNamespace(type_id=f"type.{name}", size_lwh_m=SIZE[name]) for name in NAMES}
        self.actor_from_ego = transform((-1.4, 0.0, -0.75))
        self.is_finished = False
        self.rays = 0
        self._touches = touches

    def finish(self) -> None:
        self.is_finished = True

    def touches(self) -> tuple[tuple[int, str, float], ...]:
        assert self.is_finished
        return self._touches

    def open_rays(self, eye_m: np.ndarray, targets_m: np.ndarray, name: str) -> np.ndarray:
        self.rays += len(targets_m)
        return np.asarray(targets_m[:, 1] > 0.0)


def history(*touches: tuple[int, str, float], start_y: float = -4.0, visible: dict[int, float] | None = None) -> History:
    notes = Notes(SCENARIO, LAYOUT, STEP_US)
    for tick in range(TICKS):
        notes.add(moment(tick, start_y))
    stage: Any = Stage(*touches)
    return notes.history(stage, {"child": visible or {}})


def test_tracks_are_where_everybody_was_and_rules_when_they_fired() -> None:
    found = history(visible={0: 0.25, 20: 1.0})
    assert found.time_us.tolist() == [STEP_US * tick for tick in range(TICKS)]
    assert found.tracks["ego"].position_m[:, 0] == pytest.approx(0.5 * np.arange(TICKS))
    assert found.tracks["ego"].station_m == pytest.approx(0.5 * np.arange(TICKS))
    assert np.isnan(found.tracks["child"].station_m).all()
    assert (found.tracks["child"].type_id, found.tracks["child"].size_lwh_m.tolist()) == ("type.child", [0.5, 0.5, 1.2])
    assert [(event.time_us, event.kind, event.name) for event in found.events] == [(1_000_000, "rule", "run")]
    seen = found.visible_fraction["child"]
    assert (seen[0], seen[20], np.isnan(seen).sum()) == (0.25, 1.0, TICKS - 2)


def test_the_first_touch_with_each_counts_and_the_ground_does_not() -> None:
    found = history(
        *((499, "child", 5.0), (505, "static.road", 9.0), (510, "child", 3.0), (511, "child", 3.0)),
        *((530, "static.pole", 1.0), (541, "van", 1.0)),
    )
    touches = [(event.time_us, event.name) for event in found.events if event.kind == "collision"]
    assert touches == [(10 * STEP_US, "ego/child"), (30 * STEP_US, "ego/static.pole")]


@pytest.mark.parametrize(("off_m", "told"), [(0.29, []), (0.5, ["child: starts 0.5 m off its place"])])
def test_who_of_the_story_does_not_start_at_his_place_is_told(off_m: float, told: list[str]) -> None:
    assert [event.name for event in history(start_y=-4.0 + off_m).events if event.kind == "artefact"] == told


def test_those_are_watched_whom_a_criterion_asks_for_in_the_scenarios_order() -> None:
    assert watched_actors(SCENARIO) == ("van", "child")


def test_a_share_is_of_the_sample_points_that_an_eye_has_in_view_past_everything() -> None:
    def share(child_y: float) -> float:
        stage: Any = Stage()
        return visible_share(stage, moment(0, child_y), "child", (FRONT_EYE,))

    assert share(-4.0) == 0.0
    assert share(4.0) == 1.0
    # Nine points: four on the left, four on the right, one in the middle (on the axis: closed).
    assert share(0.0) == pytest.approx(4.0 / 9.0)


def test_what_is_behind_or_far_is_not_looked_at() -> None:
    stage: Any = Stage()
    behind = moment(80, 1.0)  # the ego is 10 m past the child
    assert visible_share(stage, behind, "child", (FRONT_EYE,)) == 0.0
    boxes = np.stack([transform((0.0, 0.0, 0.75)), transform((125.0, 5.0, 0.6))])
    far = Moment(
        tick=0, state=moment(0).state, fired=(), world_from_box=boxes, velocity_mps=np.zeros((2, 3)), station_m=np.zeros(2)
    )
    assert visible_share(stage, far, "child", (FRONT_EYE,)) == 0.0
    assert stage.rays == 0
    world_from_eye = boxes[0] @ stage.actor_from_ego @ FRONT_EYE.ego_from_eye
    assert np.linalg.norm(apply(inverse(world_from_eye), boxes[1][None, :3, 3])) > 120.0


def test_a_recording_that_leaves_its_rehearsal_is_told_when_and_how_far() -> None:
    rehearsed, recorded = history(), history(start_y=-3.8)
    with pytest.raises(
        UnlikeRehearsalError, match=r"child: the recording left the rehearsed track at 0\.00 s \(0\.2 m at most\)"
    ):
        _compare(SCENARIO, rehearsed, recorded, exact=True)
    without = History(
        time_us=recorded.time_us, tracks={"ego": recorded.tracks["ego"]}, events=recorded.events, visible_fraction={}
    )
    with pytest.raises(UnlikeRehearsalError, match=r"child: was rehearsed but is not in the recording"):
        _compare(SCENARIO, rehearsed, without, exact=False)
    assert math.isclose(float(np.ptp(recorded.tracks["ego"].position_m[:, 0])), 20.0)
