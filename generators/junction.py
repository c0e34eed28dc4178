"""A junction of three or four arms in a town: traffic lights or priority, turn lanes, cycle lanes, crosswalks, sidewalks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.language.road_family import RoadFamily, road_family
from rarebit.reading.marks import Within
from rarebit.roads.opendrive.arms import Arm, Control
from rarebit.roads.opendrive.crossing import crossing
from rarebit.roads.opendrive.mirror import mirrored
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import BOTH, NEITHER, RoadProfile

_NAMES = ("near", "opposite", "right", "left")
_MAIN = ("near", "opposite")


@road_family("junction", example="{template: junction, arms: 4, signals: true}")
@dataclass(frozen=True, slots=True, kw_only=True)
class JunctionRoad(RoadFamily):
    """A junction of three or four arms with traffic lights or priority, crosswalks and sidewalks.

    Attributes:
        arms: number of arms.
        without: the arm that a junction of three lacks.
        signals: whether it has traffic lights; else the side arms give way.
        side_sign: sign on the side arms without lights.
        lanes: driving lanes in each direction on ego's road.
        side_lanes: driving lanes in each direction on the crossing road.
        turn_lanes: arms with a lane for turning across.
        crosswalks: a crosswalk on every arm.
        sidewalks: raised sidewalks along all arms and around the corners.
        cycle_lanes: cycle lanes along all arms, led on straight and to the kerb side.
        speed_limit_mps: speed limit of every lane.
        arm_length_m: length of each arm.
        skew_rad: turn of the crossing road, counter-clockwise.
        lane_width_m: width of a driving lane.
        cycle_lane_m: width of a cycle lane.
        sidewalk_width_m: width of a sidewalk.
        corner_radius_m: radius of the kerbs at the corners.
    """

    arms: Annotated[int, Within(3, 4)] = 4
    without: Literal["opposite", "left", "right"] = "opposite"
    signals: bool = True
    side_sign: Literal["yield", "stop", "none"] = "yield"
    lanes: Annotated[int, Within(1, 2)] = 1
    side_lanes: Annotated[int, Within(1, 2)] = 1
    turn_lanes: Literal["none", "main", "all"] = "none"
    crosswalks: bool = True
    sidewalks: bool = True
    cycle_lanes: bool = False
    speed_limit_mps: Annotated[float, Within(3, 40)] = 50 / 3.6
    arm_length_m: Annotated[float, Within(80, 2000)] = 250.0
    skew_rad: Annotated[float, Within(-0.7, 0.7)] = 0.0
    lane_width_m: Annotated[float, Within(2.75, 5)] = 3.5
    cycle_lane_m: Annotated[float, Within(1, 3)] = 1.6
    sidewalk_width_m: Annotated[float, Within(1, 10)] = 2.8
    corner_radius_m: Annotated[float, Within(4, 20)] = 8.0

    def opendrive(self) -> str:
        """OpenDRIVE text of the junction; ego comes eastwards on the arm "near"."""
        traffic = self.traffic
        network = crossing("junction", [_arm(name, self) for name in arm_names(self)], self.corner_radius_m)
        return write(mirrored(network) if traffic == "left" else network)

    def profile(self) -> RoadProfile:
        """The arm that ego comes on, and the junction's other arms."""
        lanes = self.lanes
        return RoadProfile(
            traffic=self.traffic,
            length_m=2.0 * self.arm_length_m,
            lanes=lanes,
            opposite_lanes=lanes,
            sidewalks=BOTH if self.sidewalks else NEITHER,
            cycle_lanes=BOTH if self.cycle_lanes else NEITHER,
            arms=arm_names(self),
            signalised=bool(self.signals),
        )


def arm_names(road: JunctionRoad) -> tuple[str, ...]:
    """The arms that there are, as ego sees them on the arm "near"."""
    return tuple(name for name in _NAMES if road.arms > 3 or name != road.without)


def _arm(name: str, road: JunctionRoad) -> Arm:
    main = name in _MAIN
    traffic = road.traffic
    # What is built here keeps right and is mirrored for traffic on the left, and right and left with it.
    seen = {"right": "left", "left": "right"}.get(name, name) if traffic == "left" else name
    skew = road.skew_rad * (-1.0 if traffic == "left" else 1.0)
    bearing = {"near": math.pi, "opposite": 0.0, "right": -math.pi / 2 + skew, "left": math.pi / 2 + skew}[seen]
    existing = arm_names(road)
    return Arm(
        id=_NAMES.index(name) + 1,
        name=name,
        bearing_rad=bearing,
        lanes=road.lanes if main else road.side_lanes,
        lane_width_m=road.lane_width_m,
        turn_lane=road.turn_lanes in (("main", "all") if main else ("all",)),
        turns_left=_on_the_inside(name, traffic) in existing,
        biking_m=road.cycle_lane_m if road.cycle_lanes else 0.0,
        sidewalk_m=road.sidewalk_width_m if road.sidewalks else 0.0,
        length_m=road.arm_length_m,
        speed_mps=road.speed_limit_mps,
        crosswalk=road.crosswalks,
        control=_control(main, road),
    )


def _on_the_inside(name: str, traffic: str) -> str:
    """The arm that traffic from ``name`` reaches by the turn across the oncoming traffic."""
    left_of = {"near": "left", "left": "opposite", "opposite": "right", "right": "near"}
    if traffic == "right":
        return left_of[name]
    return next(other for other, left in left_of.items() if left == name)


def _control(main: bool, road: JunctionRoad) -> Control:
    if road.signals:
        return "lights"
    return "none" if main else road.side_sign
