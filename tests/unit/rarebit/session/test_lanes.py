"""The lane map against roads with known geometry, and against real town maps."""

from __future__ import annotations

from pathlib import Path

import carla
import numpy as np
import pytest

from rarebit.core.errors import MapError
from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.session import lane_map

MAPS = Path(__file__).resolve().parents[5] / "shared" / "maps"
LANE = '<lane id="{id}" type="{kind}" level="false"><width sOffset="0" a="{width}" b="0" c="0" d="0"/>{mark}</lane>'
TYPE = '<type s="0" type="town"><speed max="50" unit="km/h"/></type>'
MARK = '<roadMark sOffset="0" type="broken" color="standard" width="0.12"/>'


def road(
    lanes: list[tuple[int, str, float]], *, attributes: str = "", types: str = TYPE, extra: str = "", vendor: str = ""
) -> str:
    def side(name: str, chosen: list[tuple[int, str, float]]) -> str:
        inner = "".join(LANE.format(id=i, kind=kind, width=width, mark=MARK) for i, kind, width in chosen)
        return f"<{name}>{inner}</{name}>" if chosen else ""

    left = side("left", sorted((lane for lane in lanes if lane[0] > 0), reverse=True))
    right = side("right", sorted((lane for lane in lanes if lane[0] < 0), reverse=True))
    return f"""<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="t" vendor="{vendor}">
<geoReference><![CDATA[+proj=tmerc]]></geoReference></header>
<road name="" length="100" id="7" junction="-1" {attributes}>{types}
<planView><geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry></planView>
<lanes><laneSection s="0">{left}
<center><lane id="0" type="none" level="false">{MARK}</lane></center>{right}</laneSection></lanes>
{extra}</road></OpenDRIVE>"""


@pytest.fixture(scope="module")
def street() -> LaneMap:
    lanes = [
        (-1, "driving", 3.5),
        (-2, "parking", 2.5),
        (-3, "sidewalk", 2.0),
        (1, "driving", 3.5),
        (2, "none", 0.0),
        (3, "shoulder", 1.0),
    ]
    return lane_map.read(carla.Map("street", road(lanes)), "street")


def test_lanes_lie_where_the_text_puts_them(street: LaneMap) -> None:
    right, left = street.lanes[LaneKey(7, 0, -1)], street.lanes[LaneKey(7, 0, 1)]
    assert right.centre[0] == pytest.approx([0.0, -1.75, 0.0], abs=0.01)
    assert right.centre[-1] == pytest.approx([100.0, -1.75, 0.0], abs=0.01)
    assert left.centre[0] == pytest.approx([100.0, 1.75, 0.0], abs=0.01)  # in its direction of travel
    assert np.allclose(right.width_m, 3.5)
    assert np.linalg.norm(np.diff(right.centre, axis=0), axis=1).max() <= 1.001


def test_neighbours_count_from_the_direction_of_travel(street: LaneMap) -> None:
    right, left = street.lanes[LaneKey(7, 0, -1)], street.lanes[LaneKey(7, 0, 1)]
    assert (right.left, right.left_same_way) == (LaneKey(7, 0, 1), False)
    assert (right.right, right.right_same_way) == (LaneKey(7, 0, -2), True)
    assert (left.left, left.left_same_way) == (LaneKey(7, 0, -1), False)
    assert left.right == LaneKey(7, 0, 3)  # the lane without width between them is no neighbour
    assert street.lanes[LaneKey(7, 0, -3)].right is None
    assert {lane.kind for lane in street.lanes.values()} == {"driving", "parking", "sidewalk", "shoulder"}
    assert right.speed_limit_mps == pytest.approx(50 / 3.6)
    assert right.left_marking == "broken"


@pytest.mark.slow
@pytest.mark.parametrize("town", ["Town10HD", "Town04"])
def test_towns_read_whole_and_their_lanes_join(town: str) -> None:
    path = MAPS / "carla" / f"{town}.xodr"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    found = lane_map.read(carla.Map(town, path.read_text(encoding="utf-8")), town)
    driving = [lane for lane in found.lanes.values() if lane.kind == "driving"]
    assert len(driving) > 150
    gaps = [np.linalg.norm(lane.centre[-1] - found.lanes[key].centre[0]) for lane in driving for key in lane.successors]
    assert len(gaps) >= len(driving)
    assert max(gaps) < 0.05
    assert any(signal.kind == "traffic_light" for signal in found.signals)
    assert len(found.crossings) > 10
    assert all(np.allclose(outline[0], outline[-1], atol=1e-3) for outline in found.crossings)


def test_where_traffic_keeps_to_the_left_all_is_seen_from_its_own_direction() -> None:
    lanes = [(-1, "driving", 3.5), (-2, "driving", 3.5), (-3, "sidewalk", 2.0), (1, "driving", 3.5), (2, "driving", 3.5)]
    found = lane_map.read(carla.Map("left", road(lanes, attributes='rule="LHT"')), "left")
    inner, outer = found.lanes[LaneKey(7, 0, -1)], found.lanes[LaneKey(7, 0, -2)]
    other = found.lanes[LaneKey(7, 0, 1)]
    # Lanes right of the reference line run against it.
    assert inner.centre[0] == pytest.approx([100.0, -1.75, 0.0], abs=0.01)
    assert other.centre[0] == pytest.approx([0.0, 1.75, 0.0], abs=0.01)
    assert (inner.right, inner.right_same_way) == (LaneKey(7, 0, 1), False)
    assert (inner.left, inner.left_same_way) == (LaneKey(7, 0, -2), True)
    assert (outer.left, outer.right) == (LaneKey(7, 0, -3), LaneKey(7, 0, -1))
    assert (other.right, other.right_same_way) == (LaneKey(7, 0, -1), False)
    assert (other.left, other.left_same_way) == (LaneKey(7, 0, 2), True)
    for lane in found.lanes.values():
        for name, sign in (("left", 1.0), ("right", -1.0)):
            if (beside := getattr(lane, name)) is not None:
                way = lane.centre[1] - lane.centre[0]
                across = np.array([-way[1], way[0]]) @ (found.lanes[beside].centre.mean(axis=0) - lane.centre.mean(axis=0))[:2]
                assert across * sign > 0.0, f"{beside} is not {name} of {lane.key}"


def test_speed_limits_hold_where_their_records_do() -> None:
    types = TYPE + '<type s="40" type="rural"><speed max="100" unit="km/h"/></type>'
    lanes = [(-1, "driving", 3.5), (1, "driving", 3.5)]
    text = road(lanes, types=types)
    along, against = (lane_map.read(carla.Map("m", text), "m").lanes[LaneKey(7, 0, i)] for i in (-1, 1))
    assert [along.speed_limit_at(walked) for walked in (0.0, 39.0, 41.0)] == pytest.approx([50 / 3.6, 50 / 3.6, 100 / 3.6])
    assert [against.speed_limit_at(walked) for walked in (0.0, 59.0, 61.0)] == pytest.approx([100 / 3.6, 100 / 3.6, 50 / 3.6])
    own = '<speed sOffset="30" max="30" unit="km/h"/><speed sOffset="70" max="no limit"/>'
    text = text.replace('<lane id="-1" type="driving" level="false">', f'<lane id="-1" type="driving" level="false">{own}')
    lane = lane_map.read(carla.Map("m", text), "m").lanes[LaneKey(7, 0, -1)]
    limits = [lane.speed_limit_at(walked) for walked in (10.0, 35.0, 65.0)]
    assert limits == pytest.approx([50 / 3.6, 30 / 3.6, 30 / 3.6])
    assert lane.speed_limit_at(80.0) is None
    assert [at for at, _ in lane.later_limits] == [30.0, 70.0]


@pytest.mark.parametrize(
    ("rule", "vendor", "orientation", "lanes"),
    [("RHT", "", "+", [-2, -1]), ("RHT", "", "-", [1]), ("LHT", "", "+", [1]), ("RHT", "VectorZero", "+", [1])],
)
def test_a_light_without_validity_governs_the_traffic_that_its_orientation_names(
    rule: str, vendor: str, orientation: str, lanes: list[int]
) -> None:
    light = f'<signals><signal id="5" s="50" t="-6" type="1000001" dynamic="yes" orientation="{orientation}"/></signals>'
    text = road(
        [(-1, "driving", 3.5), (-2, "driving", 3.0), (1, "driving", 3.5)],
        attributes=f'rule="{rule}"', extra=light, vendor=vendor,
    )  # fmt: skip
    (signal,) = lane_map.read(carla.Map("m", text), "m").signals
    assert [key.lane for key in signal.lanes] == lanes


def test_crossings_with_open_outlines_are_found_among_closed_ones() -> None:
    def crossing(number: int, s: float, length: float, *, closed: bool) -> str:
        corners = [(-length, -3.5), (-length, 3.5), (length, 3.5), (length, -3.5)]
        corners += corners[:1] if closed else []
        outline = "".join(f'<cornerLocal u="{u}" v="{v}" z="0"/>' for u, v in corners)
        place = f'id="{number}" s="{s}" t="0" hdg="0" zOffset="0"'
        return f'<object type="crosswalk" {place}><outline>{outline}</outline></object>'

    things = [crossing(1, 60.0, 2.0, closed=False), crossing(2, 30.0, 1.5, closed=True), crossing(3, 80.0, 2.0, closed=False)]
    text = road([(-1, "driving", 3.5), (1, "driving", 3.5)], extra=f"<objects>{''.join(things)}</objects>")
    found = lane_map.read(carla.Map("m", text), "m").crossings
    assert sorted(round(float(outline[:-1, 0].mean())) for outline in found) == [30, 60, 80]
    assert all(len(outline) == 5 for outline in found)
    assert all(np.allclose(outline[0], outline[-1]) for outline in found)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("<line/>", '<arc curvature="0"/>', "m: road 7, lane -1: the client's waypoints are no numbers"),
        ("<width", "<border", "m: the map has no lane of any width: they have <border>"),
        ('length="100" id="7"', 'length="1OO" id="7"', "m: <road length='1OO'>: expected a number"),
    ],
)
def test_a_map_that_the_client_cannot_follow_is_refused_with_the_cause(old: str, new: str, complaint: str) -> None:
    text = road([(-1, "driving", 3.5)]).replace(old, new)

    class Raw:
        def __init__(self, of: carla.Map) -> None:
            self._of = of

        def to_opendrive(self) -> str:
            return text

        def __getattr__(self, name: str) -> object:
            return getattr(self._of, name)

    plain = text.replace("1OO", "100")
    with pytest.raises(MapError) as caught:
        lane_map.read(Raw(carla.Map("m", plain)), "m")
    assert str(caught.value).startswith(complaint)
