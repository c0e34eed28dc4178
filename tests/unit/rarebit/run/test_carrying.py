"""Who carries whom, and the errors for what would hang, hover or drive out from under its load."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rarebit.core.errors import SceneError
from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.maneuvers.roll import Roll
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout, Placed
from rarebit.run.carrying import carriers, footprints_meet
from rarebit.run.run_up import with_run_up
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather

SIZES = {"ego": (4.6, 1.9, 1.5), "van": (5.0, 2.0, 2.5), "box": (0.6, 0.5, 0.4), "crate": (1.0, 1.0, 1.0)}
SIZE_M = {name: np.array(size) for name, size in SIZES.items()}


def placed(name: str, x: float, y: float = 0.0, z: float = 0.0, yaw: float = 0.0, *, path: bool = False) -> Placed:
    way = np.stack([x + np.arange(50.0) * math.cos(yaw), y + np.arange(50.0) * math.sin(yaw), np.zeros(50)], axis=1)
    return Placed(
        name=name, position_m=np.array([x, y, z]), yaw_rad=yaw, path_m=way if path else None, path_speed_limit_mps=None,
        road_yaw_rad=0.0, side="on", to_far_edge_m=5.0, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(),
        station_m=x,
    )  # fmt: skip


def plan(name: str, model: str, height_m: float = 0.0, speed_mps: float = 0.0) -> ActorPlan:
    return ActorPlan(name=name, model=model, place=InLane(ahead_m=0.0, height_m=height_m), speed_mps=speed_mps, role="hazard")


def scene(*pairs: tuple[ActorPlan, Placed], rules: tuple[str, ...] = ()) -> tuple[ConcreteScenario, Layout]:
    ego = ActorPlan(name="ego", model="vehicle.tesla.model3", place=InLane(ahead_m=0.0), speed_mps=10.0, role="ego")
    scenario = ConcreteScenario(
        scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
        road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=Weather(), ego=ego,
        actors=tuple(one for one, _ in pairs),
        story=tuple(
            Rule(name=name, when=AtTime(at_time_s=1.0), do=((name, Roll(roll="along", speed_mps=2.0)),)) for name in rules
        ),
        accept=(), duration_s=5.0, hazards=(),
    )  # fmt: skip
    return scenario, Layout(ego=placed("ego", 0.0, path=True), actors=tuple(at for _, at in pairs), dropped=(), notes=())


VAN = plan("van", "vehicle.mercedes.sprinter", speed_mps=12.0), placed("van", 30.0, path=True)


@pytest.mark.parametrize("z", [2.5, 2.5 - 0.34, 2.5 + 0.34])
def test_what_stands_about_on_the_top_of_a_box_is_carried_by_it(z: float) -> None:
    scenario, layout = scene(VAN, (plan("box", "static.prop.box01", z), placed("box", 31.0, 0.5, z)))
    (name, carrier), *others = carriers(scenario, layout, SIZE_M).items()
    assert not others
    assert (name, carrier.name, carrier.speed_mps, carrier.placed) == ("box", "van", 12.0, layout.actors[0])


@pytest.mark.parametrize(
    ("z", "words"),
    [
        (3.1, r"box: stands 0\.60 m above the top of van; write height_m: 2\.50"),
        (2.0, r"box: stands 0\.50 m inside the top of van; write height_m: 2\.50"),
    ],
)
def test_a_load_off_the_top_is_told_the_right_height(z: float, words: str) -> None:
    with pytest.raises(SceneError, match=words):
        carriers(*scene(VAN, (plan("box", "static.prop.box01", z), placed("box", 31.0, 0.5, z))), SIZE_M)


@pytest.mark.parametrize(("speed", "carried"), [(0.0, True), (12.9, True), (13.3, False), (10.7, False)])
def test_a_load_has_the_speed_of_what_carries_it(speed: float, carried: bool) -> None:
    made = scene(VAN, (plan("box", "static.prop.box01", 2.5, speed), placed("box", 30.0, 0.0, 2.5)))
    if carried:
        assert set(carriers(*made, SIZE_M)) == {"box"}
    else:
        with pytest.raises(SceneError, match=rf"box: starts at {speed} m/s on van, which goes 12\.0 m/s"):
            carriers(*made, SIZE_M)


def test_what_hangs_needs_a_rule_or_a_speed() -> None:
    box = plan("box", "static.prop.box01", 2.0), placed("box", 60.0, 0.0, 2.0)
    with pytest.raises(SceneError, match=r"box: hangs 2 m above the ground, nothing below it, no rule that lets it go"):
        carriers(*scene(VAN, box), SIZE_M)
    assert carriers(*scene(VAN, box, rules=("box",)), SIZE_M) == {}
    assert carriers(*scene(VAN, (plan("box", "static.prop.box01", 2.0, 3.0), box[1])), SIZE_M) == {}


def test_the_middle_decides_over_what_it_is_and_the_highest_carries() -> None:
    crate = plan("crate", "static.prop.box02", 2.5), placed("crate", 31.0, 0.0, 2.5)
    box = plan("box", "static.prop.box01", 3.5), placed("box", 31.2, 0.0, 3.5)
    found = carriers(*scene(VAN, crate, box), SIZE_M)
    assert {name: carrier.name for name, carrier in found.items()} == {"crate": "van", "box": "crate"}
    edge = plan("box", "static.prop.box01", 2.5), placed("box", 32.49, 0.0, 2.5)
    assert set(carriers(*scene(VAN, edge), SIZE_M)) == {"box"}
    beyond = plan("box", "static.prop.box01", 2.5), placed("box", 32.51, 0.0, 2.5)
    with pytest.raises(SceneError, match="nothing below it"):
        carriers(*scene(VAN, beyond), SIZE_M)


def test_before_time_0_everybody_is_back_by_six_ticks_of_his_way_and_loads_with_their_carrier() -> None:
    turned = plan("van", "vehicle.mercedes.sprinter", speed_mps=12.0), placed("van", 30.0, 2.0, yaw=0.5, path=True)
    box = plan("box", "static.prop.box01", 2.5), placed("box", 30.5, 2.2, 2.5)
    child = plan("crate", "walker.child", 0.0, 2.0), placed("crate", 40.0, -5.0, yaw=math.pi / 2)
    scenario, layout = scene(turned, box, child)
    before = with_run_up(scenario, layout, carriers(scenario, layout, SIZE_M), 0.05)
    assert before.ego.position_m == pytest.approx([-10.0 * 0.3, 0.0, 0.0])
    back = 12.0 * 0.3 * np.array([math.cos(0.5), math.sin(0.5), 0.0])
    assert before["van"].position_m == pytest.approx([30.0, 2.0, 0.0] - back)
    assert before["box"].position_m == pytest.approx([30.5, 2.2, 2.5] - back)
    assert before["crate"].position_m == pytest.approx([40.0, -5.6, 0.0])
    assert [one.yaw_rad for one in before.actors] == [one.yaw_rad for one in layout.actors]


def test_who_stands_stays_also_a_vehicle_with_a_speed_but_no_path() -> None:
    parked = plan("van", "vehicle.mercedes.sprinter", speed_mps=9.0), placed("van", 30.0)
    scenario, layout = scene(parked, (plan("box", "static.prop.box01"), placed("box", 50.0)))
    before = with_run_up(scenario, layout, {}, 0.05)
    assert [one.position_m.tolist() for one in before.actors] == [[30.0, 0.0, 0.0], [50.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("x", "yaw", "meet"), [(4.4, 0.0, True), (4.6, 0.0, False), (3.4, math.pi / 2, True), (3.6, math.pi / 2, False)]
)
def test_boxes_meet_as_seen_from_above(x: float, yaw: float, meet: bool) -> None:
    one = transform((0.0, 0.0, 0.0)), np.array([5.0, 2.0, 1.0])
    other = transform((x, 0.0, 50.0), rotation_from_rpy(0.0, 0.0, yaw)), np.array([4.0, 2.0, 1.0])
    assert footprints_meet(one, other) is meet
    assert footprints_meet(other, one) is meet
