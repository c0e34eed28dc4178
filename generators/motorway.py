"""A motorway: two carriageways with a median and hard shoulders."""

from __future__ import annotations

from collections.abc import Mapping

from rarebit.families.family import TRAFFIC, Parameter, RoadFamily, number, traffic_side
from rarebit.roads.opendrive.records import Bend, LaneText, Rise, RoadMark
from rarebit.roads.opendrive.single import single_road
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import BOTH, RoadProfile
from rarebit.scenario import Value

EDGE_M = 0.3


def build(values: Mapping[str, Value]) -> str:
    """OpenDRIVE text of the motorway."""
    length, speed = number(values, "length_m"), number(values, "speed_limit_mps")
    carriageway = _carriageway(values, speed)
    road = single_road(
        name="motorway",
        kind="motorway",
        bends=[Bend(length, number(values, "curvature_per_km") / 1000.0)],
        rises=[Rise(0.0, 0.0, number(values, "slope_percent") / 100.0)],
        left=carriageway,
        right=carriageway,
        centre=RoadMark("none"),
        speed_mps=speed,
        traffic=traffic_side(values),
    )
    return write(road)


def profile(values: Mapping[str, Value]) -> RoadProfile:
    """The carriageway that ego drives on, with its hard shoulder; behind the median the other one."""
    lanes = int(number(values, "lanes"))
    return RoadProfile(
        traffic=traffic_side(values),
        length_m=number(values, "length_m"),
        lanes=lanes,
        opposite_lanes=lanes,
        shoulders=BOTH,
    )


def _carriageway(values: Mapping[str, Value], speed: float) -> list[LaneText]:
    lanes, width = int(number(values, "lanes")), number(values, "lane_width_m")
    broken, solid = RoadMark("broken", width_m=0.15), RoadMark("solid", width_m=EDGE_M)
    inner = [
        LaneText("median", number(values, "median_width_m") / 2.0, RoadMark("none")),
        LaneText("border", number(values, "inner_edge_m"), solid),
    ]
    driving = [LaneText("driving", width, broken if i < lanes - 1 else solid, speed) for i in range(lanes)]
    return [*inner, *driving, LaneText("shoulder", number(values, "shoulder_width_m"), RoadMark("none"))]


FAMILY = RoadFamily(
    name="motorway",
    about="two carriageways with a median and hard shoulders",
    parameters=(
        Parameter(name="lanes", default=3, low=1, high=6, about="driving lanes in each direction"),
        Parameter(name="speed_limit_mps", default=120 / 3.6, low=10.0, high=60.0, about="speed limit of every lane"),
        Parameter(name="length_m", default=900.0, low=200.0, high=10000.0, about="length of the road"),
        Parameter(name="lane_width_m", default=3.75, low=3.0, high=5.0, about="width of a driving lane"),
        Parameter(name="shoulder_width_m", default=3.0, low=0.5, high=6.0, about="width of the hard shoulder"),
        Parameter(name="median_width_m", default=4.0, low=1.0, high=20.0, about="width between the carriageways' inner edges"),
        Parameter(name="inner_edge_m", default=0.75, low=0.2, high=3.0, about="paved strip between median and left lane"),
        Parameter(name="curvature_per_km", default=0.0, low=-4.0, high=4.0, about="1000 / radius in m, positive to the left"),
        Parameter(name="slope_percent", default=0.0, low=-8.0, high=8.0, about="rise in ego's direction"),
        TRAFFIC,
    ),
    build=build,
    profile=profile,
)
