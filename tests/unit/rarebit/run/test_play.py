"""A run tick by tick on a stage without physics: only what is put in place moves."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from rarebit.core.errors import SceneError
from rarebit.core.frames import transform
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.kinds import Maneuver
from rarebit.language.maneuvers.lights_on import LightsOn
from rarebit.language.maneuvers.roll import Roll
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout, Placed
from rarebit.layout.placed import ArmPhases
from rarebit.rig.plan import LEAST_LEAD_TICKS
from rarebit.run.movers import RUN_UP_TICKS
from rarebit.run.play import Moment, play
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather
from rarebit.session.state import Cast, Command, LightsCommand, PoseCommand, StageState

STEP_S = 0.05
SIZES = {"ego": (4.6, 1.9, 1.5), "wheel": (0.66, 0.22, 0.66)}
TYPES = {"ego": "vehicle.tesla.model3", "wheel": "carlite.prop.wheel"}


class Stage:
    """Keeps a book of what it is asked for; poses are taken over as they come."""

    def __init__(self, *names: str) -> None:
        self.actors = {
            name: Cast(
                name=name, actor_id=number, type_id=TYPES[name], attributes={},
                kind="vehicle" if name == "ego" else "prop",
                actor_from_box=transform((0.0, 0.0, SIZES[name][2] / 2.0)), size_lwh_m=np.array(SIZES[name]), tag=0,
            )
            for number, name in enumerate(names)
        }  # fmt: skip
        self._poses = np.stack([transform((20.0 * number, 0.0, 0.0)) for number in range(len(names))])
        self._frame = 100
        self.book: list[tuple[Any, ...]] = []

    @property
    def state(self) -> StageState:
        still = np.zeros((len(self.actors), 3))
        return StageState(
            frame=self._frame, names=tuple(self.actors), world_from_actor=self._poses.copy(), velocity_mps=still.copy(),
            acceleration_mps2=still, angular_velocity_radps=still,
        )  # fmt: skip

    def tick(self, commands: list[Command]) -> None:
        self._frame += 1
        self.book.append(("tick", tuple(commands)))
        for command in commands:
            if isinstance(command, PoseCommand):
                self._poses[list(self.actors).index(command.name)] = command.world_from_actor

    def ground_z(self, point_m: np.ndarray) -> float:
        return 0.0

    def show_lights(self, signals: tuple[str, ...], state: str) -> None:
        self.book.append(("lights", signals, state))

    def sensors_to_attach(self, ahead: int) -> list[int]:
        return [ahead]

    def attach_sensors(self, wanted: list[int]) -> None:
        self.book.append(("attach", *wanted))


def placed(name: str, x: float) -> Placed:
    return Placed(
        name=name, position_m=np.array([x, 0.0, 0.0]), yaw_rad=0.0, path_m=None, path_speed_limit_mps=None, road_yaw_rad=0.0,
        side="on", to_far_edge_m=5.0, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(), station_m=x,
    )  # fmt: skip


def scenario(*story: tuple[float, str, Maneuver], duration_s: float = 1.0) -> ConcreteScenario:
    return ConcreteScenario(
        scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
        road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=Weather(),
        ego=ActorPlan(name="ego", model=TYPES["ego"], place=InLane(ahead_m=0.0), role="ego"),
        actors=(ActorPlan(name="wheel", model=TYPES["wheel"], place=InLane(ahead_m=20.0), role="hazard"),),
        story=tuple(
            Rule(name=f"rule {i}", when=AtTime(at_time_s=time_s), do=((who, what),))
            for i, (time_s, who, what) in enumerate(story)
        ),
        accept=(), duration_s=duration_s, hazards=(),
    )  # fmt: skip


LAYOUT = Layout(ego=placed("ego", 0.0), actors=(placed("wheel", 20.0),), dropped=(), notes=())
ROLL = Roll(roll="along", speed_mps=4.0, slowing_mps2=0.5)


def run(of: ConcreteScenario, stage: Stage | None = None, layout: Layout = LAYOUT, **more: Any) -> tuple[list[Moment], Stage]:
    stage = stage or Stage("ego", "wheel")
    handle: Any = stage
    return list(play(handle, of, layout, STEP_S, **more)), stage


@pytest.mark.parametrize("duration_s", [0.05, 1.0, 2.5])
def test_there_is_a_moment_for_every_tick_from_time_0_to_the_end(duration_s: float) -> None:
    moments, stage = run(scenario(duration_s=duration_s))
    last = round(duration_s / STEP_S)
    assert [moment.tick for moment in moments] == list(range(last + 1))
    assert [moment.state.frame for moment in moments] == [100 + LEAST_LEAD_TICKS + tick for tick in range(last + 1)]
    assert sum(1 for row in stage.book if row[0] == "tick") == LEAST_LEAD_TICKS + last


@pytest.mark.parametrize(("lead_ticks", "first"), [(2, RUN_UP_TICKS), (10, 10), (40, 40)])
def test_sensors_are_asked_for_at_every_tick_before_time_0(lead_ticks: int, first: int) -> None:
    _, stage = run(scenario(), lead_ticks=lead_ticks)
    assert [row[1] for row in stage.book if row[0] == "attach"] == list(range(first, 0, -1))
    # Each before the tick that it is meant for.
    assert [row[0] for row in stage.book[: 2 * first]] == ["attach", "tick"] * first


def test_a_rule_fires_at_its_tick_and_what_it_moves_is_where_its_mover_puts_it() -> None:
    moments, _ = run(scenario((0.5, "wheel", ROLL), duration_s=2.0))
    assert [[rule.name for rule in moment.fired] for moment in moments if moment.fired] == [["rule 0"]]
    assert moments[10].fired
    for moment in moments:
        time_s = max(moment.tick - 10, 0) * STEP_S
        way = 4.0 * time_s - 0.5 * time_s**2 / 2.0
        assert moment.world_from_box[1, :3, 3] == pytest.approx([20.0 + way, 0.0, 0.33], abs=0.06)
        assert moment.world_from_box[1, :3, 2] == pytest.approx([0.0, 0.0, 1.0])  # upright though it rolls
    assert moments[30].velocity_mps[1] == pytest.approx([3.5, 0.0, 0.0], abs=0.05)  # no server knows of it
    assert np.isnan(moments[0].station_m).all()


def test_a_command_of_a_tick_shows_in_the_next() -> None:
    moments, stage = run(scenario((0.5, "wheel", ROLL), (0.3, "ego", LightsOn(lights_on=("LeftBlinker",)))))
    ticks = [row[1] for row in stage.book if row[0] == "tick"][LEAST_LEAD_TICKS:]
    said = [(tick, type(command)) for tick, commands in enumerate(ticks) for command in commands]
    assert said[0] == (6, LightsCommand)
    assert [tick for tick, kind in said if kind is PoseCommand] == list(range(10, 20))
    assert moments[10].world_from_box[1, 0, 3] == 20.0 < moments[11].world_from_box[1, 0, 3]


def test_traffic_lights_show_their_state_before_the_run_up_and_changes_before_their_tick() -> None:
    arm = ArmPhases(arm="near", signals=("1", "2"), changes=((0.0, "green"), (0.1, "yellow")))
    _, stage = run(scenario(), layout=dataclasses.replace(LAYOUT, lights=(arm,)))
    assert stage.book[0] == ("lights", ("1", "2"), "green")
    at = stage.book.index(("lights", ("1", "2"), "yellow"))
    # Two ticks after time 0: one has gone by.
    assert sum(1 for row in stage.book[:at] if row[0] == "tick") == LEAST_LEAD_TICKS + 1


def test_what_cannot_be_done_is_told_with_who_and_what() -> None:
    with pytest.raises(SceneError, match=r"^ego: cannot Roll: a vehicle like vehicle\.tesla\.model3 cannot do that \(Roll\)$"):
        run(scenario((0.1, "ego", ROLL)))


def test_a_story_about_somebody_who_found_no_room_is_refused_before_the_first_tick() -> None:
    stage = Stage("ego")
    with pytest.raises(SceneError, match=r"^wheel: the story directs it, but it found no room on the map$"):
        run(scenario((0.1, "wheel", ROLL)), stage)
    assert stage.book == []
    moments, _ = run(scenario(), Stage("ego"))  # nobody asks for it
    assert moments[0].state.names == ("ego",)


def test_the_next_tick_waits_until_the_caller_wants_it() -> None:
    stage: Any = Stage("ego", "wheel")
    moments = play(stage, scenario(), LAYOUT, STEP_S)
    next(moments)
    assert sum(1 for row in stage.book if row[0] == "tick") == LEAST_LEAD_TICKS
    next(moments)
    assert sum(1 for row in stage.book if row[0] == "tick") == LEAST_LEAD_TICKS + 1
