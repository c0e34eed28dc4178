"""A street in a town: one or two directions, parking lanes, sidewalks, crosswalks."""

from __future__ import annotations

from collections.abc import Mapping

from rarebit.families.family import TRAFFIC, Parameter, RoadFamily, number, traffic_side
from rarebit.roads.opendrive.records import Bend, LaneText, Rise, RoadMark
from rarebit.roads.opendrive.single import single_road
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import BOTH, NEITHER, RoadProfile, sides
from rarebit.scenario import Value

KERB_HEIGHT_M = 0.12


def build(values: Mapping[str, Value]) -> str:
    """OpenDRIVE text of the street."""
    lanes, speed = int(number(values, "lanes")), number(values, "speed_limit_mps")
    length = number(values, "length_m")
    own, other = ("right", "left") if values["traffic"] == "right" else ("left", "right")
    right = [*_driving(values, lanes, speed, values["parking"] in (own, "both")), *_roadside(values, own)]
    if values["one_way"]:
        left = _roadside(values, other)
        parked = values["parking"] in (other, "both")
        centre = RoadMark("solid" if parked else "curb")
    else:
        left = [*_driving(values, lanes, speed, values["parking"] in (other, "both")), *_roadside(values, other)]
        centre = RoadMark("broken") if lanes == 1 else RoadMark("solid solid")
    spacing = number(values, "crosswalk_every_m")
    first = number(values, "crosswalk_from_m")
    count = 0 if spacing <= 0.0 else int(max(0.0, (length - 10.0 - first) // spacing + 1))
    road = single_road(
        name="urban_street",
        kind="town",
        bends=[Bend(length, number(values, "curvature_per_km") / 1000.0)],
        rises=[Rise(0.0, 0.0, number(values, "slope_percent") / 100.0)],
        left=left,
        right=right,
        centre=centre,
        speed_mps=speed,
        crosswalks_m=[first + spacing * i for i in range(count)],
        traffic=traffic_side(values),
    )
    return write(road)


def profile(values: Mapping[str, Value]) -> RoadProfile:
    """Lanes, parking lanes and sidewalks by their sides."""
    lanes = int(number(values, "lanes"))
    return RoadProfile(
        traffic=traffic_side(values),
        length_m=number(values, "length_m"),
        lanes=lanes,
        opposite_lanes=0 if values["one_way"] else lanes,
        parking=sides(values["parking"]),
        sidewalks=BOTH if values["sidewalks"] else NEITHER,
    )


def _driving(values: Mapping[str, Value], lanes: int, speed: float, parking: bool) -> list[LaneText]:
    width = number(values, "lane_width_m")
    inner = [LaneText("driving", width, RoadMark("broken"), speed) for _ in range(lanes - 1)]
    edge = RoadMark("solid") if parking or not values["sidewalks"] else RoadMark("curb")
    return [*inner, LaneText("driving", width, edge, speed)]


def _roadside(values: Mapping[str, Value], side: str) -> list[LaneText]:
    """What lies beside the driving lanes: parking, sidewalk, a strip of ground."""
    lanes = []
    if values["parking"] in (side, "both"):
        mark = RoadMark("curb") if values["sidewalks"] else RoadMark("none")
        lanes.append(LaneText("parking", number(values, "parking_width_m"), mark))
    if values["sidewalks"]:
        lanes.append(LaneText("sidewalk", number(values, "sidewalk_width_m"), RoadMark("none"), height_m=KERB_HEIGHT_M))
    return lanes


FAMILY = RoadFamily(
    name="urban_street",
    about="a street in a town with parking lanes, sidewalks and crosswalks",
    parameters=(
        Parameter(name="lanes", default=1, low=1, high=4, about="driving lanes in each direction"),
        Parameter(name="one_way", default=False, about="whether all traffic goes ego's way"),
        Parameter(name="parking", default="both", choices=("left", "right", "both", "none"), about="sides with a parking lane"),
        Parameter(name="sidewalks", default=True, about="raised sidewalks on both sides"),
        Parameter(name="speed_limit_mps", default=50 / 3.6, low=1.0, high=40.0, about="speed limit of every lane"),
        Parameter(name="length_m", default=420.0, low=50.0, high=5000.0, about="length of the street"),
        Parameter(name="lane_width_m", default=3.25, low=2.5, high=5.0, about="width of a driving lane"),
        Parameter(name="parking_width_m", default=2.5, low=1.8, high=6.0, about="width of a parking lane"),
        Parameter(name="sidewalk_width_m", default=2.8, low=0.5, high=10.0, about="width of a sidewalk"),
        Parameter(name="curvature_per_km", default=0.0, low=-15.0, high=15.0, about="1000 / radius in m, positive to the left"),
        Parameter(name="slope_percent", default=0.0, low=-15.0, high=15.0, about="rise in ego's direction"),
        Parameter(name="crosswalk_every_m", default=0.0, low=0.0, high=5000.0, about="distance between crosswalks, 0 for none"),
        Parameter(name="crosswalk_from_m", default=30.0, low=5.0, high=5000.0, about="station of the first crosswalk"),
        TRAFFIC,
    ),
    build=build,
    profile=profile,
)
