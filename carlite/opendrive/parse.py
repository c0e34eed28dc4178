"""OpenDRIVE text to a RoadNetwork (ASAM OpenDRIVE 1.4 to 1.7, the parts that CARLA knows, and a few more)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from carlite.errors import MapError
from carlite.opendrive.network import Connection, Controller, Junction, Link, Road, RoadNetwork, Shape
from carlite.opendrive.parse_lanes import parse_sections
from carlite.opendrive.parse_objects import parse_objects, parse_signal_references, parse_signals
from carlite.opendrive.piecewise import ZERO, Cubics, cubics
from carlite.opendrive.planview import Clothoid, Curve, PlanView, param_poly3, poly3
from carlite.opendrive.reading import Element, coefficients, integer, number, polynomials, speeds_mps

_DEFAULT_ORIGIN_DEG = (42.0, 2.0)  # what CARLA's client assumes of a map without geoReference
_MAX_ROAD_M = 100_000.0


def parse(text: str) -> RoadNetwork:
    """Reads an OpenDRIVE text.

    Raises:
        MapError: text that is not OpenDRIVE, holds no road, declares entities, or has faulty or missing values.
    """
    root = _root(text)
    roads: dict[int, Road] = {}
    for element in root.findall("road"):
        road = _road(element)
        if road.id in roads:
            raise MapError(f"road {road.id}: this id occurs twice, expected unique ids")
        roads[road.id] = road
    if not roads:
        raise MapError("the OpenDRIVE text holds no <road>, expected one at least")
    junctions = {junction.id: junction for junction in map(_junction, root.findall("junction"))}
    controllers = {controller.id: controller for controller in map(_controller, root.findall("controller"))}
    header = root.find("header")
    return RoadNetwork(
        roads=roads,
        junctions=junctions,
        controllers=controllers,
        origin_deg=_origin(root),
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
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as error:
        raise MapError(f"not an OpenDRIVE text: XML {error}") from None
    if root.tag.startswith("{"):
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
    if root.tag != "OpenDRIVE":
        raise MapError(f"not an OpenDRIVE text: the root is <{root.tag[:40]}>, expected <OpenDRIVE>")
    return root


def _origin(root: Element) -> tuple[float, float]:
    text = root.findtext("header/geoReference") or ""
    found = []
    for key, default in zip(("lat_0", "lon_0"), _DEFAULT_ORIGIN_DEG, strict=True):
        match = re.search(rf"\+{key}=([-+0-9.eE]+)", text)
        try:
            found.append(float(match[1]) if match else default)
        except ValueError:
            raise MapError(f"geoReference: {key} is not a number in {text[:80]!r}") from None
    return found[0], found[1]


def _road(element: Element) -> Road:
    road_id = integer(element, "id", "a <road>")
    where = f"road {road_id}"
    length = number(element, "length", where)
    if not 0.0 < length < _MAX_ROAD_M:
        raise MapError(f"{where}: length {length} m, expected more than 0 and less than {_MAX_ROAD_M:.0f} m")
    elevation = element.findall("elevationProfile/elevation")
    banks = element.findall("lateralProfile/superelevation")
    return Road(
        id=road_id,
        name=element.get("name", ""),
        length_m=length,
        junction=integer(element, "junction", where, -1),
        plan=_plan(element, length, where),
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
        left_hand=element.get("rule", "RHT").upper() == "LHT",
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


def _plan(road: Element, length: float, where: str) -> PlanView:
    geometries = road.findall("planView/geometry")
    if not geometries:
        raise MapError(f"{where}: no <geometry> in <planView>, expected one at least")
    geometries.sort(key=lambda geometry: number(geometry, "s", where))
    # Records without length (CARLA's towns hold some) end where they start.
    long_enough = [g for g in geometries if number(g, "length", where) > 1e-9] or geometries[:1]
    return PlanView(
        starts=np.array([number(g, "s", where) for g in long_enough]),
        poses=np.array([[number(g, key, where) for key in ("x", "y", "hdg")] for g in long_enough]),
        curves=tuple(_curve(g, f"{where}, geometry at s={number(g, 's', where):g}") for g in long_enough),
        length_m=length,
    )


def _curve(geometry: Element, where: str) -> Curve:
    length = number(geometry, "length", where)
    for kind in geometry:
        if kind.tag == "line":
            return Clothoid(curvature_start=0.0, curvature_rate=0.0)
        if kind.tag == "arc":
            return Clothoid(curvature_start=number(kind, "curvature", where), curvature_rate=0.0)
        if kind.tag == "spiral":
            start, end = number(kind, "curvStart", where), number(kind, "curvEnd", where)
            return Clothoid(curvature_start=start, curvature_rate=(end - start) / length if length > 0.0 else 0.0)
        if kind.tag == "poly3":
            return poly3(coefficients(kind, "", where), length)
        if kind.tag == "paramPoly3":
            normalized = kind.get("pRange", "normalized") != "arcLength"
            return param_poly3(coefficients(kind, "U", where), coefficients(kind, "V", where), length, normalized=normalized)
    found = ", ".join(f"<{kind.tag}>" for kind in geometry) or "nothing"
    raise MapError(f"{where}: holds {found}, expected line, arc, spiral, poly3 or paramPoly3")


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
