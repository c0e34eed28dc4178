"""A road family of this pack."""

from __future__ import annotations

from collections.abc import Mapping

from rarebit.families.family import TRAFFIC, Parameter, RoadFamily, number, traffic_side
from rarebit.roads.opendrive.records import Bend, LaneText, Rise, RoadMark
from rarebit.roads.opendrive.single import single_road
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import RoadProfile
from rarebit.scenario import Value


def build(values: Mapping[str, Value]) -> str:
    """OpenDRIVE text of the track."""
    lane = LaneText("driving", 3.5, RoadMark("broken"), 30.0)
    road = single_road(
        name="test_track",
        kind="rural",
        bends=[Bend(number(values, "length_m"), 0.0)],
        rises=[Rise(0.0, 0.0)],
        left=[],
        right=[lane] * int(number(values, "lanes")),
        centre=RoadMark("solid"),
        speed_mps=30.0,
        traffic=traffic_side(values),
    )
    return write(road)


def profile(values: Mapping[str, Value]) -> RoadProfile:
    """Lanes of one direction alone."""
    lanes = int(number(values, "lanes"))
    return RoadProfile(traffic=traffic_side(values), length_m=number(values, "length_m"), lanes=lanes, opposite_lanes=0)


FAMILY = RoadFamily(
    name="test_track",
    about="a straight track of one direction",
    parameters=(
        Parameter(name="lanes", default=3, low=1, high=6, about="lanes"),
        Parameter(name="length_m", default=500.0, low=100.0, high=2000.0, about="length of the track"),
        TRAFFIC,
    ),
    build=build,
    profile=profile,
)
