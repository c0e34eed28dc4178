"""Scenarios at a junction: arms as ego sees them, turns, meetings, lights; on the template, on both sides of traffic."""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import carla
import numpy as np
import pytest

from rarebit import scenario as s
from rarebit.core.errors import SceneError
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.construct import constructs
from rarebit.language.maneuvers.arrive_with import ArriveWith
from rarebit.language.places.on_arm import OnArm
from rarebit.layout import Layout, resolve
from rarebit.roads.conflict import conflict
from rarebit.roads.lane_map import LaneMap
from rarebit.roads.path import Path
from rarebit.roads.route import Turn
from rarebit.roads.timing import pace
from rarebit.session import lane_map

SIZES = {"vehicle.car": (4.5, 1.9, 1.5), "vehicle.bike": (1.8, 0.6, 1.7)}
MOUTH_M = 3.5 + 8.0


@cache
def _road(changes: tuple[tuple[str, s.Value], ...]) -> LaneMap:
    junction = constructs("road")["junction"](**dict(changes))
    return lane_map.read(carla.Map("junction", junction.opendrive()), "junction")


def _actor(name: str, arm: str, route: Turn = "straight", *, model: str = "vehicle.car", **place: object) -> s.ActorPlan:
    return s.ActorPlan(
        name=name,
        model=model,
        place=OnArm(arm=arm, **place),  # type: ignore[arg-type]
        speed_mps=10.0,
        role="ego" if name == "ego" else "hazard",
        route=route,
    )


def _scenario(*actors: s.ActorPlan, route: Turn = "straight", traffic: str = "right", **changes: object) -> s.ConcreteScenario:
    base = s.ConcreteScenario(
        scenario="toy",
        summary="",
        tags=(),
        spec_hash="",
        seed=0,
        index=0,
        attempt=0,
        values={},
        road=s.TemplateRoad(template="junction", parameters={"traffic": traffic}, opendrive=""),
        weather=s.Weather(),
        ego=_actor("ego", "near", route, before_m=60.0, lane="rightmost"),
        actors=actors,
        story=(),
        accept=(),
        duration_s=8.0,
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def _layout(scenario: s.ConcreteScenario, **changes: s.Value) -> Layout:
    return resolve(scenario, _road(tuple(sorted(changes.items()))), SIZES)


@pytest.mark.parametrize("traffic", ["right", "left"])
def test_who_comes_from_where(traffic: str) -> None:
    arms = ("right", "opposite", "left")
    scenario = _scenario(*(_actor(arm, arm, before_m=40.0) for arm in arms), traffic=traffic)
    layout = _layout(scenario, traffic=traffic)
    side = -1.75 if traffic == "right" else 1.75  # of the lane's middle, to the left of the arm's axis
    assert layout.ego.position_m == pytest.approx((-MOUTH_M - 60.0, side, 0.0), abs=0.02)
    assert layout["right"].position_m == pytest.approx((-side, -MOUTH_M - 40.0, 0.0), abs=0.02)
    assert layout["left"].position_m == pytest.approx((side, MOUTH_M + 40.0, 0.0), abs=0.02)
    assert layout["opposite"].position_m == pytest.approx((MOUTH_M + 40.0, -side, 0.0), abs=0.02)
    yaws = [layout[name].yaw_rad for name in ("ego", *arms)]
    assert np.cos(yaws) == pytest.approx([1.0, 0.0, -1.0, 0.0], abs=1e-6)
    assert np.sin(yaws) == pytest.approx([0.0, 1.0, 0.0, -1.0], abs=1e-6)


@pytest.mark.parametrize("traffic", ["right", "left"])
@pytest.mark.parametrize(("route", "turned"), [("straight", 0.0), ("left", math.pi / 2), ("right", -math.pi / 2)])
def test_ego_takes_its_turn_into_its_own_lane(route: Turn, turned: float, traffic: str) -> None:
    path = _layout(_scenario(route=route, traffic=traffic), traffic=traffic).ego.path_m
    assert path is not None
    last = path[-1] - path[-5]
    assert math.atan2(last[1], last[0]) == pytest.approx(turned, abs=1e-3)
    side = -1.75 if traffic == "right" else 1.75
    exit_left = np.array([-math.sin(turned), math.cos(turned)])
    assert path[-1, :2] @ exit_left == pytest.approx(side, abs=0.02)
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).max() < 1.5
    bends = np.abs([Path(path).at(float(at)).curvature_pm for at in np.arange(0.0, 90.0, 0.5)])
    kerb = 8.0 + 1.75  # on the side of the turn's own kerb; the wide turn has two more lanes between
    radius = math.inf if route == "straight" else kerb if route == traffic else kerb + 2 * 1.75
    assert bends.max() == pytest.approx(1.0 / radius, rel=0.12, abs=1e-3)


def test_a_turn_lane_is_reached_from_the_lane_beside_it() -> None:
    layout = _layout(_scenario(route="left", ego=_actor("ego", "near", "left", before_m=90.0)), turn_lanes="all")
    path = layout.ego.path_m
    assert path is not None
    assert path[0, 1] == pytest.approx(-1.75, abs=0.02)
    abreast = path[np.argmin(np.abs(path[:, 0] + MOUTH_M + 1.75 + 10.0))]
    assert abreast[1] == pytest.approx(0.0, abs=0.02)  # the middle of the turn lane, on the arm's axis
    slope = np.diff(path[:, 1]) / np.maximum(np.diff(path[:, 0]), 0.1)
    assert np.abs(slope[:60]).max() < 0.15


@pytest.mark.parametrize("after_s", [-0.8, 0.0, 1.5])
@pytest.mark.parametrize(
    ("arm", "route", "ego_route"),
    [
        ("right", "straight", "straight"),
        ("opposite", "left", "straight"),
        ("left", "straight", "right"),
        ("right", "left", "left"),
    ],
)
def test_a_meeting_decides_where_somebody_starts(arm: str, route: Turn, ego_route: Turn, after_s: float) -> None:
    meet = s.Rule(name="meet", when=AtTime(at_time_s=0.0), do=(("other", ArriveWith(arrive_with="ego", after_s=after_s)),))
    layout = _layout(_scenario(_actor("other", arm, route), route=ego_route, story=(meet,)))
    paths = [layout[name].path_m for name in ("ego", "other")]
    assert paths[0] is not None
    assert paths[1] is not None
    found = conflict(paths[0], 1.9, paths[1], 1.9)
    assert found is not None
    times = [pace(Path(p)).travel_s(0.0, Path(p).locate(*found.point_m)[0], 10.0) for p in paths if p is not None]
    assert times[1] - times[0] == pytest.approx(after_s, abs=0.05)


def test_what_cannot_meet_is_told() -> None:
    meet = s.Rule(name="meet", when=AtTime(at_time_s=0.0), do=(("other", ArriveWith(arrive_with="ego", after_s=0.0)),))
    with pytest.raises(SceneError, match=r"other: its way does not cross that of ego"):
        _layout(_scenario(_actor("other", "opposite"), story=(meet,)))
    with pytest.raises(SceneError, match=r"other: at\.before_m is missing"):
        _layout(_scenario(_actor("other", "opposite")))
    slow = dataclasses.replace(_scenario().ego, speed_mps=2.0)
    with pytest.raises(SceneError, match=r"other: its arm is \d+ m too short"):
        _layout(_scenario(_actor("other", "right"), story=(meet,), ego=slow, duration_s=40.0))


def test_a_cyclist_beside_ego() -> None:
    bike = _actor("bike", "near", model="vehicle.bike", lane="biking_right", before_m=45.0)
    layout = _layout(_scenario(bike, route="right"), cycle_lanes=True)
    assert layout["bike"].position_m[:2] - layout.ego.position_m[:2] == pytest.approx((15.0, -(1.75 + 0.8)), abs=0.02)
    path = layout["bike"].path_m
    assert path is not None
    assert path[:, 1] == pytest.approx(np.full(len(path), -1.75 - 2.55), abs=0.02)  # straight on through the junction
    with pytest.raises(SceneError, match="bike: the arm near has no lane biking_right"):
        _layout(_scenario(bike, route="right"))


def test_places_on_a_missing_arm_list_what_was_searched() -> None:
    with pytest.raises(SceneError, match=r"Searched:\n  junction 100 \(3 arms, traffic lights\): no arm opposite"):
        _layout(_scenario(_actor("other", "opposite", before_m=20.0), route="right"), arms=3)
    with pytest.raises(SceneError, match=r"no lane leads straight from the arm near"):
        _layout(_scenario(), arms=3)


def test_light_phases_of_all_arms() -> None:
    other = _actor("other", "right", before_m=30.0)
    signals = (
        s.ArmLights(arm="near", state="green", changes=((6.0, "yellow"),)),
        s.ArmLights(arm="right", state="red", for_s=8.0),
    )
    layout = _layout(_scenario(other, signals=signals))
    lights = {phase.arm: phase for phase in layout.lights}
    assert {arm: phase.signals for arm, phase in lights.items()} == {
        "near": ("301",),
        "opposite": ("302",),
        "right": ("303",),
        "left": ("304",),
    }
    record = layout.record()
    assert record["junction"] == 100
    assert next(arm for arm in record["signals"] if arm["arm"] == "near") == {
        "arm": "near",
        "signals": ["301"],
        "phases": [{"from_s": 0.0, "state": "green"}, {"from_s": 6.0, "state": "yellow"}],
    }
    assert (record["adapted"], record["left_out"]) == ([], [])
    assert lights["near"].changes == lights["opposite"].changes == ((0.0, "green"), (6.0, "yellow"))
    # the other needs 3 s to its stop line: red began 5 s before the start
    assert lights["right"].changes == lights["left"].changes == ((0.0, "red"),)


def test_red_that_begins_during_the_scene_comes_after_green_and_yellow() -> None:
    other = _actor("other", "right", before_m=60.0)  # 6 s to its stop line
    signals = (s.ArmLights(arm="right", state="red", for_s=1.0),)
    (lights,) = (phase for phase in _layout(_scenario(other, signals=signals)).lights if phase.arm == "right")
    assert lights.changes == ((0.0, "green"), (pytest.approx(2.0, abs=0.01), "yellow"), (pytest.approx(5.0, abs=0.01), "red"))


def test_crossing_arms_are_not_green_at_once() -> None:
    signals = (s.ArmLights(arm="near", state="green"), s.ArmLights(arm="right", state="red", changes=((3.0, "green"),)))
    with pytest.raises(SceneError, match=r"left shows green and near green at 3\.0 s"):
        _layout(_scenario(signals=signals))
