"""The lanes of a road from its XML."""

from __future__ import annotations

import itertools

import numpy as np

from carlite.errors import MapError
from carlite.opendrive.network import Lane, LaneSection, RoadMark
from carlite.opendrive.reading import Element, integer, number, polynomials, speeds_mps

_WIDTH_M = {"bold": 0.25}
_STANDARD_WIDTH_M = 0.12
_DASH_M = (3.0, 6.0)


def parse_sections(road: Element, length: float, where: str) -> tuple[LaneSection, ...]:
    """All lane sections of a road, by s.

    Raises:
        MapError: a road without sections, lanes with gaps in their numbers, or faulty values.
    """
    elements = sorted(road.findall("lanes/laneSection"), key=lambda e: number(e, "s", where))
    if not elements:
        raise MapError(f"{where}: no <laneSection>, expected one at least")
    starts = [number(element, "s", where) for element in elements]
    ends = [*starts[1:], length]
    sections = []
    for element, start, end in zip(elements, starts, ends, strict=True):
        place = f"{where}, lane section at s={start:g}"
        centre = element.find("center/lane")
        sections.append(
            LaneSection(
                start_m=start,
                end_m=max(end, start),
                left=_side(element.find("left"), 1, place),
                right=_side(element.find("right"), -1, place),
                centre_marks=() if centre is None else _marks(centre, place),
            )
        )
    return tuple(sections)


def _side(side: Element | None, sign: int, where: str) -> tuple[Lane, ...]:
    if side is None:
        return ()
    lanes = sorted((_lane(element, where) for element in side.findall("lane")), key=lambda lane: abs(lane.id))
    for expected, lane in zip(itertools.count(1), lanes, strict=False):
        if lane.id != sign * expected:
            raise MapError(
                f"{where}: lane {lane.id} on the {side.tag}, expected {sign * expected} (numbered outwards, no gaps)"
            )
    return tuple(lanes)


def _lane(element: Element, where: str) -> Lane:
    lane_id = integer(element, "id", where)
    place = f"{where}, lane {lane_id}"
    widths, borders = element.findall("width"), element.findall("border")
    heights = [[number(h, key, place, 0.0) for key in ("sOffset", "inner", "outer")] for h in element.findall("height")]
    return Lane(
        id=lane_id,
        type=element.get("type", "none"),
        width=polynomials(widths, "sOffset", place) if widths else None,
        border=polynomials(borders, "sOffset", place) if borders and not widths else None,
        height=np.array(sorted(heights), np.float64).reshape(-1, 3),
        marks=_marks(element, place),
        speeds_mps=speeds_mps(element.findall("speed"), "sOffset", place),
        predecessor=_linked(element, "predecessor", place),
        successor=_linked(element, "successor", place),
    )


def _linked(element: Element, key: str, where: str) -> int | None:
    link = element.find(f"link/{key}")
    return None if link is None else integer(link, "id", where)


def _marks(lane: Element, where: str) -> tuple[RoadMark, ...]:
    marks = []
    for element in lane.findall("roadMark"):
        line = element.find("type/line")
        given = number(element, "width", where, 0.0)
        width = given if given > 0.0 else _WIDTH_M.get(element.get("weight", ""), _STANDARD_WIDTH_M)
        dash = _DASH_M
        if line is not None and number(line, "length", where, 0.0) > 0.0:
            dash = (number(line, "length", where), number(line, "space", where, 0.0))
        marks.append(
            RoadMark(
                start_m=number(element, "sOffset", where, 0.0),
                type=element.get("type", "none"),
                colour=element.get("color", "standard"),
                width_m=width,
                dash_m=dash,
            )
        )
    return tuple(sorted(marks, key=lambda mark: mark.start_m))
