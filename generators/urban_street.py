"""A street in a town: one or two directions, parking lanes, sidewalks, crosswalks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.road_family import RoadFamily, road_family
from rarebit.reading.marks import Within
from rarebit.roads.opendrive.records import Bend, LaneText, Rise, RoadMark
from rarebit.roads.opendrive.single import single_road
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import BOTH, NEITHER, RoadProfile, sides

KERB_HEIGHT_M = 0.12


@road_family("urban_street", example="{template: urban_street, lanes: 2, parking: both}")
@dataclass(frozen=True, slots=True, kw_only=True)
class UrbanStreet(RoadFamily):
    """A street in a town with parking lanes, sidewalks and crosswalks.

    Attributes:
        lanes: driving lanes in each direction.
        one_way: whether all traffic goes ego's way.
        parking: sides with a parking lane.
        sidewalks: raised sidewalks on both sides.
        speed_limit_mps: speed limit of every lane.
        length_m: length of the street.
        lane_width_m: width of a driving lane.
        parking_width_m: width of a parking lane.
        sidewalk_width_m: width of a sidewalk.
        curvature_per_km: 1000 / radius in m, positive to the left.
        slope_percent: rise in ego's direction.
        crosswalk_every_m: distance between crosswalks, 0 for none.
        crosswalk_from_m: station of the first crosswalk.
    """

    lanes: Annotated[int, Within(1, 4)] = 1
    one_way: bool = False
    parking: Literal["left", "right", "both", "none"] = "both"
    sidewalks: bool = True
    speed_limit_mps: Annotated[float, Within(1, 40)] = 50 / 3.6
    length_m: Annotated[float, Within(50, 5000)] = 420.0
    lane_width_m: Annotated[float, Within(2.5, 5)] = 3.25
    parking_width_m: Annotated[float, Within(1.8, 6)] = 2.5
    sidewalk_width_m: Annotated[float, Within(0.5, 10)] = 2.8
    curvature_per_km: Annotated[float, Within(-15, 15)] = 0.0
    slope_percent: Annotated[float, Within(-15, 15)] = 0.0
    crosswalk_every_m: Annotated[float, Within(0, 5000)] = 0.0
    crosswalk_from_m: Annotated[float, Within(5, 5000)] = 30.0

    def opendrive(self) -> str:
        """OpenDRIVE text of the street."""
        lanes, speed = self.lanes, self.speed_limit_mps
        length = self.length_m
        own, other = ("right", "left") if self.traffic == "right" else ("left", "right")
        right = [*_driving(self, lanes, speed, self.parking in (own, "both")), *_roadside(self, own)]
        if self.one_way:
            left = _roadside(self, other)
            parked = self.parking in (other, "both")
            centre = RoadMark("solid" if parked else "curb")
        else:
            left = [*_driving(self, lanes, speed, self.parking in (other, "both")), *_roadside(self, other)]
            centre = RoadMark("broken") if lanes == 1 else RoadMark("solid solid")
        spacing = self.crosswalk_every_m
        first = self.crosswalk_from_m
        count = 0 if spacing <= 0.0 else int(max(0.0, (length - 10.0 - first) // spacing + 1))
        road = single_road(
            name="urban_street",
            kind="town",
            bends=[Bend(length, self.curvature_per_km / 1000.0)],
            rises=[Rise(0.0, 0.0, self.slope_percent / 100.0)],
            left=left,
            right=right,
            centre=centre,
            speed_mps=speed,
            crosswalks_m=[first + spacing * i for i in range(count)],
            traffic=self.traffic,
        )
        return write(road)

    def profile(self) -> RoadProfile:
        """Lanes, parking lanes and sidewalks by their sides."""
        lanes = self.lanes
        return RoadProfile(
            traffic=self.traffic,
            length_m=self.length_m,
            lanes=lanes,
            opposite_lanes=0 if self.one_way else lanes,
            parking=sides(self.parking),
            sidewalks=BOTH if self.sidewalks else NEITHER,
        )


def _driving(road: UrbanStreet, lanes: int, speed: float, parking: bool) -> list[LaneText]:
    width = road.lane_width_m
    inner = [LaneText("driving", width, RoadMark("broken"), speed) for _ in range(lanes - 1)]
    edge = RoadMark("solid") if parking or not road.sidewalks else RoadMark("curb")
    return [*inner, LaneText("driving", width, edge, speed)]


def _roadside(road: UrbanStreet, side: str) -> list[LaneText]:
    """What lies beside the driving lanes: parking, sidewalk, a strip of ground."""
    lanes = []
    if road.parking in (side, "both"):
        mark = RoadMark("curb") if road.sidewalks else RoadMark("none")
        lanes.append(LaneText("parking", road.parking_width_m, mark))
    if road.sidewalks:
        lanes.append(LaneText("sidewalk", road.sidewalk_width_m, RoadMark("none"), height_m=KERB_HEIGHT_M))
    return lanes
