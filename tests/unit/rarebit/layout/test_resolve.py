"""Layout on small maps made by hand, where every position has a closed form."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import pytest

from rarebit import scenario as s
from rarebit.core.errors import SceneError
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.kinds import Place
from rarebit.language.maneuvers.run_across import RunAcross
from rarebit.language.places.behind import Behind
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout, resolve
from rarebit.layout.boxes import Footprint, Obstacle
from rarebit.roads.lane_map import Lane, LaneKey, LaneMap

LENGTH_M = 400.0
SIZES = {
    "vehicle.car": (4.0, 2.0, 1.5),
    "vehicle.van": (6.0, 2.0, 2.5),
    "walker.child": (0.5, 0.5, 1.1),
    "carlite.prop.wheel": (0.65, 0.25, 0.65),
}
STREET = (("sidewalk", 2.5, -1), ("driving", 3.5, -1), ("driving", 3.5, 1), ("parking", 2.4, 1), ("sidewalk", 2.5, 1))
PLAIN = (("driving", 3.5, -1), ("driving", 3.5, 1))
HIGHWAY = (("driving", 3.5, -1), ("driving", 3.5, 1), ("driving", 3.5, 1), ("driving", 3.5, 1), ("shoulder", 3.0, 1))


def _road(
    lanes: Sequence[tuple[str, float, int]], *, heading_rad: float = 0.0, crossings: tuple[np.ndarray, ...] = ()
) -> LaneMap:
    """A straight road; lanes from left to right as (kind, width, direction), the origin left of the first +1 lane."""
    zero = sum(width for _, width, way in lanes if way < 0)
    along = np.array([math.cos(heading_rad), math.sin(heading_rad)])
    left = np.array([-along[1], along[0]])
    first = next(i for i, lane in enumerate(lanes) if lane[2] > 0)
    keys = [LaneKey(1, 0, first - i if i < first else first - i - 1) for i in range(len(lanes))]
    made, edge = {}, zero
    for i, (kind, width, way) in enumerate(lanes):
        station = np.arange(0.0, LENGTH_M + 0.5, 1.0)[::way]
        flat = station[:, None] * along + (edge - width / 2) * left
        edge -= width
        sides = {-1: keys[i - 1] if i else None, 1: keys[i + 1] if i + 1 < len(lanes) else None}
        same = {j: sides[j] is not None and lanes[i + j][2] == way for j in (-1, 1)}
        made[keys[i]] = Lane(
            key=keys[i],
            kind=kind,
            centre=np.column_stack([flat, np.zeros(len(flat))]),
            width_m=np.full(len(flat), width),
            left=sides[-way],
            right=sides[way],
            left_same_way=same[-way],
            right_same_way=same[way],
            successors=(),
            predecessors=(),
            junction=None,
            speed_limit_mps=13.9,
        )
    return LaneMap(name="hand", content="0", lanes=made, crossings=crossings, signals=())


def _place(**place: object) -> Place:
    """By lane unless ``behind`` is among the keys; ``reference`` is the actor that counts."""
    if "behind" in place:
        return Behind(**place)  # type: ignore[arg-type]
    return InLane(from_=place.pop("reference", "ego"), **{"ahead_m": 0.0, **place})  # type: ignore[arg-type]


def _plan(name: str, model: str, role: str = "hazard", speed_mps: float = 0.0, **place: object) -> s.ActorPlan:
    return s.ActorPlan(name=name, model=model, place=_place(**place), speed_mps=speed_mps, role=role)  # type: ignore[arg-type]


def _scenario(*actors: s.ActorPlan, lane: str = "rightmost", road: s.Road | None = None) -> s.ConcreteScenario:
    return s.ConcreteScenario(
        scenario="toy",
        summary="",
        tags=(),
        spec_hash="",
        seed=0,
        index=0,
        attempt=0,
        values={},
        road=road or s.TemplateRoad(template="x", parameters={}, opendrive=""),
        weather=s.Weather(),
        ego=_plan("ego", "vehicle.car", "ego", 10.0, lane=lane),
        actors=actors,
        story=(),
        accept=(),
        duration_s=8.0,
    )


def _resolve(
    lanes: Sequence[tuple[str, float, int]], *actors: s.ActorPlan, lane: str = "rightmost", heading_rad: float = 0.0
) -> Layout:
    return resolve(_scenario(*actors, lane=lane), _road(lanes, heading_rad=heading_rad), SIZES)


VAN = _plan("van", "vehicle.van", "occluder", lane="parking_right", ahead_m=60.0)
CHILD = _plan("child", "walker.child", behind="van", gap_m=0.8, heading_rad=math.pi / 2)


@pytest.mark.parametrize("heading", [0.0, 0.7, -2.5])
def test_van_and_child_behind_it(heading: float) -> None:
    layout = _resolve(STREET, VAN, CHILD, heading_rad=heading)
    ego, van, child = layout.ego, layout["van"], layout["child"]
    along = np.array([math.cos(heading), math.sin(heading), 0.0])
    left = np.array([-along[1], along[0], 0.0])
    assert van.position_m - ego.position_m == pytest.approx(60.0 * along - (1.75 + 1.2) * left)
    assert child.position_m - van.position_m == pytest.approx((3.0 + 0.8 + 0.25) * along)
    assert (ego.yaw_rad, van.yaw_rad, child.yaw_rad) == pytest.approx((heading, heading, _wrapped(heading + math.pi / 2)))
    assert (van.side, child.side, ego.side) == ("right", "right", "on")
    assert child.to_far_edge_m == pytest.approx(1.2 + 3.5 + 3.5)
    assert child.station_m == pytest.approx(64.05)
    assert (child.path_m, van.path_m) == (None, None)
    assert layout.notes == ()


def _wrapped(angle: float) -> float:
    return math.atan2(math.sin(angle), math.cos(angle))


def test_ego_path_is_long_enough_and_starts_at_ego() -> None:
    layout = _resolve(STREET)
    path = layout.ego.path_m
    assert path is not None
    assert path[0] == pytest.approx(layout.ego.position_m)
    assert path[-1, 0] - path[0, 0] >= 8.0 * 10.0 + 50.0
    assert layout.ego.path_speed_limit_mps == pytest.approx(np.full(len(path), 13.9))


def test_oncoming_and_neighbours() -> None:
    actors = (
        _plan("left", "vehicle.car", speed_mps=9.0, lane="left_1", ahead_m=20.0, lateral_m=0.5),
        _plan("right", "vehicle.car", speed_mps=9.0, lane="right_1", ahead_m=-15.0),
        _plan("facing", "vehicle.car", speed_mps=9.0, lane="opposite_1", ahead_m=90.0),
        _plan("chaser", "vehicle.car", reference="facing", lane="same", ahead_m=-20.0, speed_mps=9.0),
    )
    layout = _resolve(HIGHWAY, *actors, lane="middle")
    y, x = layout.ego.position_m[1], layout.ego.position_m[0]
    assert layout["left"].position_m[:2] == pytest.approx((x + 20.0, y + 4.0))
    assert layout["left"].right_shifts_m == pytest.approx((-4.0, -7.5))
    assert layout["left"].left_shifts_m == ()
    assert layout.ego.left_shifts_m == pytest.approx((3.5,))
    assert layout["right"].position_m[:2] == pytest.approx((x - 15.0, y - 3.5))
    facing, chaser = layout["facing"], layout["chaser"]
    assert facing.position_m[:2] == pytest.approx((x + 90.0, y + 7.0))
    assert abs(facing.yaw_rad) == pytest.approx(math.pi)
    assert facing.path_m is not None
    assert facing.path_m[-1, 0] < facing.path_m[0, 0]
    assert chaser.position_m[:2] == pytest.approx((x + 110.0, y + 7.0))
    assert facing.road_yaw_rad == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("lanes", "word", "offset", "note"),
    [
        (HIGHWAY, "parking_right", -(1.75 + 1.5), "stands on the shoulder"),
        (PLAIN, "parking_right", -(1.75 + 0.1 + 1.0), "beside the outermost lane"),
        (PLAIN, "sidewalk_right", -(1.75 + 1.0), "beside the road"),
        (PLAIN, "sidewalk_left", 1.75 + 3.5 + 1.0, "beside the road"),
        (HIGHWAY, "biking_right", -(1.75 + 1.5), "rides on the shoulder"),
        (PLAIN, "biking_right", -(1.75 - 0.3 - 1.0), "at the edge of the outermost lane"),
    ],
)
def test_kerbs_of_a_town_may_differ_and_that_is_told(
    lanes: Sequence[tuple[str, float, int]], word: str, offset: float, note: str
) -> None:
    there = _plan("it", "vehicle.van", "hazard" if word.startswith("biking") else "occluder", lane=word, ahead_m=40.0)
    layout = resolve(
        _scenario(there, road=_town(lanes_min=len([lane for lane in lanes if lane[2] > 0]) - 1)), _road(lanes), SIZES
    )
    side = 1.0 if abs(layout.ego.yaw_rad) < 1.0 else -1.0
    assert side * (layout["it"].position_m[1] - layout.ego.position_m[1]) == pytest.approx(offset)
    assert note in layout.notes[0]


@pytest.mark.parametrize(
    ("lanes", "word", "ego"),
    [
        (HIGHWAY, "left_1", "leftmost"),  # behind the centre line lies the other carriageway
        (HIGHWAY, "right_7", "leftmost"),
        (HIGHWAY, "opposite_2", "rightmost"),
        (PLAIN, "left_1", "rightmost"),
        (PLAIN, "parking_right", "rightmost"),
        (PLAIN, "sidewalk_left", "rightmost"),
    ],
)
def test_a_lane_that_is_not_there_is_an_error(lanes: Sequence[tuple[str, float, int]], word: str, ego: str) -> None:
    there = _plan("it", "vehicle.car", lane=word, ahead_m=40.0)
    with pytest.raises(SceneError, match=f"it: the road has no lane {word}"):
        _resolve(lanes, there, lane=ego)


@pytest.mark.parametrize("word", ["left_1", "right_7", "opposite_2"])
def test_nor_is_a_driving_lane_exchanged_on_a_town(word: str) -> None:
    there = _plan("it", "vehicle.car", lane=word, ahead_m=40.0)
    with pytest.raises(SceneError, match=f"it: the road has no lane {word}"):
        resolve(_scenario(there, road=_town()), _road(PLAIN), SIZES)


def test_who_faces_backwards_drives_against_the_traffic_and_closes_the_lane() -> None:
    overtaker = _plan("overtaker", "vehicle.car", speed_mps=8.0, lane="opposite_1", ahead_m=30.0, heading_rad=math.pi)
    ghost = _plan("ghost", "vehicle.car", speed_mps=8.0, lane="same", ahead_m=160.0, heading_rad=math.pi)
    comer = _plan("comer", "vehicle.car", "traffic", 8.0, lane="opposite_1", ahead_m=150.0)
    layout = _resolve(PLAIN, comer, overtaker, ghost)
    assert layout["overtaker"].yaw_rad == pytest.approx(0.0)
    assert layout["overtaker"].right_shifts_m == pytest.approx((-3.5,))
    path, back = layout["overtaker"].path_m, layout["ghost"].path_m
    assert path is not None
    assert back is not None
    assert path[-1, 0] > path[0, 0] + 80.0
    assert path[:, 1] - layout.ego.position_m[1] == pytest.approx(np.full(len(path), 3.5))
    assert abs(layout["ghost"].yaw_rad) == pytest.approx(math.pi)
    assert back[0] == pytest.approx(layout["ghost"].position_m)
    assert back[-1, 0] < back[0, 0] - 80.0
    assert back[:, 1] == pytest.approx(np.full(len(back), layout.ego.position_m[1]))
    assert dict(layout.dropped) == {"comer": "an actor of the story drives against the traffic there"}


def test_nobody_drives_off_the_end_of_the_road() -> None:
    near_end = _plan("near_end", "vehicle.car", "traffic", 10.0, lane="opposite_1", ahead_m=-120.0)  # 40 m before its end, 8 s
    fine = _plan("fine", "vehicle.car", "traffic", 10.0, lane="opposite_1", ahead_m=60.0)
    layout = _resolve(PLAIN, near_end, fine)
    assert "drive off the end of the road: 82 m in 8 s, 40 m are there" in dict(layout.dropped)["near_end"]
    assert [placed.name for placed in layout.actors] == ["fine"]
    with pytest.raises(SceneError, match="racer: would drive off the end of the road"):
        _resolve(PLAIN, _plan("racer", "vehicle.car", speed_mps=45.0, lane="same", ahead_m=50.0))


def test_company_without_room_is_dropped_and_story_without_room_is_an_error() -> None:
    parked = _plan("parked", "vehicle.car", "parked", lane="parking_right", ahead_m=62.0)
    lost = _plan("lost", "vehicle.car", "traffic", 5.0, lane="right_1", ahead_m=10.0)
    layout = _resolve(STREET, parked, lost, VAN)
    assert dict(layout.dropped) == {"parked": "overlaps van", "lost": "the road has no lane right_1"}
    with pytest.raises(SceneError, match="van2: overlaps van"):
        _resolve(STREET, VAN, _plan("van2", "vehicle.van", "occluder", lane="parking_right", ahead_m=63.0))
    with pytest.raises(SceneError, match="far: station 900"):
        _resolve(STREET, _plan("far", "vehicle.car", lane="same", ahead_m=900.0))
    with pytest.raises(SceneError, match="one: the road has no lane opposite_1"):
        _resolve((("driving", 3.5, 1),), _plan("one", "vehicle.car", lane="opposite_1", ahead_m=9.0))
    with pytest.raises(SceneError, match=r"size of 'vehicle\.unknown'"):
        _resolve(STREET, _plan("u", "vehicle.unknown", lane="same", ahead_m=9.0))


def test_nobody_parks_on_a_crossing() -> None:
    corners = np.array([[100.0, -9, 0], [104.0, -9, 0], [104.0, 9, 0], [100.0, 9, 0], [100.0, -9, 0]])
    near, far = (_plan(n, "vehicle.car", "parked", lane="parking_right", ahead_m=a) for n, a in (("near", 20.0), ("far", 40.0)))
    layout = resolve(_scenario(near, far), _road(STREET, crossings=(corners,)), SIZES)
    start = layout.ego.position_m[0]
    assert start == pytest.approx(80.0)
    assert dict(layout.dropped) == {"near": "would stand on a crossing"}


def test_a_walker_stops_before_what_stands_in_the_way() -> None:
    post = _plan("post", "carlite.prop.wheel", "static", lane="sidewalk_right", ahead_m=20.0)
    walker = _plan("walker", "walker.child", "traffic", 1.5, lane="sidewalk_right", ahead_m=14.0)
    back = _plan("back", "walker.child", "traffic", 1.5, lane="sidewalk_left", ahead_m=14.0, heading_rad=math.pi)
    layout = _resolve(STREET, post, walker, back)
    path, return_path = layout["walker"].path_m, layout["back"].path_m
    assert path is not None
    assert return_path is not None
    assert path[-1, 0] < layout["post"].position_m[0] - 0.3
    assert return_path[-1, 0] == pytest.approx(layout["back"].position_m[0] - 17.0, abs=1.1)
    assert abs(layout["back"].yaw_rad) == pytest.approx(math.pi)


def _town(draw: float = 0.0, **query: s.Value) -> s.TownRoad:
    return s.TownRoad(town="hand", query=query, draw=draw)


def test_a_town_stretch_satisfies_its_query() -> None:
    starts = set()
    for draw in (0.0, 0.3, 0.6, 0.99):
        road = _town(draw, sidewalk="right", parking="right", straight_m=150.0, lanes_max=1)
        layout = resolve(_scenario(VAN, CHILD, road=road), _road(STREET), SIZES)
        assert layout.ego.position_m[0] + 150.0 <= LENGTH_M
        assert layout["van"].lane == LaneKey(1, 0, -2)
        starts.add(float(layout.ego.position_m[0]))
    assert len(starts) > 2


def test_no_match_lists_the_nearest_misses() -> None:
    with pytest.raises(
        SceneError, match=r"no stretch of hand has straight_m: 900.0, lanes_min: 2; (.|\n)*fails straight_m, lanes_min"
    ):
        resolve(_scenario(road=_town(straight_m=900.0, lanes_min=2)), _road(STREET), SIZES)


def test_the_story_prefers_roads_that_have_its_lanes() -> None:
    road = _road(STREET)
    layout = resolve(_scenario(VAN, road=_town(0.9)), road, SIZES)  # the other direction has no parking lane on its right
    assert layout.ego.lane == LaneKey(1, 0, -1)
    assert layout.notes == ()


def _wall(x: float, y: float, *, bottom_m: float = 0.0) -> Obstacle:
    return Obstacle(Footprint(x, y, 0.0, 0.3, 0.3), bottom_m, bottom_m + 3.0)


def _on_town(*actors: s.ActorPlan, rules: tuple[s.Rule, ...] = ()) -> s.ConcreteScenario:
    scenario = _scenario(*actors, road=s.TownRoad(town="hand", query={}, draw=0.5))
    return dataclasses.replace(scenario, story=rules)


def test_a_town_s_obstacle_moves_the_scene_to_another_place() -> None:
    lanes = _road(STREET)
    free = resolve(_on_town(VAN, CHILD), lanes, SIZES)
    x, y = (float(value) for value in free["van"].position_m[:2])
    assert resolve(_on_town(VAN, CHILD), lanes, SIZES, [_wall(x, y, bottom_m=4.5)]).ego.position_m == pytest.approx(
        free.ego.position_m
    )
    moved = resolve(_on_town(VAN, CHILD), lanes, SIZES, [_wall(x, y)])
    assert abs(moved["van"].position_m[0] - x) > 3.0
    everywhere = [Obstacle(Footprint(0.0, 0.0, 0.0, 2.0 * LENGTH_M, 2.0 * LENGTH_M), 0.0, 3.0)]
    with pytest.raises(SceneError, match="something of the map stands there"):
        resolve(_on_town(VAN, CHILD), lanes, SIZES, everywhere)


def test_who_crosses_has_a_way_free_of_obstacles() -> None:
    lanes = _road(STREET)
    cross = s.Rule(name="run", when=AtTime(at_time_s=1.0), do=(("child", RunAcross(run_across="road", speed_mps=2.0)),))
    free = resolve(_on_town(VAN, CHILD, rules=(cross,)), lanes, SIZES)
    x, y = (float(value) for value in free["child"].position_m[:2])
    blocked = resolve(_on_town(VAN, CHILD, rules=(cross,)), lanes, SIZES, [_wall(x, y + 2.0)])
    assert abs(blocked["child"].position_m[0] - x) > 0.5


def test_nothing_is_parked_in_a_driving_lane() -> None:
    wide = _plan("wide", "vehicle.van", "parked", lane="parking_right", ahead_m=30.0, lateral_m=0.9)
    fits = _plan("fits", "vehicle.van", "parked", lane="parking_right", ahead_m=60.0)
    layout = _resolve(STREET, wide, fits)
    assert dict(layout.dropped) == {"wide": "would stand in a driving lane"}
