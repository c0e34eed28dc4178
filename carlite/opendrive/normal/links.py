"""Links between roads and lanes: only such as lead to something that is there, on the side where they say.

The client takes a missing link for one to road or junction 0, does not look at contact points, and fails at lanes that are
not there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from carlite.opendrive.edits import Edits
from carlite.opendrive.normal.sections import by_id, lanes_of
from carlite.opendrive.reading import integer, number


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadEnds:
    """A road of the text with what links need.

    Attributes:
        element: the ``<road>``.
        sections: its lane sections in order.
        start, end: (x, y) metres of its two ends.
    """

    element: Element
    sections: list[Element]
    start: tuple[float, float]
    end: tuple[float, float]

    def section(self, contact: str) -> Element:
        """The lane section at "start" or "end"."""
        return self.sections[0 if contact == "start" else -1]


Roads = dict[int, RoadEnds]
LINK_AT = {"start": "predecessor", "end": "successor"}


def link_holder(element: Element, edits: Edits) -> Element:
    """The ``<link>`` of a road or a lane, a new one if it has none."""
    holder = element.find("link")
    return edits.add(element, "link", {}, at=0) if holder is None else holder


def ends_at(road: RoadEnds, junction_id: int) -> list[str]:
    """The ends of a road that lie at a junction; both where the road names it at neither, as beside virtual junctions."""
    ends = []
    for contact, end in LINK_AT.items():
        link = road.element.find(f"link/{end}")
        if link is not None and link.get("elementType") == "junction" and link.get("elementId") == str(junction_id):
            ends.append(contact)
    return ends or ["start", "end"]


def mend_road_links(roads: Roads, junctions: dict[int, Element], edits: Edits) -> None:
    """Takes out links that lead nowhere, and says of the others whether they lead to a road or a junction, and to which end."""
    for road_id, road in roads.items():
        where = f"road {road_id}"
        holder = road.element.find("link")
        for end in ("predecessor", "successor"):
            link = None if holder is None else holder.find(end)
            if holder is None or link is None:
                continue
            reason = _why_not(link, road, end, roads, junctions, where, edits)
            if reason:
                edits.note(f"{where}: its {end} {reason}; read as a road's end")
                edits.remove(holder, link)


def _why_not(
    link: Element, road: RoadEnds, end: str, roads: Roads, junctions: dict[int, Element], where: str, edits: Edits
) -> str:
    """What is wrong with a road's link, "" if nothing; completes one that lacks something."""
    if not (link.get("elementId") or "").strip():
        return "names nothing"
    if link.get("elementS") is not None:
        return "begins in the middle of a road, which CARLA cannot follow"
    target = integer(link, "elementId", where)
    kind = link.get("elementType", "")
    if kind not in ("road", "junction"):
        kind = "road" if target in roads else "junction"
    edits.set(link, "elementType", kind)
    if target not in (roads if kind == "road" else junctions):
        return f"{kind} {target} is not there"
    if kind == "road" and link.get("contactPoint") not in ("start", "end"):
        here, other = road.start if end == "predecessor" else road.end, roads[target]
        to_start, to_end = _distance(here, other.start), _distance(here, other.end)
        edits.set(link, "contactPoint", "start" if to_start <= to_end else "end")
    return ""


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return math.dist(one, other)


def mend_lane_links(roads: Roads, edits: Edits) -> None:
    """Takes out lane links that lead to no lane, or traffic to one of the other side.

    Lanes that nobody drives on may be linked across (so RoadRunner does with sidewalks).
    """
    for road_id, road in roads.items():
        for index, section in enumerate(road.sections):
            where = f"road {road_id}, lane section at s={number(section, 's', f'road {road_id}'):g}"
            for end, step in (("predecessor", -1), ("successor", 1)):
                neighbour, same_side = _neighbour(roads, road, index + step, end)
                if same_side is not None:
                    _keep_good(section, neighbour, end, same_side=same_side, where=where, edits=edits)
            centre = section.find("center/lane")
            link = None if centre is None else centre.find("link")
            if centre is not None and link is not None and any(integer(one, "id", where, 0) for one in link):
                edits.remove(centre, link)


def _neighbour(roads: Roads, road: RoadEnds, index: int, end: str) -> tuple[Element | None, bool | None]:
    """The section behind an end of a section, and whether its lanes keep their side; (None, None) where a junction is."""
    if 0 <= index < len(road.sections):
        return road.sections[index], True
    link = road.element.find(f"link/{end}")
    if link is None:
        return None, True
    if link.get("elementType") == "junction":
        return None, None
    contact = link.get("contactPoint", "")
    other = roads[integer(link, "elementId", "a link")]
    return other.section(contact), contact == ("start" if end == "successor" else "end")


def is_driven(*lanes: Element) -> bool:
    """Whether one of the lanes is for driving."""
    return any(lane.get("type") == "driving" for lane in lanes)


def _keep_good(section: Element, neighbour: Element | None, end: str, *, same_side: bool, where: str, edits: Edits) -> None:
    there = {} if neighbour is None else by_id(neighbour, where)
    for lane in lanes_of(section):
        holder = lane.find("link")
        for link in [] if holder is None else holder.findall(end):
            own, target = integer(lane, "id", where), integer(link, "id", where, 0)
            if target in there and (((own > 0) == (target > 0)) == same_side or not is_driven(lane, there[target])):
                continue
            if neighbour is not None and target != 0:
                edits.note(f"{where}, lane {own}: its {end} {target} is not there or on the other side; read as the lane's end")
            assert holder is not None
            edits.remove(holder, link)
