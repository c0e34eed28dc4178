"""Junctions found on lane maps: those of the template and of real towns."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import carla
import pytest

from rarebit.language.construct import constructs
from rarebit.roads.junctions import Junction, junctions
from rarebit.roads.lane_map import LaneMap
from rarebit.roads.route import NoWayError, follow
from rarebit.scenario import Value
from rarebit.session import lane_map

MAPS = Path(__file__).resolve().parents[5] / "shared" / "maps" / "carla"


@cache
def _town(name: str) -> LaneMap:
    path = MAPS / f"{name}.xodr"
    if not path.is_file():
        pytest.skip(f"no shared map {path.name}")
    return lane_map.read(carla.Map(name, path.read_text(encoding="utf-8")), name)


def _template(**changes: Value) -> LaneMap:
    junction = constructs("road")["junction"](**changes)
    return lane_map.read(carla.Map("junction", junction.opendrive()), "junction")


def _bearings(junction: Junction) -> list[int]:
    return [round(math.degrees(arm.bearing_rad)) for arm in junction.arms]


@pytest.mark.parametrize("traffic", ["right", "left"])
def test_the_template_has_what_its_parameters_say(traffic: str) -> None:
    (junction,) = junctions(_template(traffic=traffic, skew_rad=math.radians(20.0)))
    assert sorted(bearing % 360 for bearing in _bearings(junction)) == [0, 110, 180, 290]
    near = next(arm for arm in junction.arms if any(key.road == 1 for key in arm.entries))
    named = {name: {key.road for key in arm.entries} for name, arm in junction.seen_from(near).items()}
    assert named == {"near": {1}, "opposite": {2}, "right": {3}, "left": {4}}
    assert [arm.signals for arm in junction.seen_from(near).values()] == [("301",), ("303",), ("302",), ("304",)]
    assert junction.middle_m == pytest.approx((0.0, 0.0), abs=0.05)
    assert all(arm.entries_for(turn) == arm.entries for arm in junction.arms for turn in ("left", "straight", "right"))


def test_town10hd() -> None:
    found = {junction.id: junction for junction in junctions(_town("Town10HD"))}
    crossing = found[189]
    assert crossing.is_signalised
    assert _bearings(crossing) == [-90, 0, 90, 180]
    assert [arm.signals for arm in crossing.arms] == [("950",), ("952",), ("951",), ("949",)]
    assert [len(arm.entries) for arm in crossing.arms] == [2, 2, 2, 2]
    three = found[23]
    names = [set(three.seen_from(arm)) for arm in three.arms]
    assert names == [{"near", "left", "right"}, {"near", "opposite", "left"}, {"near", "opposite", "right"}]
    assert not found[134].is_signalised


@pytest.mark.parametrize("town", ["Town04", "Town10HD"])
def test_arms_and_ways_of_towns_are_consistent(town: str) -> None:
    lanes = _town(town)
    found = [junction for junction in junctions(lanes) if len(junction.arms) > 2]
    assert len(found) >= 9
    for junction in found:
        entries = [key for arm in junction.arms for key in arm.entries]
        assert len(entries) == len(set(entries))
        for arm in junction.arms:
            for key in arm.entries:
                for way in arm.ways[key]:
                    assert lanes.lanes[way.keys[0]].junction == junction.id
                    (to,) = [other for other in junction.arms if way.exit in other.exits]
                    if way.turn in ("left", "right"):
                        assert junction.seen_from(arm).get(way.turn) is to, (junction.id, key, way)


def test_a_route_takes_the_turn_it_is_told_and_names_those_that_there_are() -> None:
    lanes = _town("Town10HD")
    junction = next(junction for junction in junctions(lanes) if junction.id == 189)
    for arm in junction.arms:
        for key in arm.entries:
            for way in arm.ways[key]:
                if way.turn is None:
                    continue
                route = follow(lanes, key, len(lanes.lanes[key].centre) - 1, ahead_m=60.0, turns=[way.turn])
                (to,) = {name for name, other in junction.seen_from(arm).items() if set(route.keys) & set(other.exits)}
                assert to == {"straight": "opposite"}.get(way.turn, way.turn)
    right_only = next(key for arm in junction.arms for key in arm.entries if "left" not in {w.turn for w in arm.ways[key]})
    with pytest.raises(NoWayError, match=r"no way left from road \d+ lane -?\d+: it leads right, straight"):
        follow(lanes, right_only, 0, ahead_m=200.0, turns=["left"])
