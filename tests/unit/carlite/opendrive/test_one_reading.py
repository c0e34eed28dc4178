"""Texts that CARLA's client fails at or reads otherwise: carlite reads them as OpenDRIVE means and tells it so."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carlite.errors import MapError
from carlite.opendrive import Reading, governed_lanes, read, signal_pose

Agree = Callable[[str], tuple[Reading, dict[str, Any]]]
MAPS = Path(__file__).parents[5] / "shared" / "maps"
CENTRE = '<center><lane id="0" type="none"/></center>'


def lane(lane_id: int, width: str = "", *, kind: str = "driving", link: str = "") -> str:
    width = width or '<width sOffset="0" a="3.5" b="0" c="0" d="0"/>'
    return f'<lane id="{lane_id}" type="{kind}"><link>{link}</link>{width}</lane>'


def section(left: str = lane(1), right: str = lane(-1), *, s: float = 0.0, centre: str = CENTRE) -> str:
    return f'<laneSection s="{s}"><left>{left}</left>{centre}<right>{right}</right></laneSection>'


def road(
    road_id: int = 1,
    *,
    length: float = 100.0,
    curve: str = "<line/>",
    plan: str = "",
    lanes: str = "",
    x: float = 0.0,
    extra: str = "",
    link: str = "",
    attributes: str = 'junction="-1"',
) -> str:
    plan = plan or f'<geometry s="0" x="{x}" y="0" hdg="0" length="{length}">{curve}</geometry>'
    return (
        f'<road id="{road_id}" length="{length}" {attributes}><link>{link}</link><planView>{plan}</planView>'
        f"<lanes>{lanes or section()}</lanes>{extra}</road>"
    )


def text(*roads: str, header: str = "<header/>", tail: str = "") -> str:
    return f"<OpenDRIVE>{header}{''.join(roads)}{tail}</OpenDRIVE>"


def place(said: dict[str, Any], s: float, lane_id: int, road_id: int = 1) -> tuple[float, float]:
    """(x, y) in CARLA's frame of the client's generated waypoint nearest to x = ``s`` on a lane."""
    of = [w for w in said["generated"] if w[5:7] == [road_id, lane_id]]
    x, y = min(of, key=lambda w: abs(w[0] - s))[:2]
    return x, y


def test_lane_offset_that_starts_late_is_none_before(agree: Agree, client: Any) -> None:
    source = text(road(lanes='<laneOffset s="25" a="0.5" b="0" c="0" d="0"/>' + section()))
    assert client.read(source, [])["end"] == "SIGSEGV"
    _, said = agree(source)
    assert place(said, 10.0, -1)[1] == pytest.approx(1.75)
    assert place(said, 60.0, -1)[1] == pytest.approx(1.25)


def test_elevation_and_width_that_start_late_are_none_before(agree: Agree) -> None:
    profile = '<elevationProfile><elevation s="30" a="2" b="0" c="0" d="0"/></elevationProfile>'
    _, said = agree(text(road(extra=profile)))
    assert {round(w[2], 3) for w in said["generated"] if w[0] < 29.0} == {0.0}
    assert {round(w[2], 3) for w in said["generated"] if w[0] > 31.0} == {2.0}
    late = '<width sOffset="40" a="3" b="0" c="0" d="0"/>'
    reading, _ = agree(text(road(lanes=section(right=lane(-1, late)))))
    at = reading.network.roads[1]
    assert at.borders(at.sections[0], [20.0, 60.0])[:, -1] == pytest.approx([0.0, -3.0])


@pytest.mark.parametrize(
    ("curve", "end"),
    [
        ('<arc curvature="0"/>', (100.0, 0.0)),
        ('<arc curvature="1e-9"/>', (100.0, 0.0)),
        ('<arc curvature="1e-5"/>', (100.0, -0.05)),
        ('<spiral curvStart="0" curvEnd="0"/>', (100.0, 0.0)),
        ('<spiral curvStart="0.01" curvEnd="0.01"/>', (100 * math.sin(1), -100 * (1 - math.cos(1)))),
        ('<spiral curvStart="0.01" curvEnd="0.0100000001"/>', (100 * math.sin(1), -100 * (1 - math.cos(1)))),
        ('<userData code="x"/><arc curvature="0.01"/>', (100 * math.sin(1), -100 * (1 - math.cos(1)))),
        ('<poly3 a="2" b="0" c="0" d="0"/>', (100.0, -2.0)),
        ('<paramPoly3 aU="0" bU="100" cU="0" dU="0" aV="2" bV="0" cV="0" dV="0"/>', (100.0, -2.0)),
    ],
)
def test_curves_that_hardly_bend_or_start_aside_are_followed(agree: Agree, curve: str, end: tuple[float, float]) -> None:
    reading, _ = agree(text(road(curve=curve)))
    points, _ = reading.network.roads[1].reference([100.0])
    assert points[0, :2] == pytest.approx(end, abs=1e-3)


def test_records_without_length_and_out_of_order_are_sorted_out(agree: Agree) -> None:
    plan = (
        '<geometry s="50" x="50" y="0" hdg="0" length="50"><line/></geometry>'
        '<geometry s="0" x="0" y="0" hdg="0" length="50"><line/></geometry>'
        '<geometry s="50" x="0" y="0" hdg="1" length="0"><spiral curvStart="0" curvEnd="1"/></geometry>'
    )
    late = section(s=60.0, right=lane(-1, kind="driving") + lane(-2, kind="sidewalk"))
    reading, said = agree(text(road(plan=plan, lanes=late + section(s=60.0) + section())))
    assert [s.start_m for s in reading.network.roads[1].sections] == [0.0, 60.0]
    assert place(said, 80.0, -1) == pytest.approx((80.0, 1.75), abs=4.0)


def test_borders_are_widths(agree: Agree) -> None:
    def border(a: float, b: float = 0.0) -> str:
        return f'<border sOffset="0" a="{a}" b="{b}" c="0" d="0"/>'

    lanes = section(left=lane(1, border(3.0)), right=lane(-1, border(-3.5, 0.01)) + lane(-2, border(-6.0), kind="sidewalk"))
    reading, said = agree(text(road(lanes=lanes)))
    at = reading.network.roads[1]
    assert at.borders(at.sections[0], [0.0, 50.0]).tolist() == [[3.0, 0.0, -3.5, -6.0], [3.0, 0.0, -3.0, -6.0]]
    width_m = {round(w[0]): w[4] for w in said["generated"] if w[6] == -1}
    assert width_m[0] == pytest.approx(3.5)
    assert width_m[49] == pytest.approx(3.01, abs=1e-3)


def test_a_width_below_nothing_is_nothing(agree: Agree) -> None:
    narrowing = '<width sOffset="0" a="3" b="-0.05" c="0" d="0"/>'
    reading, _ = agree(text(road(lanes=section(right=lane(-1, narrowing) + lane(-2)))))
    at = reading.network.roads[1]
    assert at.borders(at.sections[0], [80.0])[0, -1] == pytest.approx(-3.5)
    assert any("lane -1: is -2 m wide" in note for note in reading.notes)


def test_lanes_without_width_and_without_a_middle_lane(agree: Agree) -> None:
    agree(text(road(lanes=section(right=lane(-1, "<!-- none -->"), centre=""))))


@pytest.mark.parametrize(
    ("rule", "orientation", "vendor", "lanes"),
    [
        ("RHT", "+", "", [-2, -1]),
        ("RHT", "-", "", [1]),
        ("RHT", "none", "", [-2, -1, 1]),
        ("LHT", "+", "", [1]),
        ("LHT", "-", "", [-2, -1]),
        ("RHT", "+", "VectorZero", [1]),
    ],
)
def test_orientation_without_validity_is_said_in_lanes(
    agree: Agree, rule: str, orientation: str, vendor: str, lanes: list[int]
) -> None:
    light = f'<signals><signal id="5" s="50" t="-6" dynamic="yes" type="1000001" orientation="{orientation}"/></signals>'
    lanes_there = section(left=lane(1) + lane(2, kind="sidewalk"), right=lane(-1) + lane(-2) + lane(-3, kind="shoulder"))
    at = road(lanes=lanes_there, extra=light, attributes=f'junction="-1" rule="{rule}"')
    reading, said = agree(text(at, header=f'<header vendor="{vendor}"/>'))
    governed = governed_lanes(reading.network)["5"]
    assert sorted(one.lane_id for one in governed) == lanes
    ((_, _, _, validities, _, _),) = said["signals"]
    assert sorted(i for low, high in validities for i in range(low, high + 1)) == lanes


def test_signals_by_one_name_references_to_none_and_places_beyond_the_road(agree: Agree) -> None:
    light = '<signal id="5" s="{}" t="-6" dynamic="yes" type="1000001" orientation="+"/>'
    signals = f'<signals>{light.format(50)}{light.format(140)}<signalReference id="8" s="3" t="0" orientation="+"/></signals>'
    tail = '<controller id="c"><control signalId="5"/><control signalId="9"/></controller>'
    reading, said = agree(text(road(extra=signals), tail=tail))
    assert [(s.id, s.s) for s in reading.network.roads[1].signals] == [("5", 50.0), ("5_2", 100.0)]
    assert reading.network.controllers["c"].signal_ids == ("5", "5_2")
    assert len(said["signals"]) == 2


def test_signals_that_stand_elsewhere(agree: Agree) -> None:
    place = '<positionInertial x="60" y="-8" z="3" hdg="1" pitch="0" roll="0"/>'
    sign = f'<signals><signal id="5" s="50" t="-6" dynamic="no" type="205" orientation="+">{place}</signal></signals>'
    reading, said = agree(text(road(extra=sign)))
    at = reading.network.roads[1]
    location, yaw_deg = signal_pose(at, at.signals[0])
    assert location == pytest.approx([60.0, 8.0, 3.0])
    assert yaw_deg == pytest.approx(-math.degrees(1.0))
    assert said["signals"][0][4:] == pytest.approx([60.0, 8.0])


def test_namespaces_and_names_in_another_case(agree: Agree, client: Any) -> None:
    plain = text(road(lanes=section(right=lane(-1) + lane(-2, kind="sidewalk"))))
    prefixed = plain.replace("<OpenDRIVE>", '<OpenDRIVE xmlns="http://x">')
    other = plain.replace("<", "<o:").replace("<o:/", "</o:").replace("<o:OpenDRIVE>", '<o:OpenDRIVE xmlns:o="http://x">')
    odd = plain.replace("laneSection", "LaneSection").replace("sOffset", "soffset").replace('"driving"', '"Driving"')
    expected = agree(plain)[1]
    for source in (prefixed, other, odd):
        assert agree(source)[1] == expected
    assert client.read(other, [])["generated"] == []


def test_geo_reference_with_other_separators(agree: Agree) -> None:
    header = "<header><geoReference>\n+proj=tmerc\n+lat_0=49.5\t+lon_0=8.25 +k=1\n</geoReference></header>"
    reading, said = agree(text(road(), header=header))
    assert reading.network.origin_deg == (49.5, 8.25)
    assert said["origin"] == pytest.approx([49.5, 8.25])
    half = "<header><geoReference>+proj=tmerc +lat_0=49.5</geoReference></header>"
    reading, said = agree(text(road(), header=half))
    assert said["origin"] == pytest.approx([49.5, 0.0])
    assert agree(text(road()))[1]["origin"] == pytest.approx([42.0, 2.0])


@pytest.mark.parametrize("kind", ["open", "closed", "in outlines", "on the road", "box"])
def test_crosswalks_have_one_closed_outline(agree: Agree, kind: str) -> None:
    corners = [(-2.0, -3.0), (-2.0, 3.0), (2.0, 3.0), (2.0, -3.0)]
    local = "".join(f'<cornerLocal u="{u}" v="{v}" z="0"/>' for u, v in corners)
    on_road = "".join(f'<cornerRoad s="{50 + u}" t="{v}" dz="0"/>' for u, v in corners)
    outline = {
        "open": f"<outline>{local}</outline>",
        "closed": f'<outline>{local}<cornerLocal u="-2.0" v="-3.0" z="0"/></outline>',
        "in outlines": f"<outlines><outline>{local}</outline></outlines>",
        "on the road": f"<outlines><outline>{on_road}</outline></outlines>",
        "box": "",
    }[kind]
    size = 'length="4" width="6"' if kind == "box" else ""
    crossing = f'<object id="2" type="crosswalk" s="50" t="0" hdg="0" {size}>{outline}</object>'
    other = '<object id="1" type="crosswalk" s="20" t="0"><outline><cornerLocal u="-1" v="-1" z="0"/>'
    other += '<cornerLocal u="1" v="-1" z="0"/><cornerLocal u="1" v="1" z="0"/></outline></object>'
    _, said = agree(text(road(extra=f"<objects>{other}{crossing}</objects>")))
    found = [[round(p[0]), round(p[1])] for p in said["crosswalks"] if p[0] > 40.0]
    assert sorted(found[:-1]) == [[48, -3], [48, 3], [52, -3], [52, 3]]
    assert found[0] == found[-1]


def test_things_called_like_speed_signs(agree: Agree, client: Any) -> None:
    source = text(road(extra='<objects><object id="1" type="pole" name="Speed_bump" s="5" t="3"/></objects>'))
    assert client.read(source, [])["end"].startswith("ValueError")
    agree(source)


def test_direct_junctions_lead_on_in_both_directions(agree: Agree, client: Any) -> None:
    def at(junction: str) -> str:
        return f'<{junction} elementType="junction" elementId="9"/>'

    links = '<laneLink from="-1" to="-1"/><laneLink from="1" to="1"/>'
    tail = (
        '<junction id="9" type="direct"><connection id="0" incomingRoad="1" linkedRoad="2" contactPoint="start">'
        f'{links}</connection><connection id="0" incomingRoad="1" linkedRoad="3" contactPoint="start">'
        '<laneLink from="-1" to="-1"/></connection></junction>'
    )
    source = text(
        road(1, link=at("successor")),
        road(2, x=100.0, link=at("predecessor")),
        road(3, x=100.0, link=at("predecessor")),
        tail=tail,
    )
    assert client.read(source, [])["end"].startswith("IndexError")
    _, said = agree(source)
    pairs = {tuple((a[0], a[2]) for a in pair) for pair in said["topology"]}
    assert {((1, -1), (2, -1)), ((1, -1), (3, -1)), ((2, 1), (1, 1))} <= pairs
    # Two roads into one, which says nothing of the junction.
    links = '<laneLink from="-1" to="-1"/>'
    tail = "".join(
        f'<connection id="{road_id}" incomingRoad="{road_id}" linkedRoad="1" contactPoint="start">{links}</connection>'
        for road_id in (2, 3)
    )
    source = text(
        road(1, x=100.0), road(2, link=at("successor")), road(3), tail=f'<junction id="9" type="direct">{tail}</junction>'
    )
    pairs = {tuple((a[0], a[2]) for a in pair) for pair in agree(source)[1]["topology"]}
    assert {((2, -1), (1, -1)), ((3, -1), (1, -1))} <= pairs


def test_links_that_lead_nowhere_are_ends(agree: Agree, client: Any) -> None:
    onward = '<successor id="{}"/>'
    lanes = section(right=lane(-1, link=onward.format(-7)) + lane(-2, link=onward.format(-1)))
    to_road = '<successor elementType="road" elementId="{}" contactPoint="start"/>'
    missing_lane = text(road(1, lanes=lanes, link=to_road.format(2)), road(2, x=100.0))
    assert client.read(missing_lane, [])["end"] == "SIGSEGV"
    reading, said = agree(missing_lane)
    assert any("its successor -7 is not there" in note for note in reading.notes)
    assert [[1, 0, -2], [2, 0, -1]] in said["topology"]
    agree(text(road(1, lanes=lanes, link=to_road.format(5))))
    wrong_side = text(road(1, lanes=section(right=lane(-1, link=onward.format(1))), link=to_road.format(2)), road(2, x=100.0))
    _, said = agree(wrong_side)
    assert not any(pair[0][0] == 1 and pair[1][0] == 2 for pair in said["topology"])
    # Road 0 is there, and road 1 says of no other that it follows.
    loose = text(road(1, lanes=section(right=lane(-1, link=onward.format(-1)))), road(0, x=300.0))
    _, said = agree(loose)
    assert not any(pair[0][0] == 1 and pair[1][0] == 0 for pair in said["topology"])


def test_junctions_by_a_road_s_id_and_connections_to_missing_roads(agree: Agree) -> None:
    def link(kind: str, element: str, road_id: int) -> str:
        contact = ' contactPoint="start"' if element == "road" else ""
        return f'<{kind} elementType="{element}" elementId="{road_id}"{contact}/>'

    through = lane(-1, link='<predecessor id="-1"/><successor id="-1"/>')
    connection = '<connection id="{}" incomingRoad="{}" connectingRoad="{}" contactPoint="start"/>'
    source = text(
        road(1, link=link("successor", "junction", 2)),
        road(2, x=100.0, length=20.0, lanes=section(left="", right=through), attributes='junction="2"',
             link='<predecessor elementType="road" elementId="1" contactPoint="end"/>' + link("successor", "road", 3)),
        road(3, x=120.0, attributes=""),
        tail=f'<junction id="2">{connection.format(0, 1, 2)}{connection.format(1, 1, 77)}</junction>',
    )  # fmt: skip
    reading, said = agree(source)
    assert list(reading.network.junctions) == [4]
    assert [r.junction for r in reading.network.roads.values()] == [-1, 4, -1]
    assert {((1, -1), (2, -1)), ((2, -1), (3, -1))} <= {tuple((a[0], a[2]) for a in p) for p in said["topology"]}
    assert any("called 4" in note for note in reading.notes)
    assert any("connectingRoad 77 is not there" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (text(road(plan='<geometry s="25" x="0" y="0" hdg="0" length="75"><line/></geometry>')), "plan view begins at s=25"),
        (text(road(plan='<geometry s="0" x="0" y="0" hdg="0" length="75"><line/></geometry>')), "nothing follows before s=100"),
        (text(road(lanes=section(s=25.0))), "the first lane section begins at s=25.0"),
        (text(road(lanes=section().replace("<laneSection", '<laneSection singleSide="true"'))), "singleSide is not supported"),
        (text(road(curve='<arc curvature="30"/>')), "bends by 30 1/m over 100 m"),
        (text(road(curve='<paramPoly3 bU="0" cU="0" dU="0" bV="0" cV="0" dV="0"/>')), "its curve is 0.00 m long"),
        (text(road(curve='<paramPoly3 bU="50" cU="0" dU="0" bV="0" cV="0" dV="0"/>')), "its curve is 50.00 m long, expected"),
        (text(road(lanes=section(right=lane(-1, '<width sOffset="0" a="4" b="0" c="0" d="0.4"/>')))), "m wide at ds=100"),
        (text(road(lanes='<laneOffset s="0" a="1e9" b="0" c="0" d="0"/>' + section())), "its laneOffset reaches 1e+09"),
        (text(road(extra='<objects><object id="4" type="crosswalk" s="5" t="0" length="9e5" width="3"/></objects>')),
         "road 1: crosswalk '4' reaches 450000 m from its place"),
        (text(road(1), road(1)), "road 1: this id occurs twice"),
        (text(road(1), tail='<junction id="3"/><junction id="3"/>'), "junction 3: this id occurs twice"),
        (text(road(1)).replace('id="1"', 'id="1_0"', 1), "expected a whole number"),
        (text(road(1)).replace('x="0.0"', 'x="0x10"'), "expected a finite number"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_with_the_road_and_the_reason(source: str, complaint: str) -> None:
    with pytest.raises(MapError) as caught:
        read(source)
    assert complaint in str(caught.value)


def test_maps_far_from_their_origin_are_moved_by_their_offset_or_refused(agree: Agree) -> None:
    far = road(plan='<geometry s="0" x="691608.6" y="5334760.4" hdg="0.3" length="100"><line/></geometry>')
    reference = "<geoReference>+proj=utm +zone=32 +datum=WGS84</geoReference>"
    with pytest.raises(MapError) as caught:
        read(text(far, header=f"<header>{reference}</header>"))
    assert "road 1: lies at x=691704, y=5334790" in str(caught.value)
    assert "step by 0.5 m" in str(caught.value)
    assert '<offset x="-691656" y="-5334775" z="0" hdg="0"/>' in str(caught.value)
    offset = '<offset x="-691608.6" y="-5334760.4" z="5" hdg="0"/>'
    reading, said = agree(text(far, header=f"<header>{reference}{offset}</header>"))
    points, yaw = reading.network.roads[1].reference([0.0])
    assert points[0] == pytest.approx([0.0, 0.0, 5.0], abs=1e-6)
    assert yaw[0] == pytest.approx(-math.degrees(0.3))
    assert said["origin"] == pytest.approx([48.13722, 11.57557], abs=1e-5)  # Munich, Marienplatz
    assert "offset" not in reading.text
    assert any("moved by its offset" in note for note in reading.notes)


@pytest.mark.parametrize("name", ["carla/Town01", "carla/Town02", "carla/Town04", "carla/Town10HD", "esmini/e6mini",
                                  "esmini/crest-curve", "esmini/curves_elevation", "esmini/fabriksgatan"])  # fmt: skip
def test_real_maps_are_told_as_they_are(name: str) -> None:
    path = MAPS / f"{name}.xodr"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    source = path.read_text()
    reading = read(source)
    assert reading.text == source
    assert not reading.notes
