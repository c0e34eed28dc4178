"""Direct junctions, whose roads follow each other without one between them, in the links that the client knows.

Where several roads meet one, each of them follows that one as a road does; the one leads into the junction, and its
connections lead on to each of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from carlite.opendrive.edits import Edits
from carlite.opendrive.normal.links import LINK_AT, Roads, ends_at, link_holder
from carlite.opendrive.normal.sections import by_id
from carlite.opendrive.reading import integer

End = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    """Two ends of roads that follow each other, and the lanes that do."""

    one: End
    other: End
    lanes: tuple[tuple[int, int], ...]


def link_directly(roads: Roads, junctions: dict[int, Element], edits: Edits) -> None:
    """Turns the connections of direct junctions into links of roads and connections of the usual kind."""
    for junction_id, junction in junctions.items():
        where = f"junction {junction_id}"
        direct = [c for c in junction.findall("connection") if c.get("connectingRoad") is None and c.get("linkedRoad")]
        meetings = [meeting for c in direct for meeting in _meetings(roads, junction_id, c, where)]
        for connection in direct:
            edits.remove(junction, connection)
        partners: dict[End, set[End]] = {}
        for meeting in meetings:
            partners.setdefault(meeting.one, set()).add(meeting.other)
            partners.setdefault(meeting.other, set()).add(meeting.one)
        for meeting in meetings:
            if len(partners[meeting.other]) == 1:
                _join(roads, junction, meeting.one, meeting.other, meeting.lanes, edits)
            elif len(partners[meeting.one]) == 1:
                swapped = tuple((to, start) for start, to in meeting.lanes)
                _join(roads, junction, meeting.other, meeting.one, swapped, edits)
            else:
                edits.note(
                    f"{where}: roads {meeting.one[0]} and {meeting.other[0]} both meet others too; their link is left out"
                )


def _meetings(roads: Roads, junction_id: int, connection: Element, where: str) -> list[_Meeting]:
    first, second = (integer(connection, key, where, -1) for key in ("incomingRoad", "linkedRoad"))
    contact = connection.get("contactPoint", "start")
    if first not in roads or second not in roads:
        return []
    place = f"{where}, connection {connection.get('id')}"
    links = [(integer(link, "from", place, 0), integer(link, "to", place, 0)) for link in connection.findall("laneLink")]
    ends = ends_at(roads[first], junction_id)
    if len(ends) > 1 and links:  # the road does not tell; the lanes do, which keep their side from an end to a start
        same_side = (links[0][0] > 0) == (links[0][1] > 0)
        ends = ["end" if same_side == (contact == "start") else "start"]
    here, there = (by_id(roads[road].section(end), where) for road, end in ((first, ends[0]), (second, contact)))
    lanes = tuple((start, to) for start, to in links if start in here and to in there)
    return [_Meeting(one=(first, ends[0]), other=(second, contact), lanes=lanes)]


def _join(roads: Roads, junction: Element, trunk: End, branch: End, lanes: tuple[tuple[int, int], ...], edits: Edits) -> None:
    """Lets ``branch`` follow ``trunk``, and the junction lead from that to it; lanes are (of the trunk, of the branch)."""
    key = LINK_AT[branch[1]]
    holder = link_holder(roads[branch[0]].element, edits)
    for old in holder.findall(key):
        edits.remove(holder, old)
    edits.add(holder, key, {"elementType": "road", "elementId": str(trunk[0]), "contactPoint": trunk[1]})
    of = by_id(roads[branch[0]].section(branch[1]), f"road {branch[0]}")
    for there, here in lanes:
        holder = link_holder(of[here], edits)
        for old in holder.findall(key):
            edits.remove(holder, old)
        edits.add(holder, key, {"id": str(there)})
    holder = link_holder(roads[trunk[0]].element, edits)
    if holder.find(LINK_AT[trunk[1]]) is None:
        edits.add(holder, LINK_AT[trunk[1]], {"elementType": "junction", "elementId": junction.get("id", "")})
    ends = {"incomingRoad": str(trunk[0]), "connectingRoad": str(branch[0]), "contactPoint": branch[1]}
    connection = edits.add(junction, "connection", {"id": "", **ends})
    for there, here in lanes:
        edits.add(connection, "laneLink", {"from": str(there), "to": str(here)})
