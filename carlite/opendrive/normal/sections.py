"""Lane sections in order, none without length, each with its middle lane."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from carlite.errors import MapError
from carlite.opendrive.edits import Edits
from carlite.opendrive.reading import SNAP_M, integer, number

_NO_LENGTH_M = 1e-6
_ENDS = ("predecessor", "successor")


def mend_sections(road: Element, length_m: float, where: str, edits: Edits) -> list[Element]:
    """The lane sections of a road by s; the client numbers them in the order of the text.

    Raises:
        MapError: sections that begin late, or hold one side of the road only while the other goes on.
    """
    lanes = road.find("lanes")
    if lanes is None:
        return []
    found = lanes.findall("laneSection")
    sections = sorted(found, key=lambda section: number(section, "s", where))
    for section in sections:
        if section.get("singleSide", "false").strip().lower() in ("true", "1"):
            raise MapError(f"{where}, lane section at s={section.get('s')}: singleSide is not supported; give both sides")
    if sections and number(sections[0], "s", where) > SNAP_M:
        raise MapError(f"{where}: the first lane section begins at s={sections[0].get('s')}, expected 0")
    if sections and number(sections[0], "s", where) != 0.0:
        edits.set(sections[0], "s", "0")
    kept = _with_length(lanes, sections, length_m, where, edits)
    if kept != [section for section in found if section in kept]:
        edits.replace(lanes, kept[:], kept)
    for section in kept:
        _middle_lane(section, where, edits)
    return kept


def lanes_of(section: Element) -> list[Element]:
    """All lanes beside the middle one."""
    return [lane for side in ("left", "right") for lane in section.findall(f"{side}/lane")]


def by_id(section: Element, where: str) -> dict[int, Element]:
    """The lanes beside the middle one by their ids."""
    return {integer(lane, "id", where): lane for lane in lanes_of(section)}


def _with_length(lanes: Element, sections: list[Element], length_m: float, where: str, edits: Edits) -> list[Element]:
    """Takes out sections without length; their neighbours are linked as they were through them."""
    kept = list(sections)
    at = 0
    while len(kept) > 1 and at < len(kept):
        start = number(kept[at], "s", where)
        end = number(kept[at + 1], "s", where) if at + 1 < len(kept) else length_m
        if end - start > _NO_LENGTH_M:
            at += 1
            continue
        gone = by_id(kept[at], where)
        if at > 0:
            _relink(kept[at - 1], gone, "successor", where, edits)
        if at + 1 < len(kept):
            _relink(kept[at + 1], gone, "predecessor", where, edits)
            if at == 0:
                edits.set(kept[1], "s", "0")
        edits.remove(lanes, kept.pop(at))
        at = max(at - 1, 0)
    return kept


def _relink(section: Element, gone: dict[int, Element], end: str, where: str, edits: Edits) -> None:
    for lane in lanes_of(section):
        link = lane.find(f"link/{end}")
        if link is None:
            continue
        beyond = None
        through = gone.get(integer(link, "id", where))
        if through is not None:
            beyond = through.find(f"link/{end}")
        if beyond is None:
            holder = lane.find("link")
            assert holder is not None
            edits.remove(holder, link)
        else:
            edits.set(link, "id", str(integer(beyond, "id", where)))


def _middle_lane(section: Element, where: str, edits: Edits) -> None:
    """The client looks for the middle lane's markings and at crossings, and fails without one."""
    place = f"{where}, lane section at s={section.get('s')}"
    centre = section.find("center")
    if centre is None:
        left = section.find("left")
        centre = edits.add(section, "center", {}, at=0 if left is None else list(section).index(left) + 1)
    lanes = centre.findall("lane")
    if any(integer(lane, "id", place) != 0 for lane in lanes):
        raise MapError(f"{place}: lane {lanes[0].get('id')} in the middle, expected 0")
    if not lanes:
        edits.add(centre, "lane", {"id": "0", "type": "none", "level": "false"})
