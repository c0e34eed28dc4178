"""Reading OpenDRIVE texts: closed forms, faults, and the carla wheel's own map as oracle."""

from __future__ import annotations

import math
from pathlib import Path

import carla
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carlite.errors import MapError
from carlite.opendrive import Road, RoadNetwork, facing_yaw_deg, object_outline, parse, signal_pose, spawn_points
from carlite.world.speed_limits import SpeedLimits

MAPS = Path(__file__).parents[5] / "shared" / "maps"
LANES = (
    '<lanes><laneSection s="0"><left><lane id="1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></left>'
    '<center><lane id="0" type="none"><roadMark sOffset="0" type="broken" color="yellow" width="0.15"/></lane></center>'
    '<right><lane id="-1" type="driving"><width sOffset="0" a="3" b="0.01" c="0" d="0"/>'
    '<speed sOffset="0" max="50" unit="km/h"/></lane>'
    '<lane id="-2" type="sidewalk"><width sOffset="0" a="2" b="0" c="0" d="0"/></lane></right></laneSection></lanes>'
)


def road_text(geometry: str, length: float, *, extra: str = "", lanes: str = LANES, profile: str = "") -> str:
    """An OpenDRIVE text with one road; ``geometry`` is what stands in <planView>."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><OpenDRIVE><header revMajor="1" revMinor="4"/>'
        f'<road id="7" length="{length!r}" junction="-1"><planView>{geometry}</planView>{profile}{lanes}{extra}</road>'
        "</OpenDRIVE>"
    )


def piece(kind: str, length: float, *, s: float = 0.0, x: float = 0.0, y: float = 0.0, hdg: float = 0.0) -> str:
    return f'<geometry s="{s!r}" x="{x!r}" y="{y!r}" hdg="{hdg!r}" length="{length!r}">{kind}</geometry>'


def road_of(text: str) -> Road:
    return parse(text).roads[7]


def read_map(name: str) -> str:
    path = MAPS / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return path.read_text()


def test_arc_is_a_circle_in_carlas_frame() -> None:
    radius = 40.0
    road = road_of(road_text(piece(f'<arc curvature="{1 / radius}"/>', 60.0, x=5.0, y=2.0, hdg=0.3), 60.0))
    s = np.linspace(0.0, 60.0, 31)
    points, yaw = road.reference(s)
    # OpenDRIVE turns left about a centre on the left; CARLA's y is mirrored.
    centre = np.array([5.0 - radius * math.sin(0.3), -(2.0 + radius * math.cos(0.3))])
    np.testing.assert_allclose(np.linalg.norm(points[:, :2] - centre, axis=1), radius, atol=1e-9)
    np.testing.assert_allclose(yaw, -np.degrees(0.3 + s / radius), atol=1e-9)


def test_spiral_follows_the_fresnel_series() -> None:
    length, end = 80.0, 0.02
    road = road_of(road_text(piece(f'<spiral curvStart="0" curvEnd="{end}"/>', length), length))
    points, yaw = road.reference([length])
    # x = int cos(k s^2 / 2), y = int sin(k s^2 / 2): power series in theta, Abramowitz and Stegun 7.3.
    theta = 0.5 * end * length
    x = length * sum((-1) ** n * theta ** (2 * n) / (math.factorial(2 * n) * (4 * n + 1)) for n in range(8))
    y = length * sum((-1) ** n * theta ** (2 * n + 1) / (math.factorial(2 * n + 1) * (4 * n + 3)) for n in range(8))
    np.testing.assert_allclose(points[0], [x, -y, 0.0], atol=1e-8)
    assert yaw[0] == pytest.approx(-math.degrees(theta))


@pytest.mark.parametrize("p_range", ["normalized", "arcLength"])
def test_parametric_cubic_goes_by_arc_length(p_range: str) -> None:
    scale = 50.0 if p_range == "normalized" else 1.0
    kind = f'<paramPoly3 pRange="{p_range}" aU="0" bU="{scale}" cU="0" dU="0" aV="0" bV="0" cV="0" dV="0"/>'
    points, _ = road_of(road_text(piece(kind, 50.0, hdg=math.pi / 2), 50.0)).reference([0.0, 12.5, 50.0])
    np.testing.assert_allclose(points, [[0, 0, 0], [0, -12.5, 0], [0, -50, 0]], atol=1e-9)


def test_poly3_is_walked_by_arc_length() -> None:
    road = road_of(road_text(piece('<poly3 a="0" b="0" c="0.01" d="0"/>', 30.0), 30.0))
    points, _ = road.reference(np.linspace(0.0, 30.0, 301))
    np.testing.assert_allclose(-points[:, 1], 0.01 * points[:, 0] ** 2, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(np.diff(points, axis=0), axis=1), 0.1, atol=1e-4)


def test_surface_is_banked_and_raised() -> None:
    profile = (
        '<elevationProfile><elevation s="0" a="2" b="0.1" c="0" d="0"/></elevationProfile>'
        '<lateralProfile><superelevation s="0" a="0.1" b="0" c="0" d="0"/></lateralProfile>'
    )
    road = road_of(road_text(piece("<line/>", 20.0), 20.0, profile=profile))
    # Positive superelevation lifts the left side; left is -y in CARLA's frame.
    np.testing.assert_allclose(
        road.surface([10.0], [3.0]), [[10.0, -3.0 * math.cos(0.1), 3.0 + 3.0 * math.sin(0.1)]], atol=1e-12
    )


def test_crossfall_and_shape_tilt_the_cross_section() -> None:
    falls = '<lateralProfile><crossfall side="right" s="0" a="0.05" b="0" c="0" d="0"/></lateralProfile>'
    road = road_of(road_text(piece("<line/>", 20.0), 20.0, profile=falls))
    np.testing.assert_allclose(road.surface([5.0, 5.0], [2.0, -2.0])[:, 2], [0.0, -2.0 * math.tan(0.05)], atol=1e-12)
    shape = "".join(f'<shape s="{s}" t="-5" a="0" b="{slope}" c="0" d="0"/>' for s, slope in ((0, 0.0), (20, 0.1)))
    road = road_of(road_text(piece("<line/>", 20.0), 20.0, profile=f"<lateralProfile>{shape}</lateralProfile>"))
    assert road.surface([10.0], [-3.0])[0, 2] == pytest.approx(0.5 * 0.1 * 2.0)


def test_lanes_have_borders_limits_and_marks() -> None:
    road = road_of(road_text(piece("<line/>", 100.0), 100.0))
    section = road.sections[0]
    np.testing.assert_allclose(road.borders(section, [0.0, 100.0]), [[3.5, 0.0, -3.0, -5.0], [3.5, 0.0, -4.0, -6.0]])
    inner, outer = road.lane_borders(section, -2, [100.0])
    assert (inner[0], outer[0]) == (-4.0, -6.0)
    assert road.speed_limit_mps(section, section.right[0], 10.0) == pytest.approx(50 / 3.6)
    assert road.speed_limit_mps(section, section.left[0], 10.0) is None
    mark = section.centre_marks[0]
    assert (mark.type, mark.colour, mark.width_m) == ("broken", "yellow", 0.15)


def test_signals_and_crosswalks_stand_where_the_map_says() -> None:
    extra = (
        '<objects><object id="c" type="crosswalk" s="20" t="0" zOffset="0" hdg="1.5707963267948966"><outline>'
        '<cornerLocal u="-3" v="-1" z="0"/><cornerLocal u="3" v="-1" z="0"/><cornerLocal u="3" v="1" z="0"/></outline>'
        "</object></objects>"
        '<signals><signal id="9" s="10" t="-4" zOffset="2" type="1000001" orientation="+" dynamic="yes"/></signals>'
    )
    road = road_of(road_text(piece("<line/>", 40.0), 40.0, extra=extra))
    location, _ = signal_pose(road, road.signals[0])
    np.testing.assert_allclose(location, [10.0, 4.0, 2.0], atol=1e-12)
    assert road.signals[0].is_traffic_light
    # It governs traffic along +x, so its face looks along -x.
    assert facing_yaw_deg(road, road.signals[0], vendor="") == pytest.approx(180.0)
    np.testing.assert_allclose(object_outline(road, road.objects[0])[:, :2], [[21, 3], [21, -3], [19, -3]], atol=1e-12)


@given(
    curvatures=st.lists(st.floats(-0.05, 0.05), min_size=2, max_size=5),
    lengths=st.lists(st.floats(1.0, 60.0), min_size=5, max_size=5),
    heading=st.floats(-3.0, 3.0),
)
@settings(max_examples=30, deadline=None)
def test_pieces_join_without_gap_or_kink(curvatures: list[float], lengths: list[float], heading: float) -> None:
    """Spirals between given curvatures, each started where the one before ends by fine integration, form one smooth line."""
    s, x, y, hdg, text = 0.0, 0.0, 0.0, heading, ""
    joints = []
    for k0, k1, length in zip(curvatures, curvatures[1:], lengths, strict=False):
        text += piece(f'<spiral curvStart="{k0!r}" curvEnd="{k1!r}"/>', length, s=s, x=x, y=y, hdg=hdg)
        steps = (np.arange(20000) + 0.5) * length / 20000
        angle = hdg + k0 * steps + 0.5 * (k1 - k0) / length * steps**2
        x, y = x + float(np.cos(angle).sum()) * length / 20000, y + float(np.sin(angle).sum()) * length / 20000
        hdg += 0.5 * (k0 + k1) * length
        s += length
        joints.append(s)
    road = road_of(road_text(text, s))
    for joint in joints[:-1]:
        points, yaw = road.reference([joint - 1e-6, joint + 1e-6])
        assert np.linalg.norm(points[1] - points[0]) < 1e-4
        assert abs(yaw[1] - yaw[0]) < 1e-3
    walked = np.linalg.norm(np.diff(road.reference(np.linspace(0.0, s, 2000))[0], axis=0), axis=1).sum()
    assert walked == pytest.approx(s, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not an OpenDRIVE text: it begins with ''"),
        ("hello", "not an OpenDRIVE text: it begins with 'hello'"),
        ("<OpenDRIVE><road", "not an OpenDRIVE text: XML"),
        ("<svg/>", "the root is <svg>, expected <OpenDRIVE>"),
        ("<OpenDRIVE/>", "holds no <road>"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><OpenDRIVE>&a;</OpenDRIVE>', "DTD or entities"),
        (road_text("", 5.0), "road 7: no <geometry>"),
        (road_text(piece("<circle/>", 5.0), 5.0), "road 7, geometry at s=0: holds <circle>, expected line, arc"),
        (road_text(piece("<line/>", 5.0), math.nan), "road 7: <road length='nan'>, expected a finite number"),
        (road_text(piece("<line/>", 5.0), -1.0), "road 7: length -1.0 m, expected more than 0"),
        (road_text(piece("<line/>", 5.0), 5.0, lanes=""), "road 7: no <laneSection>"),
        (road_text(piece("<line/>", 5.0), 5.0, lanes=LANES.replace('id="-2"', 'id="-3"')), "lane -3 on the right, expected -2"),
        (road_text(piece("<line/>", 5.0), 5.0).replace('a="3.5"', 'a="wide"'), "lane 1: <width a='wide'>, expected a finite"),
        (road_text(piece("<line/>", 5.0), 5.0).replace('id="7"', 'id="A7"'), "<road id='A7'>, expected a whole number"),
    ],
)
def test_faulty_texts_are_refused_with_what_and_where(text: str, complaint: str) -> None:
    with pytest.raises(MapError) as caught:
        parse(text)
    assert complaint in str(caught.value)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name",
    ["carla/Town01.xodr", "carla/Town04.xodr", "carla/Town10HD.xodr", "esmini/e6mini.xodr", "esmini/fabriksgatan.xodr",
     "esmini/curves_elevation.xodr", "esmini/crest-curve.xodr"],
)  # fmt: skip
def test_lane_centres_agree_with_the_carla_wheel(name: str) -> None:
    text = read_map(name)
    network = parse(text)
    waypoints = carla.Map("oracle", text).generate_waypoints(25.0)
    assert len(waypoints) > 5
    for waypoint in waypoints:
        road = network.roads[waypoint.road_id]
        section = road.section_at(waypoint.s)
        inner, outer = road.lane_borders(section, waypoint.lane_id, [waypoint.s])
        point = road.surface([waypoint.s], 0.5 * (inner + outer))[0]
        where = waypoint.transform.location
        np.testing.assert_allclose(point, [where.x, where.y, where.z], atol=0.01, err_msg=str(waypoint))
        assert abs(outer[0] - inner[0]) == pytest.approx(waypoint.lane_width, abs=0.01)
        _, yaw = road.reference([waypoint.s])
        travel = yaw[0] + (180.0 if waypoint.lane_id > 0 else 0.0)
        assert abs((travel - waypoint.transform.rotation.yaw + 180.0) % 360.0 - 180.0) < 0.1


def test_origin_and_controllers_of_a_town() -> None:
    network: RoadNetwork = parse(read_map("carla/Town10HD.xodr"))
    assert network.origin_deg == (0.0, 0.0)
    assert network.vendor == "VectorZero"
    # Two lights of this town have neither a name nor a controller.
    lights = {signal.id for _, signal in network.signals() if signal.is_traffic_light and signal.name}
    controlled = {signal for controller in network.controllers.values() for signal in controller.signal_ids}
    assert len(lights) > 10
    assert lights <= controlled
    assert all(key in network.controllers for junction in network.junctions.values() for key in junction.controller_ids)


def test_stop_signs_of_a_town_look_at_the_traffic_that_comes_to_them() -> None:
    network = parse(read_map("carla/Town10HD.xodr"))
    road, sign = next(pair for pair in network.signals() if pair[1].id == "946")
    # It stands on the left at the road's start, where traffic against s runs into the junction.
    assert sign.t > 0.0 > sign.s - 5.0
    _, yaw = road.reference([sign.s])
    facing = facing_yaw_deg(road, sign, vendor=network.vendor)
    assert abs((facing - yaw[0] + 180.0) % 360.0 - 180.0) < 5.0


def test_lights_of_a_town_stand_where_the_carla_wheel_puts_them() -> None:
    text = read_map("carla/Town01.xodr")
    network = parse(text)
    town = carla.Map("oracle", text)
    lights = [pair for pair in network.signals() if pair[1].is_traffic_light and pair[0].junction == -1]
    landmarks = {landmark.id: landmark for landmark in town.get_all_landmarks()}
    for road, signal in lights:
        location, _ = signal_pose(road, signal)
        seen = landmarks[signal.id].transform.location
        # The wheel moves lights on a lane aside by a quarter of a metre.
        assert np.linalg.norm(location - [seen.x, seen.y, seen.z]) < 0.3


@pytest.mark.parametrize("name", ["carla/Town10HD.xodr", "esmini/e6mini.xodr"])
def test_spawn_points_stand_above_driving_lanes_and_look_along_them(name: str) -> None:
    text = read_map(name)
    points = spawn_points(parse(text))
    town = carla.Map("oracle", text)
    assert len(points) >= 50
    assert np.array_equal(points, spawn_points(parse(text)))
    for location, rotation in points[::29]:
        waypoint = town.get_waypoint(carla.Location(*location), project_to_road=True, lane_type=carla.LaneType.Driving)
        below = waypoint.transform
        assert (
            math.hypot(below.location.x - location[0], below.location.y - location[1]) < 0.3
        )  # the wheel projects onto chords
        assert location[2] - below.location.z == pytest.approx(0.5, abs=0.03)
        assert abs((rotation[1] - below.rotation.yaw + 180.0) % 360.0 - 180.0) < 1.0


@pytest.mark.parametrize("curve", ["<line/>", '<arc curvature="0.02"/>'])
@pytest.mark.parametrize("rule", ["RHT", "LHT"])
def test_spawn_points_look_along_lanes_that_turn_off_the_reference_line(curve: str, rule: str) -> None:
    slanted = '<laneOffset s="0" a="0" b="0.05" c="0" d="0"/>' + LANES.removeprefix("<lanes>").removesuffix("</lanes>")
    text = road_text(piece(curve, 100.0), 100.0, lanes=f"<lanes>{slanted}</lanes>").replace(
        "<road id", f'<road rule="{rule}" id'
    )
    town = carla.Map("oracle", text)
    points = spawn_points(parse(text))
    assert len(points) > 6
    for location, rotation in points:
        along = town.get_waypoint(carla.Location(*location)).transform.rotation.yaw
        # The client takes the slope for the angle, and takes no account of the bend.
        assert abs((rotation[1] - along + 180.0) % 360.0 - 180.0) < (0.6 if "arc" in curve else 0.01)
    _, yaw = parse(text).roads[7].reference([50.0])
    aside = parse(text).roads[7].lane_yaw_deg(parse(text).roads[7].sections[0], 1, [50.0]) - yaw
    assert abs(aside[0]) > 2.5


def test_limits_hold_where_their_records_begin() -> None:
    types = (
        '<type s="0" type="town"><speed max="50" unit="km/h"/></type><type s="30" type="rural"><speed max="no limit"/></type>'
    )
    lanes = LANES.replace('max="50" unit="km/h"/>', 'max="30" unit="km/h"/><speed sOffset="60" max="70" unit="km/h"/>')
    road = road_of(road_text(piece("<line/>", 100.0), 100.0, lanes=lanes, profile=types))
    section = road.sections[0]
    own, road_s = section.right[0], section.left[0]
    assert [road.speed_limit_mps(section, own, s) for s in (10.0, 59.0, 61.0)] == pytest.approx([30 / 3.6, 30 / 3.6, 70 / 3.6])
    assert road.speed_limit_mps(section, road_s, 29.0) == pytest.approx(50 / 3.6)
    assert road.speed_limit_mps(section, road_s, 31.0) is None
    limits = SpeedLimits(parse(road_text(piece("<line/>", 100.0), 100.0, lanes=lanes, profile=types)))
    places = np.array([[10.0, 1.5, 0.0], [58.0, 1.5, 0.0], [62.0, 1.5, 0.0], [20.0, -1.75, 0.0]])
    assert limits.at(places, np.full(4, 5.0)) == pytest.approx([30.0, 30.0, 70.0, 50.0])
