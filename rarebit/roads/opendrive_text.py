"""Writes one road as complete OpenDRIVE 1.4 text.

The road runs from (0, 0) eastwards; lanes are given from the centre line outwards on both sides. Numbers are printed with
twelve digits, so that the same road always gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

GEO_REFERENCE = "+proj=tmerc +lat_0=49.0 +lon_0=8.0 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +vunits=m +no_defs"


@dataclass(frozen=True, slots=True)
class RoadMark:
    """The line on a lane's outer edge (or the centre line): OpenDRIVE type, colour, width."""

    type: str
    colour: str = "standard"
    width_m: float = 0.12


@dataclass(frozen=True, slots=True)
class LaneText:
    """One lane: OpenDRIVE type, width, the mark on its outer edge, speed limit (0: none), height above the road."""

    type: str
    width_m: float
    mark: RoadMark
    speed_mps: float = 0.0
    height_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Bend:
    """A piece of the centre line: its length and curvature in 1/m, positive to the left."""

    length_m: float
    curvature: float


@dataclass(frozen=True, slots=True)
class Rise:
    """A cubic of the height: from station s on, z = a + b ds + c ds^2 + d ds^3."""

    s_m: float
    a: float
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadText:
    """A road. ``left`` and ``right`` lanes are listed from the centre outwards; traffic drives on the right."""

    name: str
    kind: str
    bends: Sequence[Bend]
    rises: Sequence[Rise]
    left: Sequence[LaneText]
    right: Sequence[LaneText]
    centre: RoadMark
    speed_mps: float
    crosswalks_m: Sequence[float] = ()


def write_road(road: RoadText) -> str:
    """The complete text, one line an element."""
    length = math.fsum(bend.length_m for bend in road.bends)
    root = Xml.Element("OpenDRIVE")
    reach = _text(length + 100.0)
    header = _add(root, "header", revMajor="1", revMinor="4", name=road.name, version="1", date="2000-01-01T00:00:00")
    for side in ("north", "east"):
        header.set(side, reach)
    for side in ("south", "west"):
        header.set(side, f"-{reach}")
    header.set("vendor", "rarebit")
    _add(header, "geoReference").text = GEO_REFERENCE
    element = _add(root, "road", name=road.name, length=length, id="1", junction="-1")
    _add(element, "link")
    _add(_add(element, "type", s=0.0, type=road.kind), "speed", max=round(road.speed_mps * 3.6, 3), unit="km/h")
    _plan_view(element, road.bends)
    profile = _add(element, "elevationProfile")
    for rise in road.rises:
        _add(profile, "elevation", s=rise.s_m, a=rise.a, b=rise.b, c=rise.c, d=rise.d)
    _add(element, "lateralProfile")
    _lanes(element, road)
    _crosswalks(element, road)
    _signs(element, road, length)
    Xml.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _plan_view(element: Xml.Element, bends: Sequence[Bend]) -> None:
    view = _add(element, "planView")
    s = x = y = heading = 0.0
    for bend in bends:
        geometry = _add(view, "geometry", s=s, x=x, y=y, hdg=heading, length=bend.length_m)
        turn = bend.curvature * bend.length_m
        if abs(bend.curvature) < 1e-9:
            _add(geometry, "line")
            x, y = x + bend.length_m * math.cos(heading), y + bend.length_m * math.sin(heading)
        else:
            _add(geometry, "arc", curvature=bend.curvature)
            x += (math.sin(heading + turn) - math.sin(heading)) / bend.curvature
            y -= (math.cos(heading + turn) - math.cos(heading)) / bend.curvature
            heading += turn
        s += bend.length_m


def _lanes(element: Xml.Element, road: RoadText) -> None:
    lanes = _add(element, "lanes")
    _add(lanes, "laneOffset", s=0.0, a=0.0, b=0.0, c=0.0, d=0.0)
    section = _add(lanes, "laneSection", s=0.0)
    if road.left:
        side = _add(section, "left")
        for i in range(len(road.left), 0, -1):
            _lane(side, i, road.left[i - 1])
    middle = _add(_add(section, "center"), "lane", id="0", type="none", level="false")
    _mark(middle, road.centre)
    if road.right:
        side = _add(section, "right")
        for i, lane in enumerate(road.right, 1):
            _lane(side, -i, lane)


def _lane(side: Xml.Element, number: int, lane: LaneText) -> None:
    element = _add(side, "lane", id=str(number), type=lane.type, level="false")
    _add(element, "link")
    _add(element, "width", sOffset=0.0, a=lane.width_m, b=0.0, c=0.0, d=0.0)
    _mark(element, lane.mark)
    if lane.speed_mps > 0.0:
        _add(element, "speed", sOffset=0.0, max=round(lane.speed_mps * 3.6, 3), unit="km/h")
    if lane.height_m > 0.0:
        _add(element, "height", sOffset=0.0, inner=lane.height_m, outer=lane.height_m)


def _mark(lane: Xml.Element, mark: RoadMark) -> None:
    change = "both" if mark.type in ("broken", "none") else "none"
    _add(
        lane,
        "roadMark",
        sOffset=0.0,
        type=mark.type,
        weight="standard",
        color=mark.colour,
        width=mark.width_m,
        laneChange=change,
    )


def _crosswalks(element: Xml.Element, road: RoadText) -> None:
    """Four metres long outlines over the paved width, corners local to the object's origin on the centre line."""
    objects = _add(element, "objects")
    paved = ("driving", "parking", "shoulder", "biking")
    left = math.fsum(lane.width_m for lane in road.left if lane.type in paved)
    right = math.fsum(lane.width_m for lane in road.right if lane.type in paved)
    for i, s in enumerate(road.crosswalks_m):
        item = _add(
            objects,
            "object",
            id=str(100 + i),
            name=f"Crosswalk{i}",
            type="crosswalk",
            s=s,
            t=0.0,
            zOffset=0.0,
            hdg=0.0,
            pitch=0.0,
            roll=0.0,
            orientation="none",
            length=4.0,
            width=left + right,
        )
        outline = _add(item, "outline")
        for u, v in ((-2.0, -right), (2.0, -right), (2.0, left), (-2.0, left), (-2.0, -right)):
            _add(outline, "cornerLocal", u=u, v=v, z=0.0)


def _signs(element: Xml.Element, road: RoadText, length: float) -> None:
    """A speed limit sign (type 274 of the German catalogue, which CARLA uses) at the start of each direction."""
    signals = _add(element, "signals")
    limit = round(road.speed_mps * 3.6)
    for i, (lanes, sign) in enumerate(((road.right, -1.0), (road.left, 1.0))):
        if not any(lane.type == "driving" for lane in lanes):
            continue
        signal = _add(
            signals,
            "signal",
            name=f"Speed_{limit}_{i}",
            id=str(200 + i),
            s=min(20.0, length / 4) if sign < 0 else max(length - 20.0, length * 0.75),
            t=sign * (math.fsum(lane.width_m for lane in lanes if lane.type not in ("sidewalk", "none")) + 0.6),
            zOffset=0.0,
            hOffset=0.0,
            roll=0.0,
            pitch=0.0,
            orientation="+" if sign < 0 else "-",
            dynamic="no",
            country="OpenDRIVE",
            type="274",
            subtype=str(limit),
            value=limit,
            unit="km/h",
            text="",
            height=0.7,
            width=0.7,
        )
        ids = [j for j, lane in enumerate(lanes, 1) if lane.type == "driving"]
        low, high = (min(ids), max(ids)) if sign > 0 else (-max(ids), -min(ids))
        _add(signal, "validity", fromLane=str(low), toLane=str(high))


def _add(parent: Xml.Element, tag: str, **attributes: str | float) -> Xml.Element:
    texts = {name: value if isinstance(value, str) else _text(value) for name, value in attributes.items()}
    return Xml.SubElement(parent, tag, texts)


def _text(value: float) -> str:
    return f"{value + 0.0:.12g}"
