"""A junction of straight arms: the arms' roads, a connecting road for each turn, kerbs and sidewalks around the corners.

The mouths of the arms lie where the corners' kerbs, arcs of one radius, meet the arms' own. A turn is an arc between two
straights, concentric with its corner on the inside of a right turn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rarebit.roads.opendrive.arms import KERB_HEIGHT_M, Arm, arm_road, light_id
from rarebit.roads.opendrive.records import (
    Bend,
    Connection,
    ControllerText,
    JunctionText,
    LaneText,
    NetworkText,
    RoadLink,
    RoadMark,
    RoadText,
    Section,
    Start,
)

JUNCTION = 100
_FIRST_CONNECTING = 10
_STRAIGHT_RAD = math.radians(30.0)
_NONE, _CURB = RoadMark("none"), RoadMark("curb")


def crossing(name: str, arms: Sequence[Arm], corner_radius_m: float) -> NetworkText:
    """The whole network.

    Args:
        name: of the map.
        arms: of the junction, in any order.
        corner_radius_m: of the kerbs at the corners.

    Raises:
        ValueError: two arms that face each other do not meet (they differ in their lanes).
    """
    around = sorted(arms, key=lambda arm: arm.bearing_rad % (2.0 * math.pi))
    mouths = {arm.id: _mouth_m(arm, around, corner_radius_m) for arm in around}
    connecting: list[RoadText] = []
    connections: list[Connection] = []
    for arm in around:
        for road, links in _ways_from(arm, around, mouths, _FIRST_CONNECTING + len(connecting)):
            connecting.append(road)
            connections.append(Connection(incoming=arm.id, connecting=road.id, lane_links=links))
    lit = [arm for arm in around if arm.control == "lights"]
    controllers = [ControllerText(id=500 + arm.id, sequence=i, signals=[light_id(arm)]) for i, arm in enumerate(lit)]
    return NetworkText(
        name=name,
        reach_m=max(arm.length_m + mouths[arm.id] for arm in around) + 100.0,
        roads=[*(arm_road(arm, JUNCTION, mouths[arm.id]) for arm in arms), *connecting],
        junctions=[JunctionText(id=JUNCTION, name=name, connections=connections, controllers=[one.id for one in controllers])],
        controllers=controllers,
    )


def _mouth_m(arm: Arm, around: Sequence[Arm], radius_m: float) -> float:
    """From the junction's middle to where the arm ends: beyond the corners on both of its sides.

    Two kerbs at an angle of ``theta`` meet ``(h2 + h1 cos(theta)) / sin(theta)`` from the middle along the first (half widths
    h1 and h2), and an arc of radius r touches them ``r / tan(theta / 2)`` further out.
    """
    at = around.index(arm)
    reach = [radius_m]
    for other in (around[(at + 1) % len(around)], around[at - 1]):
        theta = abs(wrap(other.bearing_rad - arm.bearing_rad))
        if theta < math.pi - _STRAIGHT_RAD:
            corner = (other.half_width_m + arm.half_width_m * math.cos(theta)) / math.sin(theta)
            reach.append(corner + radius_m / math.tan(theta / 2.0))
    return max(reach)


def _ways_from(
    arm: Arm, around: Sequence[Arm], mouths: dict[int, float], first_id: int
) -> Iterator[tuple[RoadText, list[tuple[int, int]]]]:
    """Each connecting road that begins at ``arm`` with the lanes it links: (from, to) ids."""
    outer = around[(around.index(arm) + 1) % len(around)]  # the first arm on the right hand
    number = first_id
    for other in around:
        if other is arm:
            continue
        for lane, exit_lane in _lanes(arm, other):
            rim = lane == -arm.entering and exit_lane == other.lanes
            road = _connecting(
                number,
                arm,
                other,
                (lane, exit_lane),
                mouths,
                biking=rim and _turn(arm, other) != "left",
                walk=rim and other is outer,
            )
            number += 1
            yield road, [(before.predecessor or 0, -i) for i, before in enumerate(road.sections[0].right, 1)]


def _turn(arm: Arm, other: Arm) -> str:
    angle = wrap(other.bearing_rad - arm.bearing_rad - math.pi)
    return "straight" if abs(angle) < _STRAIGHT_RAD else "left" if angle > 0.0 else "right"


def _lanes(arm: Arm, other: Arm) -> list[tuple[int, int]]:
    """The lanes from ``arm`` to ``other``: left from the innermost, right from the outermost, straight from the rest."""
    turn = _turn(arm, other)
    if turn == "left":
        return [(-1, 1)]
    if turn == "right":
        return [(-arm.entering, other.lanes)]
    aside = int(arm.turn_lane)
    return [(-(i + aside), i) for i in range(1, min(arm.lanes, other.lanes) + 1)]


def _connecting(
    number: int,
    arm: Arm,
    other: Arm,
    lanes: tuple[int, int],
    mouths: dict[int, float],
    *,
    biking: bool,
    walk: bool,
) -> RoadText:
    start, end = arm.border(lanes[0], mouths[arm.id]), other.border(lanes[1], mouths[other.id])
    bends = fillet(start, end)
    width, speed = min(arm.lane_width_m, other.lane_width_m), min(arm.speed_mps, other.speed_mps)
    right = [LaneText("driving", width, _NONE, speed, predecessor=lanes[0], successor=lanes[1])]
    if biking and arm.biking_m > 0.0 and other.biking_m > 0.0:
        ends = arm.biking_id(entering=True), other.biking_id(entering=False)
        right.append(LaneText("biking", arm.biking_m, _NONE, predecessor=ends[0], successor=ends[1]))
    if walk and arm.sidewalk_m > 0.0 and other.sidewalk_m > 0.0:
        ends = arm.sidewalk_id(entering=True), other.sidewalk_id(entering=False)
        inner = right.pop()
        kerbed = LaneText(
            inner.type, inner.width_m, _CURB, inner.speed_mps, predecessor=inner.predecessor, successor=inner.successor
        )
        pavement = min(arm.sidewalk_m, other.sidewalk_m)
        right += [
            kerbed,
            LaneText("sidewalk", pavement, _NONE, height_m=KERB_HEIGHT_M, predecessor=ends[0], successor=ends[1]),
        ]
    return RoadText(
        id=number,
        name=f"{arm.name}_to_{other.name}",
        kind="town",
        speed_mps=speed,
        start=start,
        bends=bends,
        sections=[Section(left=(), right=right, centre=_NONE)],
        junction=JUNCTION,
        predecessor=RoadLink("road", arm.id, "end"),
        successor=RoadLink("road", other.id, "end"),
    )


def fillet(start: Start, end: Start) -> list[Bend]:
    """A line, an arc, a line from one pose to another: the arc touches both directions, as wide as the shorter leg lets it.

    Raises:
        ValueError: the directions do not meet between the two (an S-bend would be needed).
    """
    dx, dy = end.x_m - start.x_m, end.y_m - start.y_m
    along = dx * math.cos(start.heading_rad) + dy * math.sin(start.heading_rad)
    aside = -dx * math.sin(start.heading_rad) + dy * math.cos(start.heading_rad)
    turn = wrap(end.heading_rad - start.heading_rad)
    if abs(turn) < 1e-9 and abs(aside) < 1e-6 and along > 0.0:
        return [Bend(along, 0.0)]
    if abs(turn) < 1e-6:
        raise ValueError(f"the ends lie {aside:.2f} m aside of each other; give facing arms the same lanes")
    second = aside / math.sin(turn)  # legs to where the two directions meet
    first = along - second * math.cos(turn)
    if min(first, second) <= 0.0:
        raise ValueError(f"a turn by {math.degrees(turn):.0f} degrees has no room: legs of {first:.1f} and {second:.1f} m")
    leg = min(first, second)
    radius = leg / math.tan(abs(turn) / 2.0)
    pieces = [Bend(first - leg, 0.0), Bend(radius * abs(turn), math.copysign(1.0 / radius, turn)), Bend(second - leg, 0.0)]
    return [piece for piece in pieces if piece.length_m > 1e-6]


def wrap(angle_rad: float) -> float:
    """An angle in (-pi, pi]."""
    return -(((-angle_rad) + math.pi) % (2.0 * math.pi) - math.pi)
