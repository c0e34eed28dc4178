"""One road by itself, eastwards from (0, 0), with crosswalks and the signs of its speed limit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rarebit.roads.opendrive.mirror import mirrored
from rarebit.roads.opendrive.records import (
    Bend,
    LaneText,
    NetworkText,
    ObjectText,
    Rise,
    RoadMark,
    RoadText,
    Section,
    SignalText,
    Traffic,
)

CROSSWALK_M = 4.0
_PAVED = ("driving", "parking", "shoulder", "biking")


def single_road(
    *,
    name: str,
    kind: str,
    bends: Sequence[Bend],
    rises: Sequence[Rise],
    left: Sequence[LaneText],
    right: Sequence[LaneText],
    centre: RoadMark,
    speed_mps: float,
    crosswalks_m: Sequence[float] = (),
    traffic: Traffic = "right",
) -> NetworkText:
    """The network of one road, as the driver along it sees it.

    Args:
        name, kind: of the road.
        bends: positive to the left, whichever side traffic keeps to.
        rises: of its height.
        left, right: lanes of the oncoming and of the driver's own direction, from the centre outwards; the driver's are on the
            right in right-hand traffic, on the left in left-hand traffic.
        centre: the line between them.
        speed_mps: limit on the signs.
        crosswalks_m: stations of crosswalks.
        traffic: the side it keeps to.
    """
    length = math.fsum(bend.length_m for bend in bends)
    turned = [Bend(bend.length_m, -bend.curvature) for bend in bends] if traffic == "left" else bends
    road = RoadText(
        name=name,
        kind=kind,
        speed_mps=speed_mps,
        bends=turned,
        rises=rises,
        sections=[Section(left=left, right=right, centre=centre)],
        objects=_crosswalks(left, right, crosswalks_m),
        signals=_signs(left, right, speed_mps, length),
    )
    network = NetworkText(name=name, reach_m=length + 100.0, roads=[road])
    return mirrored(network) if traffic == "left" else network


def crosswalk(number: int, s_m: float, left_m: float, right_m: float, along_m: float = CROSSWALK_M) -> ObjectText:
    """A crosswalk ``along_m`` long in the direction of the road, from ``right_m`` to the right to ``left_m`` to the left."""
    half = along_m / 2.0
    return ObjectText(
        id=100 + number,
        name=f"Crosswalk{number}",
        type="crosswalk",
        s_m=s_m,
        t_m=0.0,
        length_m=along_m,
        width_m=left_m + right_m,
        outline=((-half, -right_m), (half, -right_m), (half, left_m), (-half, left_m), (-half, -right_m)),
    )


def speed_sign(number: int, *, s_m: float, t_m: float, along: int, speed_mps: float, lanes: tuple[int, int]) -> SignalText:
    """A speed limit sign (type 274 of the German catalogue, which CARLA uses)."""
    limit = round(speed_mps * 3.6)
    return SignalText(
        id=200 + number,
        name=f"Speed_{limit}_{number}",
        type="274",
        subtype=str(limit),
        s_m=s_m,
        t_m=t_m,
        along=along,
        lanes=lanes,
        value=(float(limit), "km/h"),
    )


def _crosswalks(left: Sequence[LaneText], right: Sequence[LaneText], stations_m: Sequence[float]) -> list[ObjectText]:
    """Outlines over the paved width."""
    widths = [math.fsum(lane.width_m for lane in side if lane.type in _PAVED) for side in (left, right)]
    return [crosswalk(i, s, widths[0], widths[1]) for i, s in enumerate(stations_m)]


def _signs(left: Sequence[LaneText], right: Sequence[LaneText], speed_mps: float, length: float) -> list[SignalText]:
    """The speed limit at the start of each direction."""
    found = []
    for i, (lanes, sign) in enumerate(((right, -1), (left, 1))):
        ids = [j for j, lane in enumerate(lanes, 1) if lane.type == "driving"]
        if not ids:
            continue
        found.append(
            speed_sign(
                i,
                s_m=min(20.0, length / 4) if sign < 0 else max(length - 20.0, length * 0.75),
                t_m=sign * (math.fsum(lane.width_m for lane in lanes if lane.type not in ("sidewalk", "none")) + 0.6),
                along=-sign,
                speed_mps=speed_mps,
                lanes=(min(ids), max(ids)) if sign > 0 else (-max(ids), -min(ids)),
            )
        )
    return found
