"""The lane map against roads with known geometry, and against real town maps."""

from __future__ import annotations

from pathlib import Path

import carla
import numpy as np
import pytest

from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.session import lane_map

MAPS = Path(__file__).resolve().parents[5] / "shared" / "maps"
LANE = '<lane id="{id}" type="{kind}" level="false"><width sOffset="0" a="{width}" b="0" c="0" d="0"/>{mark}</lane>'
MARK = '<roadMark sOffset="0" type="broken" color="standard" width="0.12"/>'


def road(lanes: list[tuple[int, str, float]]) -> str:
    def side(name: str, chosen: list[tuple[int, str, float]]) -> str:
        inner = "".join(LANE.format(id=i, kind=kind, width=width, mark=MARK) for i, kind, width in chosen)
        return f"<{name}>{inner}</{name}>" if chosen else ""

    left = side("left", sorted((lane for lane in lanes if lane[0] > 0), reverse=True))
    right = side("right", sorted((lane for lane in lanes if lane[0] < 0), reverse=True))
    return f"""<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="t"><geoReference><![CDATA[+proj=tmerc]]>
</geoReference></header><road name="" length="100" id="7" junction="-1">
<type s="0" type="town"><speed max="50" unit="km/h"/></type>
<planView><geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry></planView>
<lanes><laneSection s="0">{left}
<center><lane id="0" type="none" level="false">{MARK}</lane></center>{right}</laneSection></lanes>
</road></OpenDRIVE>"""


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
