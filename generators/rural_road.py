"""A country road: two lanes, narrow shoulders, a bend and a crest."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rarebit.families.family import TRAFFIC, Parameter, RoadFamily, number, traffic_side
from rarebit.roads.opendrive.records import Bend, LaneText, Rise, RoadMark
from rarebit.roads.opendrive.single import single_road
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import BOTH, RoadProfile
from rarebit.scenario import Value


def build(values: Mapping[str, Value]) -> str:
    """OpenDRIVE text of the road."""
    speed = number(values, "speed_limit_mps")
    no_passing = number(values, "bend_rad") != 0.0 or number(values, "crest_height_m") != 0.0
    side = [
        LaneText("driving", number(values, "lane_width_m"), RoadMark("solid"), speed),
        LaneText("shoulder", number(values, "shoulder_width_m"), RoadMark("none")),
    ]
    road = single_road(
        name="rural_road",
        kind="rural",
        bends=_bends(values),
        rises=_rises(values),
        left=side,
        right=side,
        centre=RoadMark("solid" if no_passing else "broken"),
        speed_mps=speed,
        traffic=traffic_side(values),
    )
    return write(road)


def profile(values: Mapping[str, Value]) -> RoadProfile:
    """A lane in each direction, and shoulders."""
    return RoadProfile(
        traffic=traffic_side(values), length_m=number(values, "length_m"), lanes=1, opposite_lanes=1, shoulders=BOTH
    )


def _bends(values: Mapping[str, Value]) -> list[Bend]:
    """A straight, an arc that turns by ``bend_rad``, a straight; the arc ends with the road at the latest."""
    length, start, turn = number(values, "length_m"), number(values, "bend_at_m"), number(values, "bend_rad")
    if turn == 0.0 or start >= length - 1.0:
        return [Bend(length, 0.0)]
    radius = number(values, "bend_radius_m")
    arc = min(abs(turn) * radius, length - start)
    pieces = [Bend(start, 0.0), Bend(arc, math.copysign(1.0 / radius, turn)), Bend(length - start - arc, 0.0)]
    return [piece for piece in pieces if piece.length_m > 1e-6]


def _rises(values: Mapping[str, Value]) -> list[Rise]:
    """A crest (or dip): a cubic up to its height and one down again, level at the foot and on top."""
    height, top, half = number(values, "crest_height_m"), number(values, "crest_at_m"), number(values, "crest_length_m") / 2.0
    if height == 0.0:
        return [Rise(0.0, 0.0)]
    foot = max(top - half, 1.0)
    run = top - foot if top - foot > 1.0 else 1.0
    up = Rise(foot, 0.0, 0.0, 3.0 * height / run**2, -2.0 * height / run**3)
    down = Rise(foot + run, height, 0.0, -3.0 * height / half**2, 2.0 * height / half**3)
    return [Rise(0.0, 0.0), up, down, Rise(foot + run + half, 0.0)]


FAMILY = RoadFamily(
    name="rural_road",
    about="a country road with a lane in each direction",
    parameters=(
        Parameter(name="speed_limit_mps", default=100 / 3.6, low=5.0, high=40.0, about="speed limit of both lanes"),
        Parameter(name="length_m", default=700.0, low=100.0, high=10000.0, about="length of the road"),
        Parameter(name="lane_width_m", default=3.5, low=2.5, high=5.0, about="width of a lane"),
        Parameter(name="shoulder_width_m", default=1.5, low=0.3, high=5.0, about="width of the shoulders"),
        Parameter(name="bend_at_m", default=200.0, low=1.0, high=10000.0, about="station where the bend begins"),
        Parameter(name="bend_rad", default=0.0, low=-3.0, high=3.0, about="how far it turns, positive to the left, 0 for none"),
        Parameter(name="bend_radius_m", default=150.0, low=20.0, high=5000.0, about="radius of the bend"),
        Parameter(name="crest_at_m", default=250.0, low=10.0, high=10000.0, about="station of the crest's top"),
        Parameter(
            name="crest_height_m",
            default=0.0,
            low=-20.0,
            high=20.0,
            about="height of the crest, negative for a dip, 0 for none",
        ),
        Parameter(name="crest_length_m", default=200.0, low=20.0, high=2000.0, about="from foot to foot"),
        TRAFFIC,
    ),
    build=build,
    profile=profile,
)
