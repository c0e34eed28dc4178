"""Junctions: connections that the client can follow, under ids of their own.

The client tells junctions from roads by their ids alone, knows a connection by its id, fails where a connecting road is not
there, and follows a connection only where the connecting road's own links say the same.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from carlite.errors import MapError
from carlite.opendrive.edits import Edits
from carlite.opendrive.normal.links import LINK_AT, RoadEnds, Roads, ends_at, is_driven, link_holder
from carlite.opendrive.normal.sections import by_id
from carlite.opendrive.reading import integer


def junctions_of(root: Element) -> dict[int, Element]:
    """The junctions by id.

    Raises:
        MapError: ids that occur twice or are no whole numbers from 0 on.
    """
    found: dict[int, Element] = {}
    for element in root.findall("junction"):
        junction_id = integer(element, "id", "a <junction>")
        if junction_id in found:
            raise MapError(f"junction {junction_id}: this id occurs twice, expected unique ids")
        if junction_id < 0:
            raise MapError(f"junction {junction_id}: expected an id of 0 or more")
        found[junction_id] = element
    return found


def tell_membership(roads: Roads, junctions: dict[int, Element], edits: Edits) -> None:
    """Every road says whether it lies in a junction; the client takes silence for junction 0."""
    for road_id, road in roads.items():
        where = f"road {road_id}"
        junction_id = integer(road.element, "junction", where, -1)
        if junction_id != -1 and junction_id not in junctions:
            edits.note(f"{where}: junction {junction_id} is not there; read as a road outside junctions")
            junction_id = -1
        if integer(road.element, "junction", where, -2) != junction_id:
            edits.set(road.element, "junction", str(junction_id))


def part_ids(roads: Roads, junctions: dict[int, Element], edits: Edits) -> dict[int, Element]:
    """Junctions that are called as a road is get other ids, above all there are; junctions by their ids from now on."""
    shared = sorted(set(roads) & set(junctions))
    if not shared:
        return junctions
    free = max(*roads, *junctions) + 1
    new = {old: free + index for index, old in enumerate(shared)}
    for old, now in new.items():
        edits.note(f"junction {old}: a road has this id too, and CARLA tells them apart by id alone; called {now}")
        edits.set(junctions[old], "id", str(now))
    for road_id, road in roads.items():
        where = f"road {road_id}"
        inside = integer(road.element, "junction", where, -1)
        if inside in new:
            edits.set(road.element, "junction", str(new[inside]))
        for link in (road.element.find(f"link/{end}") for end in ("predecessor", "successor")):
            if link is not None and link.get("elementType") == "junction":
                target = integer(link, "elementId", where)
                edits.set(link, "elementId", str(new.get(target, target)))
    return {new.get(key, key): element for key, element in junctions.items()}


def mend_connections(roads: Roads, junctions: dict[int, Element], edits: Edits) -> None:
    """Leaves connections and lane links whose ends are there, one id each."""
    for junction_id, junction in junctions.items():
        where = f"junction {junction_id}"
        for connection in junction.findall("connection"):
            if not _is_good(roads, connection, where, edits):
                edits.remove(junction, connection)
                continue
            _tell_contact(roads, connection, where, edits)
            _keep_good_lanes(roads, junction_id, connection, where, edits)
        _number_connections(junction, edits)


def _is_good(roads: Roads, connection: Element, where: str, edits: Edits) -> bool:
    for key in ("incomingRoad", "connectingRoad"):
        if integer(connection, key, where, -1) not in roads:
            edits.note(f"{where}, connection {connection.get('id')}: its {key} {connection.get(key)} is not there; left out")
            return False
    return True


def _tell_contact(roads: Roads, connection: Element, where: str, edits: Edits) -> None:
    """The end of the connecting road that the incoming road leads to, where the text does not tell."""
    if connection.get("contactPoint") in ("start", "end"):
        return
    incoming, road = connection.get("incomingRoad"), roads[integer(connection, "connectingRoad", where)]
    after = road.element.find("link/successor")
    before = road.element.find("link/predecessor")
    at_end = after is not None and after.get("elementId") == incoming
    at_start = before is not None and before.get("elementId") == incoming
    edits.set(connection, "contactPoint", "end" if at_end and not at_start else "start")


def _keep_good_lanes(roads: Roads, junction_id: int, connection: Element, where: str, edits: Edits) -> None:
    incoming_id = integer(connection, "incomingRoad", where)
    incoming, connecting = roads[incoming_id], roads[integer(connection, "connectingRoad", where)]
    contact = connection.get("contactPoint", "start")
    there = by_id(connecting.section(contact), where)
    here = {end: by_id(incoming.section(end), where) for end in ends_at(incoming, junction_id)}
    links = connection.findall("laneLink")
    if not links:  # deprecated; means that all lanes go on under their own ids (OpenDRIVE 1.5, 10.3)
        same = sorted(set(there) & {key for lanes in here.values() for key in lanes})
        links = [edits.add(connection, "laneLink", {"from": str(key), "to": str(key)}) for key in same]
    place = f"{where}, connection {connection.get('id')}"
    for link in links:
        start, to = integer(link, "from", place, 0), integer(link, "to", place, 0)
        if to in there and any(
            start in lanes and (((start > 0) == (to > 0)) == (end != contact) or not is_driven(lanes[start], there[to]))
            for end, lanes in here.items()
        ):
            continue
        if start and to:
            edits.note(f"{place}: no lane {start} leads to a lane {to} there; left out")
        edits.remove(connection, link)
    if len(here) == 1:
        _confirm(connecting, contact, (incoming_id, next(iter(here))), connection.findall("laneLink"), place, edits)


def _confirm(road: RoadEnds, contact: str, incoming: tuple[int, str], links: list[Element], where: str, edits: Edits) -> None:
    """The client believes a connection only if the connecting road and its lanes say whom they follow."""
    key = LINK_AT[contact]
    holder = link_holder(road.element, edits)
    if holder.find(key) is None:
        ends = {"elementType": "road", "elementId": str(incoming[0]), "contactPoint": incoming[1]}
        edits.add(holder, key, ends)
    lanes = by_id(road.section(contact), where)
    for link in links:
        holder = link_holder(lanes[integer(link, "to", where)], edits)
        if holder.find(key) is None:
            edits.add(holder, key, {"id": str(integer(link, "from", where))})


def _number_connections(junction: Element, edits: Edits) -> None:
    taken: set[str] = set()
    for index, connection in enumerate(junction.findall("connection")):
        name = (connection.get("id") or "").strip()
        if not (name.isascii() and name.isdigit()) or name in taken:
            name = str(index)
            while name in taken:
                name = str(int(name) + len(junction))
            edits.set(connection, "id", name)
        taken.add(name)
