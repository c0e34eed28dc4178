"""A country road: two lanes, narrow shoulders, a bend and a crest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.road_family import RoadFamily, road_family
from rarebit.reading.marks import Within
from rarebit.roads.opendrive.records import Bend, LaneText, Rise, RoadMark
from rarebit.roads.opendrive.single import single_road
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import BOTH, RoadProfile


@road_family("rural_road", example="{template: rural_road, bend_deg: 40, crest_height_m: 3}")
@dataclass(frozen=True, slots=True, kw_only=True)
class RuralRoad(RoadFamily):
    """A country road with a lane in each direction.

    Attributes:
        speed_limit_mps: speed limit of both lanes.
        length_m: length of the road.
        lane_width_m: width of a lane.
        shoulder_width_m: width of the shoulders.
        bend_at_m: station where the bend begins.
        bend_rad: how far it turns, positive to the left, 0 for none.
        bend_radius_m: radius of the bend.
        crest_at_m: station of the crest's top.
        crest_height_m: height of the crest, negative for a dip, 0 for none.
        crest_length_m: from foot to foot.
    """

    speed_limit_mps: Annotated[float, Within(5, 40)] = 100 / 3.6
    length_m: Annotated[float, Within(100, 10000)] = 700.0
    lane_width_m: Annotated[float, Within(2.5, 5)] = 3.5
    shoulder_width_m: Annotated[float, Within(0.3, 5)] = 1.5
    bend_at_m: Annotated[float, Within(1, 10000)] = 200.0
    bend_rad: Annotated[float, Within(-3, 3)] = 0.0
    bend_radius_m: Annotated[float, Within(20, 5000)] = 150.0
    crest_at_m: Annotated[float, Within(10, 10000)] = 250.0
    crest_height_m: Annotated[float, Within(-20, 20)] = 0.0
    crest_length_m: Annotated[float, Within(20, 2000)] = 200.0

    def opendrive(self) -> str:
        """OpenDRIVE text of the road."""
        speed = self.speed_limit_mps
        no_passing = self.bend_rad != 0.0 or self.crest_height_m != 0.0
        side = [
            LaneText("driving", self.lane_width_m, RoadMark("solid"), speed),
            LaneText("shoulder", self.shoulder_width_m, RoadMark("none")),
        ]
        road = single_road(
            name="rural_road",
            kind="rural",
            bends=_bends(self),
            rises=_rises(self),
            left=side,
            right=side,
            centre=RoadMark("solid" if no_passing else "broken"),
            speed_mps=speed,
            traffic=self.traffic,
        )
        return write(road)

    def profile(self) -> RoadProfile:
        """A lane in each direction, and shoulders."""
        return RoadProfile(traffic=self.traffic, length_m=self.length_m, lanes=1, opposite_lanes=1, shoulders=BOTH)


def _bends(road: RuralRoad) -> list[Bend]:
    """A straight, an arc that turns by ``bend_rad``, a straight; the arc ends with the road at the latest."""
    length, start, turn = road.length_m, road.bend_at_m, road.bend_rad
    if turn == 0.0 or start >= length - 1.0:
        return [Bend(length, 0.0)]
    radius = road.bend_radius_m
    arc = min(abs(turn) * radius, length - start)
    pieces = [Bend(start, 0.0), Bend(arc, math.copysign(1.0 / radius, turn)), Bend(length - start - arc, 0.0)]
    return [piece for piece in pieces if piece.length_m > 1e-6]


def _rises(road: RuralRoad) -> list[Rise]:
    """A crest (or dip): a cubic up to its height and one down again, level at the foot and on top."""
    height, top, half = road.crest_height_m, road.crest_at_m, road.crest_length_m / 2.0
    if height == 0.0:
        return [Rise(0.0, 0.0)]
    foot = max(top - half, 1.0)
    run = top - foot if top - foot > 1.0 else 1.0
    up = Rise(foot, 0.0, 0.0, 3.0 * height / run**2, -2.0 * height / run**3)
    down = Rise(foot + run, height, 0.0, -3.0 * height / half**2, 2.0 * height / half**3)
    return [Rise(0.0, 0.0), up, down, Rise(foot + run + half, 0.0)]
