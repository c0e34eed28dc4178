"""An arm of a junction: a straight road that ends at it, with its lanes, crosswalk, stop line, sign or traffic light.

Everything is for traffic that keeps right; ``mirror.mirrored`` makes the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from rarebit.roads.opendrive.records import (
    Bend,
    Cubic,
    LaneText,
    ObjectText,
    RoadLink,
    RoadMark,
    RoadText,
    Section,
    SignalText,
    Start,
    ramp,
)
from rarebit.roads.opendrive.single import crosswalk, speed_sign

KERB_HEIGHT_M = 0.12
SIGN_M = 20.0
_CROSSWALK_M, _SETBACK_M = 3.5, 1.0
_STOP_BEFORE_CROSSWALK_M = 1.0
_POST_M = 0.7  # a post's distance from the kerb
_SOLID_M = 20.0  # no lane changes that close to the junction
_STORAGE_M, _TAPER_M = 40.0, 25.0  # of a turn lane
_CURB, _NONE, _SOLID, _BROKEN = RoadMark("curb"), RoadMark("none"), RoadMark("solid"), RoadMark("broken")

Control = Literal["lights", "stop", "yield", "none"]
_SIGNS = {"stop": ("206", "Sign_Stop"), "yield": ("205", "Sign_Yield")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """An arm of a junction around (0, 0).

    Attributes:
        id: of its road.
        name: "near", "right", "opposite", "left", as ego sees it on the arm "near".
        bearing_rad: from the junction's middle outwards.
        lanes: driving lanes in each direction.
        turn_lane: one more towards the junction, for turning left; the others shift aside by half of it.
        turns_left: whether there is where to turn left; a turn lane without is a painted island.
        biking_m, sidewalk_m: widths on both sides, 0 for none.
        control: what tells the traffic from here to wait.
    """

    id: int
    name: str
    bearing_rad: float
    lanes: int
    lane_width_m: float
    turn_lane: bool
    turns_left: bool
    biking_m: float
    sidewalk_m: float
    length_m: float
    speed_mps: float
    crosswalk: bool
    control: Control

    @property
    def shift_m(self) -> float:
        """How far the centre line at the junction lies left of the arm's axis, seen towards the junction."""
        return self.lane_width_m / 2.0 if self.turn_lane else 0.0

    @property
    def half_width_m(self) -> float:
        """From the arm's axis to its kerb at the junction, on both sides alike."""
        return self.lanes * self.lane_width_m + self.shift_m + self.biking_m

    @property
    def entering(self) -> int:
        """Number of driving lanes (and the island) that lead to the junction."""
        return self.lanes + int(self.turn_lane)

    @property
    def stop_line_m(self) -> float:
        """From the arm's end at the junction back to its stop line."""
        return _SETBACK_M + (_CROSSWALK_M + _STOP_BEFORE_CROSSWALK_M if self.crosswalk else 0.0)

    def sidewalk_id(self, *, entering: bool) -> int:
        """Lane id of the sidewalk on the side of the traffic towards the junction, or on the other."""
        number = (self.entering if entering else self.lanes) + int(self.biking_m > 0.0) + 1
        return -number if entering else number

    def biking_id(self, *, entering: bool) -> int:
        """Lane id of the cycle lane."""
        return -(self.entering + 1) if entering else self.lanes + 1

    def border(self, lane: int, mouth_m: float) -> Start:
        """Where the inner border of a driving lane meets the junction, and the direction of its traffic there."""
        heading = self.bearing_rad + math.pi
        t = self.shift_m - (-lane - 1) * self.lane_width_m if lane < 0 else self.shift_m + (lane - 1) * self.lane_width_m
        x = mouth_m * math.cos(self.bearing_rad) - t * math.sin(heading)
        y = mouth_m * math.sin(self.bearing_rad) + t * math.cos(heading)
        return Start(x, y, heading if lane < 0 else self.bearing_rad)


def arm_road(arm: Arm, junction: int, mouth_m: float) -> RoadText:
    """The road of ``arm``, from its far end to ``mouth_m`` from the junction's middle."""
    far = mouth_m + arm.length_m
    near_m = min(_STORAGE_M + _TAPER_M if arm.turn_lane else _SOLID_M, arm.length_m - 5.0)
    start = arm.length_m - near_m
    widening = ramp(start, _TAPER_M, 0.0, arm.shift_m) if arm.turn_lane else ()
    return RoadText(
        id=arm.id,
        name=arm.name,
        kind="town",
        speed_mps=arm.speed_mps,
        start=Start(far * math.cos(arm.bearing_rad), far * math.sin(arm.bearing_rad), arm.bearing_rad + math.pi),
        bends=[Bend(arm.length_m, 0.0)],
        lane_offset=[Cubic(0.0, 0.0), *widening],
        sections=[_open_road(arm), _approach(arm, start)],
        junction=-1,
        successor=RoadLink("junction", junction),
        objects=_objects(arm),
        signals=_signals(arm),
    )


def _open_road(arm: Arm) -> Section:
    left, right = [], []
    for i in range(1, arm.lanes + 1):
        mark = _BROKEN if i < arm.lanes else _edge(arm)
        left.append(LaneText("driving", arm.lane_width_m, mark, arm.speed_mps, predecessor=None, successor=i))
        shifted = -(i + int(arm.turn_lane))
        right.append(LaneText("driving", arm.lane_width_m, mark, arm.speed_mps, successor=shifted))
    for number, outer in enumerate(_beside(arm), arm.lanes + 1):
        left.append(_linked(outer, successor=number))
        right.append(_linked(outer, successor=-(number + int(arm.turn_lane))))
    return Section(left=left, right=right, centre=_BROKEN if arm.lanes == 1 else RoadMark("solid solid"))


def _approach(arm: Arm, start_m: float) -> Section:
    """The last metres before the junction."""
    left, right = [], []
    for i in range(1, arm.lanes + 1):
        mark = _SOLID if i < arm.lanes else _edge(arm)
        left.append(LaneText("driving", arm.lane_width_m, mark, arm.speed_mps, predecessor=i))
        right.append(LaneText("driving", arm.lane_width_m, mark, arm.speed_mps, predecessor=-i))
    if arm.turn_lane:
        kind = "driving" if arm.turns_left else "restricted"
        right.insert(0, LaneText(kind, 0.0, _SOLID, arm.speed_mps, widths=ramp(0.0, _TAPER_M, 0.0, arm.lane_width_m)))
    for number, outer in enumerate(_beside(arm), arm.lanes + 1):
        left.append(_linked(outer, predecessor=number))
        right.append(_linked(outer, predecessor=-number))
    return Section(s_m=start_m, left=left, right=right, centre=_SOLID)


def _beside(arm: Arm) -> list[LaneText]:
    """What lies outside of the driving lanes."""
    lanes = []
    if arm.biking_m > 0.0:
        lanes.append(LaneText("biking", arm.biking_m, _CURB if arm.sidewalk_m > 0.0 else _SOLID))
    if arm.sidewalk_m > 0.0:
        lanes.append(LaneText("sidewalk", arm.sidewalk_m, _NONE, height_m=KERB_HEIGHT_M))
    return lanes


def _linked(lane: LaneText, *, predecessor: int | None = None, successor: int | None = None) -> LaneText:
    return LaneText(lane.type, lane.width_m, lane.mark, height_m=lane.height_m, predecessor=predecessor, successor=successor)


def _edge(arm: Arm) -> RoadMark:
    return _CURB if arm.sidewalk_m > 0.0 and arm.biking_m <= 0.0 else _SOLID


def _objects(arm: Arm) -> list[ObjectText]:
    found = []
    if arm.crosswalk:
        middle = arm.length_m - _SETBACK_M - _CROSSWALK_M / 2.0
        found.append(crosswalk(10 * arm.id, middle, arm.half_width_m, arm.half_width_m, _CROSSWALK_M))
    if arm.control in ("lights", "stop", "yield"):
        first = arm.shift_m - (0.0 if arm.turns_left or not arm.turn_lane else arm.lane_width_m)
        last = -arm.half_width_m + arm.biking_m
        found.append(
            ObjectText(
                id=1000 + arm.id,
                name=f"StopLine_{arm.name}",
                type="roadMark",
                s_m=arm.length_m - arm.stop_line_m,
                t_m=0.0,
                length_m=0.5,
                width_m=first - last,
                outline=((0.0, last + 0.1), (0.0, first - 0.1)),
            )
        )
    return found


def _signals(arm: Arm) -> list[SignalText]:
    lanes = (-arm.entering, -1 if arm.turns_left or not arm.turn_lane else -2)
    beside = -(arm.lanes * arm.lane_width_m + arm.biking_m + _POST_M)
    far = (-arm.lanes, -1)
    found = [speed_sign(10 * arm.id, s_m=SIGN_M, t_m=beside, along=1, speed_mps=arm.speed_mps, lanes=far)]
    place = arm.length_m - arm.stop_line_m + 0.3
    at_kerb = -(arm.half_width_m + _POST_M)
    if arm.control == "lights":
        light = SignalText(
            id=light_id(arm),
            name=f"Signal_3Light_{arm.name}",
            type="1000001",
            subtype="-1",
            s_m=place,
            t_m=at_kerb,
            along=1,
            lanes=lanes,
            dynamic=True,
            height_m=1.16,
            width_m=0.52,
        )
        found.append(light)
    elif arm.control in _SIGNS:
        kind, name = _SIGNS[arm.control]
        found.append(
            SignalText(id=400 + arm.id, name=name, type=kind, subtype="-1", s_m=place, t_m=at_kerb, along=1, lanes=lanes)
        )
    return found


def light_id(arm: Arm) -> int:
    """Id of the signal that is the arm's traffic light."""
    return 300 + arm.id
