"""OpenDRIVE text to a RoadNetwork (ASAM OpenDRIVE 1.4 to 1.7, the parts that CARLA knows, and a few more)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from carlite.errors import MapError
from carlite.opendrive.network import Connection, Controller, Junction, Link, Road, RoadNetwork, Shape
from carlite.opendrive.normal import normalise
from carlite.opendrive.normal.crosswalks import mend_crosswalks
from carlite.opendrive.normal.header import origin_deg
from carlite.opendrive.parse_lanes import parse_sections
from carlite.opendrive.parse_objects import parse_objects, parse_signal_references, parse_signals
from carlite.opendrive.parse_plan import parse_plan
from carlite.opendrive.piecewise import ZERO, Cubics, cubics
from carlite.opendrive.reading import Element, coefficients, integer, number, polynomials, speeds_mps


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A map as carlite reads it.

    Attributes:
        text: for clients, whose own parser reads the same out of it; the file's own text where it does so anyway.
        network: the roads.
        notes: what was read otherwise than it may be meant, each with its place.
    """

    text: str
    network: RoadNetwork
    notes: tuple[str, ...] = ()


def parse(text: str) -> RoadNetwork:
    """The roads of an OpenDRIVE text; raises as ``read`` does."""
    return read(text).network


def read(text: str) -> Reading:
    """Reads an OpenDRIVE text; the one place that decides what it says.

    Raises:
        MapError: text that is not OpenDRIVE, holds no road, declares entities, has faulty or missing values, or cannot be told
            to CARLA's client.
    """
    root = _root(text)
    edits = normalise(root)
    network = _network(root)
    mend_crosswalks(root, network, edits)
    if not edits.changed:
        return Reading(text=text, network=network)
    plain_text = '<?xml version="1.0" standalone="yes"?>\n' + ElementTree.tostring(root, encoding="unicode")
    return Reading(text=plain_text, network=network, notes=tuple(edits.notes))


def _network(root: Element) -> RoadNetwork:
    roads = {road.id: road for road in map(_road, root.findall("road"))}
    if not roads:
        raise MapError("the OpenDRIVE text holds no <road>, expected one at least")
    header = root.find("header")
    return RoadNetwork(
        roads=roads,
        junctions={junction.id: junction for junction in map(_junction, root.findall("junction"))},
        controllers={controller.id: controller for controller in map(_controller, root.findall("controller"))},
        origin_deg=origin_deg(root),
        vendor="" if header is None else header.get("vendor", ""),
    )


def _root(text: str) -> Element:
    head = text.lstrip("\ufeff \t\r\n")
    if not head.startswith("<"):
        raise MapError(f"not an OpenDRIVE text: it begins with {head[:40]!r}, expected XML with <OpenDRIVE>")
    # ElementTree expands entities, so a few bytes could grow to gigabytes; no OpenDRIVE file needs them.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MapError("the OpenDRIVE text declares a DTD or entities, which are refused; remove the <!DOCTYPE ...>")
    # A declared encoding belongs to bytes and makes the parser refuse a str.
    body = re.sub(r"^<\?xml[^>]*\?>", "", head, count=1)
    try:
        return ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as error:
        raise MapError(f"not an OpenDRIVE text: XML {error}") from None


def _road(element: Element) -> Road:
    road_id = integer(element, "id", "a <road>")
    where = f"road {road_id}"
    length = number(element, "length", where)
    elevation = element.findall("elevationProfile/elevation")
    banks = element.findall("lateralProfile/superelevation")
    return Road(
        id=road_id,
        name=element.get("name", ""),
        length_m=length,
        junction=integer(element, "junction", where, -1),
        plan=parse_plan(element, length, where),
        elevation=polynomials(elevation, "s", where),
        superelevation=polynomials(banks, "s", where),
        lane_offset=polynomials(element.findall("lanes/laneOffset"), "s", where),
        sections=parse_sections(element, length, where),
        crossfall=_crossfall(element, where),
        shapes=_shapes(element, where),
        predecessor=_link(element.find("link/predecessor"), where),
        successor=_link(element.find("link/successor"), where),
        speeds_mps=speeds_mps(element.findall("type"), "s", where),
        objects=parse_objects(element, where),
        signals=parse_signals(element, where),
        signal_references=parse_signal_references(element, where),
        bridges=_stretches(element, "bridge", length, where),
        tunnels=_stretches(element, "tunnel", length, where),
        left_hand=element.get("rule") == "LHT",
    )


def _stretches(road: Element, tag: str, length: float, where: str) -> tuple[tuple[float, float], ...]:
    """(start, end) of the road's bridges or tunnels, cut to the road; without those that lie beyond it."""
    found = []
    for element in road.findall(f"objects/{tag}"):
        s = number(element, "s", where)
        start, end = max(s, 0.0), min(s + number(element, "length", where), length)
        if end > start:
            found.append((start, end))
    return tuple(sorted(found))


def _crossfall(road: Element, where: str) -> tuple[Cubics, Cubics]:
    sides = []
    for side in ("left", "right"):
        records = [e for e in road.findall("lateralProfile/crossfall") if e.get("side", "both") in (side, "both")]
        sides.append(polynomials(records, "s", where) if records else ZERO)
    return sides[0], sides[1]


def _shapes(road: Element, where: str) -> tuple[Shape, ...]:
    by_s: dict[float, list[tuple[float, float, float, float, float]]] = {}
    for element in road.findall("lateralProfile/shape"):
        a, b, c, d = coefficients(element, "", where)
        by_s.setdefault(number(element, "s", where), []).append((number(element, "t", where), a, b, c, d))
    return tuple(Shape(s=s, profile=cubics(by_s[s])) for s in sorted(by_s))


def _link(element: Element | None, where: str) -> Link | None:
    if element is None or element.get("elementId") is None:
        return None
    return Link(
        kind=element.get("elementType", "road"),
        id=integer(element, "elementId", where),
        contact=element.get("contactPoint", ""),
    )


def _junction(element: Element) -> Junction:
    junction_id = integer(element, "id", "a <junction>")
    where = f"junction {junction_id}"
    controllers = sorted(element.findall("controller"), key=lambda c: number(c, "sequence", where, 0.0))
    return Junction(
        id=junction_id,
        name=element.get("name", ""),
        connections=tuple(
            Connection(
                incoming=integer(connection, "incomingRoad", where, -1),
                connecting=integer(connection, "connectingRoad", where, -1),
                contact=connection.get("contactPoint", "start"),
                lane_links=tuple(
                    (integer(link, "from", where), integer(link, "to", where)) for link in connection.findall("laneLink")
                ),
            )
            for connection in element.findall("connection")
        ),
        controller_ids=tuple(c.get("id", "") for c in controllers),
    )


def _controller(element: Element) -> Controller:
    ids = [control.get("signalId", "") for control in element.findall("control")]
    return Controller(
        id=element.get("id", ""),
        name=element.get("name", ""),
        sequence=integer(element, "sequence", f"controller {element.get('id')}", 0),
        signal_ids=tuple(ids),
    )
