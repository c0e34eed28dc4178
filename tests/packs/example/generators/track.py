"""A road family of this pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.road_family import RoadFamily, road_family
from rarebit.reading.marks import Within
from rarebit.roads.opendrive.records import Bend, LaneText, Rise, RoadMark
from rarebit.roads.opendrive.single import single_road
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import RoadProfile


@road_family("test_track", example="{template: test_track, lanes: 2}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Track(RoadFamily):
    """A straight track of one direction.

    Attributes:
        lanes: side by side.
        length_m: of the track.
    """

    lanes: Annotated[int, Within(1, 6)] = 3
    length_m: Annotated[float, Within(100, 2000)] = 500.0

    def opendrive(self) -> str:
        """See RoadFamily."""
        lane = LaneText("driving", 3.5, RoadMark("broken"), 30.0)
        road = single_road(
            name="test_track",
            kind="rural",
            bends=[Bend(self.length_m, 0.0)],
            rises=[Rise(0.0, 0.0)],
            left=[],
            right=[lane] * self.lanes,
            centre=RoadMark("solid"),
            speed_mps=30.0,
            traffic=self.traffic,
        )
        return write(road)

    def profile(self) -> RoadProfile:
        """See RoadFamily."""
        return RoadProfile(traffic=self.traffic, length_m=self.length_m, lanes=self.lanes, opposite_lanes=0)
