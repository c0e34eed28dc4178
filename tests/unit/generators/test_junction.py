"""The junction template as CARLA's own client reads it: turns, shapes, lights, both sides of traffic."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping

import carla
import pytest

from rarebit.language.construct import constructs
from rarebit.roads.opendrive.records import Traffic
from rarebit.scenario import Value

NEAR, OPPOSITE, RIGHT, LEFT = 1, 2, 3, 4
VARIANTS: tuple[dict[str, Value], ...] = (
    {},
    {"turn_lanes": "all"},
    {"lanes": 2},
    {"lanes": 2, "side_lanes": 2, "turn_lanes": "main"},
    {"skew_rad": 0.6, "cycle_lanes": True},
    {"skew_rad": -0.7, "turn_lanes": "all", "lanes": 2},
    {"arms": 3, "without": "opposite", "turn_lanes": "all"},
    {"arms": 3, "without": "left"},
    {"arms": 3, "without": "right", "turn_lanes": "main"},
    {"signals": False, "sidewalks": False, "crosswalks": False},
)
SIDES: tuple[Traffic, ...] = ("right", "left")


def _values(**changes: Value) -> Mapping[str, Value]:
    return dataclasses.asdict(constructs("road")["junction"](**changes))


def _map(**changes: Value) -> carla.Map:
    return carla.Map("junction", constructs("road")["junction"](**changes).opendrive())


def _turns(road: carla.Map) -> set[tuple[int, int]]:
    """(from, to) roads of every way through the junction that the client knows."""
    found = set()
    for entry, inside in road.get_topology():
        if not entry.is_junction and inside.is_junction:
            for end in inside.next_until_lane_end(1.0)[-1].next(2.0):
                found.add((entry.road_id, end.road_id))
    return found


@pytest.mark.parametrize("traffic", SIDES)
@pytest.mark.parametrize("changes", VARIANTS)
def test_every_turn_is_connected_and_nothing_jumps(changes: dict[str, Value], traffic: Traffic) -> None:
    road = _map(traffic=traffic, **changes)
    missing = {"opposite": OPPOSITE, "left": LEFT, "right": RIGHT}[str(changes.get("without", "opposite"))]
    arms = {NEAR, OPPOSITE, RIGHT, LEFT} - ({missing} if changes.get("arms") == 3 else set())
    assert _turns(road) == set(itertools.permutations(arms, 2))
    ends = 0
    for waypoint in road.generate_waypoints(1.0):
        following = waypoint.next(1.0)
        ends += not following
        for onward in following:
            step = onward.transform.location.distance(waypoint.transform.location)
            turn = math.remainder(onward.transform.rotation.yaw - waypoint.transform.rotation.yaw, 360.0)
            assert 0.8 < step < 1.25, (waypoint, onward)
            assert abs(turn) < 12.0, (waypoint, onward)  # 1 m on an arc of 5 m or more
    lanes = {NEAR: int(_values(**changes)["lanes"]), RIGHT: int(_values(**changes)["side_lanes"])}
    assert ends == sum(lanes[NEAR if arm in (NEAR, OPPOSITE) else RIGHT] for arm in arms)  # the far ends of the arms alone


@pytest.mark.parametrize("traffic", SIDES)
def test_arms_lie_where_ego_sees_them(traffic: Traffic) -> None:
    road = _map(traffic=traffic, skew_rad=0.3)
    sign = 1 if traffic == "left" else -1  # lane ids of the traffic towards the junction
    far = {arm: road.get_waypoint_xodr(arm, sign, 5.0).transform for arm in (NEAR, OPPOSITE, RIGHT, LEFT)}
    assert abs(math.remainder(far[NEAR].rotation.yaw, 360.0)) < 1e-3
    assert far[NEAR].location.x < -200.0
    assert far[OPPOSITE].location.x > 200.0
    assert far[RIGHT].location.y > 200.0  # CARLA's y is to the right
    assert far[LEFT].location.y < -200.0
    kerb_side = 1.0 if traffic == "right" else -1.0
    assert far[NEAR].location.y == pytest.approx(kerb_side * 1.75)
    # skewed counter-clockwise: the right arm comes from further back or further ahead, by its closed form
    assert math.degrees(0.3) == pytest.approx(-math.remainder(far[RIGHT].rotation.yaw - 270.0, 360.0), abs=1e-3)


def test_mouths_and_turns_have_their_closed_form() -> None:
    road = _map(lanes=2, corner_radius_m=9.0, lane_width_m=3.25)
    mouth = road.get_waypoint_xodr(NEAR, -1, 249.99).transform.location
    assert mouth.x == pytest.approx(-(3.25 + 9.0), abs=0.02)  # half of the crossing road, and the corner
    side = road.get_waypoint_xodr(RIGHT, -1, 249.99).transform.location
    assert side.y == pytest.approx(2 * 3.25 + 9.0, abs=0.02)
    outer = road.get_waypoint_xodr(NEAR, -2, 249.0)
    right = next(w for w in outer.next(6.0) if math.remainder(w.transform.rotation.yaw, 360.0) > 5.0)
    before, after = right.transform, right.next(2.0)[0].transform
    turned = math.radians(after.rotation.yaw - before.rotation.yaw)
    # the kerb's arc has 9 m, the middle of the lane lies half a lane further out
    assert 2.0 * math.sin(turned / 2.0) * (9.0 + 1.625) == pytest.approx(before.location.distance(after.location), abs=0.02)


def test_a_turn_lane_opens_and_facing_lanes_stay_in_line() -> None:
    road = _map(turn_lanes="all")
    turning, through = (road.get_waypoint_xodr(NEAR, lane, 249.0) for lane in (-1, -2))
    assert turning.transform.location.y == pytest.approx(0.0, abs=1e-3)
    assert through.transform.location.y == pytest.approx(3.5, abs=1e-3)
    assert road.get_waypoint_xodr(OPPOSITE, 1, 249.0).transform.location.y == pytest.approx(3.5, abs=1e-3)
    assert road.get_waypoint_xodr(NEAR, -1, 100.0).transform.location.y == pytest.approx(1.75)
    assert [turning.lane_width, road.get_waypoint_xodr(NEAR, -1, 185.1).lane_width] == pytest.approx([3.5, 0.0], abs=0.01)
    leads = {w.next(30.0)[0].road_id for w in (turning, through) for w in w.next(3.0)}
    assert leads == {OPPOSITE, LEFT, RIGHT}
    assert {w.next(30.0)[0].road_id for w in turning.next(3.0)} == {LEFT}


@pytest.mark.parametrize("traffic", SIDES)
def test_a_light_and_a_stop_line_on_every_arm(traffic: Traffic) -> None:
    road = _map(traffic=traffic)
    lights = road.get_all_landmarks_of_type("1000001")
    assert sorted((light.road_id, light.id) for light in lights) == [(arm, str(300 + arm)) for arm in (1, 2, 3, 4)]
    sign = 1 if traffic == "left" else -1
    for light in lights:
        assert light.get_lane_validities() == [(sign, sign)]
        assert 250.0 - light.s == pytest.approx(1.0 + 3.5 + 1.0 - 0.3)
    near = next(light for light in lights if light.road_id == NEAR).transform.location
    assert 3.5 + 0.6 < near.y * -sign < 3.5 + 2.0  # at the kerb of those who drive towards it
    assert len(road.get_crosswalks()) == 4 * 5


def test_without_lights_the_side_arms_give_way() -> None:
    road = _map(signals=False, side_sign="stop")
    assert sorted(sign.road_id for sign in road.get_all_landmarks_of_type("206")) == [RIGHT, LEFT]
    assert not road.get_all_landmarks_of_type("1000001")


@pytest.mark.parametrize("family", constructs("road"))
def test_left_hand_traffic_is_the_mirror_image(family: str) -> None:
    made = constructs("road")[family]
    right, left = (carla.Map(family, made(traffic=side).opendrive()) for side in SIDES)
    for lane in range(1, 6):
        for ident in (lane, -lane):
            here, there = right.get_waypoint_xodr(1, ident, 60.0), left.get_waypoint_xodr(1, -ident, 60.0)
            assert (here is None) == (there is None)
            if here is not None and there is not None:
                assert there.transform.location.y == pytest.approx(-here.transform.location.y, abs=1e-4)
                assert there.lane_type == here.lane_type
                if here.lane_type == carla.LaneType.Driving:
                    assert abs(math.remainder(there.transform.rotation.yaw + here.transform.rotation.yaw, 360.0)) < 1e-3


@pytest.mark.parametrize("family", constructs("road"))
@pytest.mark.parametrize("traffic", SIDES)
def test_a_profile_tells_the_lanes_that_the_client_finds(family: str, traffic: Traffic) -> None:
    made = constructs("road")[family](traffic=traffic)
    profile = made.profile()
    road = carla.Map(family, made.opendrive())
    ours, theirs = (1, -1) if traffic == "left" else (-1, 1)

    def kinds(sign: int) -> list[str]:
        found = [road.get_waypoint_xodr(1, sign * lane, 60.0) for lane in range(1, 10)]
        return [str(w.lane_type).lower() for w in found if w is not None]

    assert (kinds(ours).count("driving"), kinds(theirs).count("driving")) == (profile.lanes, profile.opposite_lanes)
    kerb, far = ("right", "left") if traffic == "right" else ("left", "right")
    for kind, told in (
        ("parking", profile.parking),
        ("shoulder", profile.shoulders),
        ("sidewalk", profile.sidewalks),
        ("biking", profile.cycle_lanes),
    ):
        assert {side for side, sign in ((kerb, ours), (far, theirs)) if kind in kinds(sign)} == told
