"""A motorway: two carriageways with a median and hard shoulders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.road_family import RoadFamily, road_family
from rarebit.reading.marks import Within
from rarebit.roads.opendrive.records import Bend, LaneText, Rise, RoadMark
from rarebit.roads.opendrive.single import single_road
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import BOTH, RoadProfile

EDGE_M = 0.3


@road_family("motorway", example="{template: motorway, lanes: 3, speed_limit_kph: 120}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Motorway(RoadFamily):
    """Two carriageways with a median and hard shoulders.

    Attributes:
        lanes: driving lanes in each direction.
        speed_limit_mps: speed limit of every lane.
        length_m: length of the road.
        lane_width_m: width of a driving lane.
        shoulder_width_m: width of the hard shoulder.
        median_width_m: width between the carriageways' inner edges.
        inner_edge_m: paved strip between median and left lane.
        curvature_per_km: 1000 / radius in m, positive to the left.
        slope_percent: rise in ego's direction.
    """

    lanes: Annotated[int, Within(1, 6)] = 3
    speed_limit_mps: Annotated[float, Within(10, 60)] = 120 / 3.6
    length_m: Annotated[float, Within(200, 10000)] = 900.0
    lane_width_m: Annotated[float, Within(3, 5)] = 3.75
    shoulder_width_m: Annotated[float, Within(0.5, 6)] = 3.0
    median_width_m: Annotated[float, Within(1, 20)] = 4.0
    inner_edge_m: Annotated[float, Within(0.2, 3)] = 0.75
    curvature_per_km: Annotated[float, Within(-4, 4)] = 0.0
    slope_percent: Annotated[float, Within(-8, 8)] = 0.0

    def opendrive(self) -> str:
        """OpenDRIVE text of the motorway."""
        length, speed = self.length_m, self.speed_limit_mps
        carriageway = _carriageway(self, speed)
        road = single_road(
            name="motorway",
            kind="motorway",
            bends=[Bend(length, self.curvature_per_km / 1000.0)],
            rises=[Rise(0.0, 0.0, self.slope_percent / 100.0)],
            left=carriageway,
            right=carriageway,
            centre=RoadMark("none"),
            speed_mps=speed,
            traffic=self.traffic,
        )
        return write(road)

    def profile(self) -> RoadProfile:
        """The carriageway that ego drives on, with its hard shoulder; behind the median the other one."""
        lanes = self.lanes
        return RoadProfile(
            traffic=self.traffic,
            length_m=self.length_m,
            lanes=lanes,
            opposite_lanes=lanes,
            shoulders=BOTH,
        )


def _carriageway(road: Motorway, speed: float) -> list[LaneText]:
    lanes, width = road.lanes, road.lane_width_m
    broken, solid = RoadMark("broken", width_m=0.15), RoadMark("solid", width_m=EDGE_M)
    inner = [
        LaneText("median", road.median_width_m / 2.0, RoadMark("none")),
        LaneText("border", road.inner_edge_m, solid),
    ]
    driving = [LaneText("driving", width, broken if i < lanes - 1 else solid, speed) for i in range(lanes)]
    return [*inner, *driving, LaneText("shoulder", road.shoulder_width_m, RoadMark("none"))]
