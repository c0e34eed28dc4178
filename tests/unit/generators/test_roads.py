"""Generated roads as CARLA's own client reads them."""

from __future__ import annotations

import math

import carla
import pytest

from rarebit.language.construct import constructs
from rarebit.scenario import Value


def _build(family: str, **changes: Value) -> str:
    text: str = constructs("road")[family](**changes).opendrive()
    return text


def _map(family: str, **changes: Value) -> carla.Map:
    return carla.Map(family, _build(family, **changes))


def _types(road: carla.Map, station: float = 50.0) -> dict[int, str]:
    found = {lane: road.get_waypoint_xodr(1, lane, station) for lane in range(-9, 10) if lane}
    return {lane: str(w.lane_type) for lane, w in found.items() if w is not None}


@pytest.mark.parametrize("family", constructs("road"))
def test_every_family_is_accepted_and_repeatable(family: str) -> None:
    assert _build(family) == _build(family)
    road = _map(family)
    assert len(road.generate_waypoints(10.0)) > 50
    place = road.transform_to_geolocation(carla.Location())
    assert (place.latitude, place.longitude) == pytest.approx((49.0, 8.0))


def test_urban_lanes_widths_marks_and_signs() -> None:
    road = _map("urban_street", lanes=2, speed_limit_mps=50 / 3.6)
    sides = {1: "Driving", 2: "Driving", 3: "Parking", 4: "Sidewalk"}
    assert _types(road) == {sign * lane: kind for lane, kind in sides.items() for sign in (-1, 1)}
    inner, outer = road.get_waypoint_xodr(1, -1, 50.0), road.get_waypoint_xodr(1, -2, 50.0)
    assert (inner.lane_width, road.get_waypoint_xodr(1, -3, 50.0).lane_width) == pytest.approx((3.25, 2.5))
    assert str(inner.left_lane_marking.type) == "SolidSolid"
    assert str(inner.right_lane_marking.type) == "Broken"
    assert str(outer.right_lane_marking.type) == "Solid"
    assert inner.transform.location.y == pytest.approx(1.625)  # CARLA's y is to the right
    assert abs(inner.transform.rotation.yaw) < 1e-3
    assert abs(abs(road.get_waypoint_xodr(1, 1, 50.0).transform.rotation.yaw) - 180.0) < 1e-3
    assert [(sign.type, sign.value) for sign in road.get_all_landmarks()] == [("274", 50.0)] * 2


@pytest.mark.parametrize(
    ("parking", "one_way", "kinds"),
    [
        ("none", False, {-1: "Driving", -2: "Sidewalk", 1: "Driving", 2: "Sidewalk"}),
        ("right", False, {-1: "Driving", -2: "Parking", -3: "Sidewalk", 1: "Driving", 2: "Sidewalk"}),
        ("both", True, {-1: "Driving", -2: "Parking", -3: "Sidewalk", 1: "Parking", 2: "Sidewalk"}),
    ],
)
def test_urban_parking_sides(parking: str, one_way: bool, kinds: dict[int, str]) -> None:
    assert _types(_map("urban_street", parking=parking, one_way=one_way)) == kinds


def test_crosswalks_span_the_paved_width() -> None:
    corners = _map("urban_street", crosswalk_every_m=100.0, crosswalk_from_m=30.0, length_m=300.0).get_crosswalks()
    assert len(corners) == 3 * 5
    assert sorted({round(p.x, 3) for p in corners[:5]}) == [28.0, 32.0]
    assert sorted({round(p.y, 3) for p in corners[:5]}) == [-5.75, 5.75]


def test_motorway_cross_section() -> None:
    road = _map("motorway", lanes=3)
    side = {1: "Median", 2: "Border", 3: "Driving", 4: "Driving", 5: "Driving", 6: "Shoulder"}
    assert _types(road) == {sign * lane: kind for lane, kind in side.items() for sign in (-1, 1)}
    middle = road.get_waypoint_xodr(1, -4, 50.0)
    assert (str(middle.left_lane_marking.type), str(middle.right_lane_marking.type)) == ("Broken", "Broken")
    assert str(road.get_waypoint_xodr(1, -5, 50.0).right_lane_marking.type) == "Solid"
    assert middle.get_left_lane().lane_id == -3


def test_curvature_and_slope_follow_the_closed_form() -> None:
    road = _map("urban_street", curvature_per_km=5.0, slope_percent=6.0, length_m=300.0)
    start, end = (road.get_waypoint_xodr(1, -1, s).transform for s in (10.0, 250.0))
    turned = (start.rotation.yaw - end.rotation.yaw) % 360.0  # to the left: CARLA's yaw falls
    assert turned == pytest.approx(math.degrees(240.0 * 0.005), abs=0.01)
    assert end.location.z - start.location.z == pytest.approx(240.0 * 0.06, abs=1e-3)


def test_rural_bend_and_crest() -> None:
    road = _map("rural_road", bend_rad=0.7, bend_at_m=300.0, crest_at_m=150.0, crest_height_m=4.0, crest_length_m=200.0)
    heights = [road.get_waypoint_xodr(1, -1, s).transform.location.z for s in (20.0, 100.0, 150.0, 200.0, 400.0)]
    assert heights == pytest.approx([0.0, 2.0, 4.0, 2.0, 0.0], abs=1e-3)
    yaw = road.get_waypoint_xodr(1, -1, 650.0).transform.rotation.yaw
    assert (-yaw) % 360.0 == pytest.approx(math.degrees(0.7), abs=0.01)
    assert str(road.get_waypoint_xodr(1, -1, 50.0).left_lane_marking.type) == "Solid"
