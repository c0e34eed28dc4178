"""Texts at random: carlite refuses them with a reason, or it and CARLA's client read the same out of them."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carlite.errors import MapError
from carlite.opendrive import Reading, entry_points, governed_lanes, spawn_points
from carlite.world.speed_limits import SpeedLimits

Agree = Callable[[str], tuple[Reading, dict[str, Any]]]
_WIDTH = '<width sOffset="0" a="3.5" b="0" c="0" d="0"/>'
_MARK = '<roadMark sOffset="0" type="solid" color="white" width="0.12" laneChange="none"/>'
_CENTRE = f'<center><lane id="0" type="none" level="false">{_MARK}</lane></center>'


def _lane(lane_id: int, links: str = "ps", more: str = "", width: str = _WIDTH, kind: str = "driving") -> str:
    names = {"p": "predecessor", "s": "successor"}
    link = "".join(f'<{names[end]} id="{lane_id}"/>' for end in links)
    return f'<lane id="{lane_id}" type="{kind}" level="false"><link>{link}</link>{width}{_MARK}{more}</lane>'


def _sections(first: str, last: str) -> str:
    """One lane each way, and a second section with a lane that narrows."""
    speed = '<speed sOffset="10" max="30" unit="km/h"/>'
    narrow = '<width sOffset="0" a="3.5" b="0" c="-0.01" d="0"/><width sOffset="5" a="3.25" b="0" c="0" d="0"/>'
    return (
        f'<laneOffset s="0" a="0" b="0" c="0" d="0"/><laneSection s="0"><left>{_lane(1, first + "s")}</left>{_CENTRE}'
        f'<right>{_lane(-1, first + "s", speed)}</right></laneSection><laneSection s="10"><left>{_lane(1, "p" + last)}</left>'
        f"{_CENTRE}<right>{_lane(-1, 'p' + last, width=narrow)}{_lane(-2, '', kind='sidewalk')}</right></laneSection>"
    )


def _borders() -> str:
    def border(a: float) -> str:
        return f'<border sOffset="0" a="{a}" b="0.01" c="0" d="0"/>'

    right = _lane(-1, "p", width=border(-3)) + _lane(-2, "", width=border(-5), kind="shoulder")
    return f'<laneSection s="0"><left>{_lane(1, "p", width=border(3))}</left>{_CENTRE}<right>{right}</right></laneSection>'


_PLANS = {
    1: '<geometry s="0" x="0" y="0" hdg="0" length="20"><spiral curvStart="0" curvEnd="0.02"/></geometry>'
    '<geometry s="20" x="19.968" y="1.33" hdg="0.2" length="20"><arc curvature="0.02"/></geometry>'
    '<geometry s="40" x="38.1" y="9.17" hdg="0.6" length="20"><line/></geometry>',
    3: '<geometry s="0" x="54.7" y="20.5" hdg="0.6" length="20"><line/></geometry>',
    2: '<geometry s="0" x="71.2" y="31.8" hdg="0.6" length="50"><paramPoly3 pRange="normalized" aU="0" bU="50" cU="0" '
    'dU="-0.5" aV="0" bV="0" cV="3" dV="0"/></geometry>',
    4: '<geometry s="0" x="119" y="63" hdg="0.7" length="40"><poly3 a="0" b="0" c="0.001" d="0"/></geometry>',
}
_LINKS = {
    1: '<successor elementType="junction" elementId="9"/>',
    3: '<predecessor elementType="road" elementId="1" contactPoint="end"/>'
    '<successor elementType="road" elementId="2" contactPoint="start"/>',
    2: '<predecessor elementType="junction" elementId="9"/><successor elementType="road" elementId="4" contactPoint="start"/>',
    4: '<predecessor elementType="road" elementId="2" contactPoint="end"/>',
}
_LANES = {1: _sections("", ""), 3: _sections("p", "s"), 2: _sections("", "s"), 4: _borders()}
_TYPES = (
    '<type s="0" type="town"><speed max="50" unit="km/h"/></type><type s="20" type="rural"><speed max="70" unit="km/h"/></type>'
)
_PROFILE = (
    '<elevationProfile><elevation s="0" a="1" b="0.01" c="0" d="0"/><elevation s="20" a="1.2" b="0" c="0" d="0"/>'
    '</elevationProfile><lateralProfile><superelevation s="0" a="0" b="0" c="0" d="0"/></lateralProfile>'
)
_CORNERS = "".join(f'<cornerLocal u="{u}" v="{v}" z="0"/>' for u, v in ((-2, -3), (-2, 3), (2, 3), (2, -3), (-2, -3)))
_ON_ROAD = "".join(f'<cornerRoad s="{s}" t="{t}" dz="0"/>' for s, t in ((9, -3), (9, 3), (12, 3)))
_OBJECTS = (
    f'<objects><object id="1" type="crosswalk" name="a" s="30" t="0" hdg="0" zOffset="0"><outline>{_CORNERS}</outline></object>'
    '<object id="2" type="crosswalk" name="b" s="10" t="0" hdg="0" zOffset="0"><outlines><outline id="0">'
    f'{_ON_ROAD}</outline></outlines></object><object id="3" type="pole" name="Speed_30" s="3" t="-5" hdg="0"/></objects>'
)
_SIGNALS = {
    1: '<signals><signal id="11" s="20" t="-6" dynamic="yes" orientation="+" type="1000001" zOffset="4" hOffset="0">'
    '<validity fromLane="-1" toLane="-1"/></signal><signalReference id="12" s="10" t="3" orientation="-"/></signals>',
    2: '<signals><signal id="12" s="5" t="4" dynamic="no" orientation="-" type="205" zOffset="2"/></signals>',
}
_LENGTHS = {1: 60, 3: 20, 2: 50, 4: 40}


def _base(rule: str) -> str:
    roads = "".join(
        f'<road id="{key}" length="{_LENGTHS[key]}" junction="{9 if key == 3 else -1}" rule="{rule}"><link>{_LINKS[key]}</link>'
        f"{_TYPES if key == 1 else ''}<planView>{_PLANS[key]}</planView>{_PROFILE if key == 1 else ''}"
        f"<lanes>{_LANES[key]}</lanes>{_OBJECTS if key == 1 else ''}{_SIGNALS.get(key, '')}</road>"
        for key in (1, 3, 2, 4)
    )
    ways = ((1, "start", -1), (2, "end", 1)) if rule == "RHT" else ((1, "start", 1), (2, "end", -1))
    connections = "".join(
        f'<connection id="{n}" incomingRoad="{road}" connectingRoad="3" contactPoint="{contact}">'
        f'<laneLink from="{lane}" to="{lane}"/></connection>'
        for n, (road, contact, lane) in enumerate(ways)
    )
    return (
        '<OpenDRIVE><header revMajor="1" revMinor="4"><geoReference>+proj=tmerc +lat_0=49 +lon_0=8</geoReference></header>'
        f'{roads}<junction id="9" name="j">{connections}<controller id="c" type="0"/></junction>'
        '<controller id="c" name="c"><control signalId="11" type="0"/></controller></OpenDRIVE>'
    )


_VALUES = (
    "0 -1 1e-9 1e9 nan inf abc 0.5 25 999999 -0.005 0.005 1e-5 60 20.0000000001 -5 3",
    "0 1 2 3 9 99 -1 -2 4 a 11 12",
    "start end road junction + - none LHT driving Driving sidewalk crosswalk Speed_bump no arcLength",
)


def _damage(root: ElementTree.Element, rng: random.Random) -> None:
    """One change such as programs and people make."""
    parents = {child: parent for parent in root.iter() for child in parent}
    element = rng.choice(list(parents))
    what = rng.choice(["remove", "double", "shuffle", "rename", "insert", "forget", "misspell", *["set"] * 8])
    if what == "remove":
        parents[element].remove(element)
    elif what == "double":
        parents[element].append(copy.deepcopy(element))
    elif what == "shuffle":
        children = list(parents[element])
        rng.shuffle(children)
        parents[element][:] = children
    elif what == "rename":
        element.tag = rng.choice([element.tag.lower(), element.tag.upper(), "userData"])
    elif what == "insert":
        element.insert(0, ElementTree.Element("userData", {"code": "x"}))
    elif element.attrib:
        key = rng.choice(sorted(element.attrib))
        if what == "set":
            element.set(key, rng.choice(["", *rng.choice(_VALUES).split()]))
        else:
            value = element.attrib.pop(key)
            if what == "misspell":
                element.set(rng.choice([key.lower(), key.upper(), key.capitalize()]), value)


def _check(text: str, agree: Agree) -> None:
    try:
        reading, _ = agree(text)
    except MapError:
        return
    governed_lanes(reading.network)
    spawn_points(reading.network)
    entry_points(reading.network)
    SpeedLimits(reading.network)


@pytest.mark.parametrize("rule", ["RHT", "LHT"])
def test_the_undamaged_text_is_read_alike(agree: Agree, rule: str) -> None:
    reading, said = agree(_base(rule))
    assert not reading.notes
    pairs = {tuple((a[0], a[2]) for a in pair) for pair in said["topology"]}
    along, against = (-1, 1) if rule == "RHT" else (1, -1)
    assert {((1, along), (3, along)), ((3, along), (2, along)), ((2, against), (3, against))} <= pairs


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=st.sampled_from(["RHT", "RHT", "LHT"]), count=st.integers(1, 8), seed=st.integers(0, 2**32))
def test_damaged_texts_are_refused_or_read_alike(agree: Agree, rule: str, count: int, seed: int) -> None:
    root, rng = ElementTree.fromstring(_base(rule)), random.Random(seed)
    for _ in range(count):
        _damage(root, rng)
    _check(ElementTree.tostring(root, encoding="unicode"), agree)
