"""Writes a network as complete OpenDRIVE 1.4 text (with the rule of 1.5 where traffic keeps left).

Numbers are printed with twelve digits, so that the same network always gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from rarebit.roads.opendrive.records import (
    Bend,
    Cubic,
    JunctionText,
    LaneText,
    NetworkText,
    ObjectText,
    RoadLink,
    RoadMark,
    RoadText,
    Section,
    SignalText,
    Start,
)

GEO_REFERENCE = "+proj=tmerc +lat_0=49.0 +lon_0=8.0 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +vunits=m +no_defs"


def write(network: NetworkText) -> str:
    """The complete text, one line an element."""
    root = Xml.Element("OpenDRIVE")
    reach = _text(network.reach_m)
    header = _add(root, "header", revMajor="1", revMinor="4", name=network.name, version="1", date="2000-01-01T00:00:00")
    for side in ("north", "east"):
        header.set(side, reach)
    for side in ("south", "west"):
        header.set(side, f"-{reach}")
    header.set("vendor", "rarebit")
    _add(header, "geoReference").text = GEO_REFERENCE
    for road in network.roads:
        _road(root, road, left_hand=network.traffic == "left")
    for controller in network.controllers:
        number = str(controller.id)
        element = _add(root, "controller", name=f"controller{number}", id=number, sequence=str(controller.sequence))
        for signal in controller.signals:
            _add(element, "control", signalId=str(signal), type="")
    for junction in network.junctions:
        _junction(root, junction)
    Xml.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _road(root: Xml.Element, road: RoadText, *, left_hand: bool) -> None:
    length = math.fsum(bend.length_m for bend in road.bends)
    element = _add(root, "road", name=road.name, length=length, id=str(road.id), junction=str(road.junction))
    if left_hand:
        element.set("rule", "LHT")
    link = _add(element, "link")
    for tag, to in (("predecessor", road.predecessor), ("successor", road.successor)):
        if to is not None:
            _link(link, tag, to)
    _add(_add(element, "type", s=0.0, type=road.kind), "speed", max=round(road.speed_mps * 3.6, 3), unit="km/h")
    _plan_view(element, road.start, road.bends)
    _cubics(_add(element, "elevationProfile"), "elevation", "s", road.rises)
    _add(element, "lateralProfile")
    lanes = _add(element, "lanes")
    _cubics(lanes, "laneOffset", "s", road.lane_offset)
    for section in road.sections:
        _section(lanes, section)
    objects = _add(element, "objects")
    for item in road.objects:
        _object(objects, item)
    signals = _add(element, "signals")
    for signal in road.signals:
        _signal(signals, signal)


def _link(parent: Xml.Element, tag: str, link: RoadLink) -> None:
    element = _add(parent, tag, elementType=link.kind, elementId=str(link.id))
    if link.contact:
        element.set("contactPoint", link.contact)


def _plan_view(element: Xml.Element, start: Start, bends: Iterable[Bend]) -> None:
    view = _add(element, "planView")
    s, x, y, heading = 0.0, start.x_m, start.y_m, start.heading_rad
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


def _cubics(parent: Xml.Element, tag: str, station: str, pieces: Iterable[Cubic]) -> None:
    for piece in pieces:
        _add(parent, tag, **{station: piece.s_m}, a=piece.a, b=piece.b, c=piece.c, d=piece.d)


def _section(lanes: Xml.Element, of: Section) -> None:
    section = _add(lanes, "laneSection", s=of.s_m)
    if of.left:
        side = _add(section, "left")
        for i in range(len(of.left), 0, -1):
            _lane(side, i, of.left[i - 1])
    middle = _add(_add(section, "center"), "lane", id="0", type="none", level="false")
    _mark(middle, of.centre)
    if of.right:
        side = _add(section, "right")
        for i, lane in enumerate(of.right, 1):
            _lane(side, -i, lane)


def _lane(side: Xml.Element, number: int, lane: LaneText) -> None:
    element = _add(side, "lane", id=str(number), type=lane.type, level="false")
    link = _add(element, "link")
    for tag, to in (("predecessor", lane.predecessor), ("successor", lane.successor)):
        if to is not None:
            _add(link, tag, id=str(to))
    _cubics(element, "width", "sOffset", lane.widths or (Cubic(0.0, lane.width_m),))
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


def _object(objects: Xml.Element, item: ObjectText) -> None:
    element = _add(
        objects,
        "object",
        id=str(item.id),
        name=item.name,
        type=item.type,
        s=item.s_m,
        t=item.t_m,
        zOffset=0.0,
        hdg=0.0,
        pitch=0.0,
        roll=0.0,
        orientation="none",
        length=item.length_m,
        width=item.width_m,
    )
    outline = _add(element, "outline")
    for u, v in item.outline:
        _add(outline, "cornerLocal", u=u, v=v, z=0.0)


def _signal(signals: Xml.Element, signal: SignalText) -> None:
    element = _add(
        signals,
        "signal",
        name=signal.name,
        id=str(signal.id),
        s=signal.s_m,
        t=signal.t_m,
        zOffset=0.0,
        hOffset=0.0,
        roll=0.0,
        pitch=0.0,
        orientation="+" if signal.along > 0 else "-",
        dynamic="yes" if signal.dynamic else "no",
        country="OpenDRIVE",
        type=signal.type,
        subtype=signal.subtype,
        value=-1.0 if signal.value is None else signal.value[0],
    )
    if signal.value is not None:
        element.set("unit", signal.value[1])
    for name, value in (("text", ""), ("height", _text(signal.height_m)), ("width", _text(signal.width_m))):
        element.set(name, value)
    low, high = signal.lanes
    _add(element, "validity", fromLane=str(low), toLane=str(high))


def _junction(root: Xml.Element, junction: JunctionText) -> None:
    element = _add(root, "junction", id=str(junction.id), name=junction.name)
    for number, connection in enumerate(junction.connections):
        way = _add(
            element,
            "connection",
            id=str(number),
            incomingRoad=str(connection.incoming),
            connectingRoad=str(connection.connecting),
            contactPoint="start",
        )
        for first, last in connection.lane_links:
            _add(way, "laneLink", **{"from": str(first), "to": str(last)})
    for sequence, controller in enumerate(junction.controllers):
        _add(element, "controller", id=str(controller), type="0", sequence=str(sequence))


def _add(parent: Xml.Element, tag: str, **attributes: str | float) -> Xml.Element:
    texts = {name: value if isinstance(value, str) else _text(value) for name, value in attributes.items()}
    return Xml.SubElement(parent, tag, texts)


def _text(value: float) -> str:
    return f"{value + 0.0:.12g}"
