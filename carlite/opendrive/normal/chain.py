"""All rewrites of a map, in the order in which one builds on the other."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from carlite.errors import MapError
from carlite.opendrive.edits import Edits
from carlite.opendrive.normal.direct import link_directly
from carlite.opendrive.normal.header import mend_geo_reference
from carlite.opendrive.normal.junctions import junctions_of, mend_connections, part_ids, tell_membership
from carlite.opendrive.normal.links import RoadEnds, Roads, mend_lane_links, mend_road_links
from carlite.opendrive.normal.names import gather, spell
from carlite.opendrive.normal.objects import mend_names
from carlite.opendrive.normal.place import move_near
from carlite.opendrive.normal.planview import mend_plan_view
from carlite.opendrive.normal.records import mend_profiles
from carlite.opendrive.normal.sections import mend_sections
from carlite.opendrive.normal.signals import mend_signals
from carlite.opendrive.normal.widths import mend_widths
from carlite.opendrive.parse_plan import parse_plan
from carlite.opendrive.reading import integer, number

_LONGEST_ROAD_M = 100_000.0


def normalise(root: Element) -> Edits:
    """Rewrites the XML of a map in place, so that carlite and CARLA's client read the same out of it.

    Raises:
        MapError: where that cannot be, with the road and the reason.
    """
    edits = Edits()
    spell(root, edits)
    if root.tag != "OpenDRIVE":
        raise MapError(f"not an OpenDRIVE text: the root is <{root.tag[:40]}>, expected <OpenDRIVE>")
    gather(root, edits)
    mend_geo_reference(root, edits)
    roads: Roads = {}
    for element in root.findall("road"):
        road_id = integer(element, "id", "a <road>")
        if road_id < 0:
            raise MapError(f"road {road_id}: expected an id of 0 or more")
        if road_id in roads:
            raise MapError(f"road {road_id}: this id occurs twice, expected unique ids")
        roads[road_id] = _mend_road(element, f"road {road_id}", edits)
    move_near(root, roads, edits)
    junctions = junctions_of(root)
    tell_membership(roads, junctions, edits)
    mend_road_links(roads, junctions, edits)
    junctions = part_ids(roads, junctions, edits)
    link_directly(roads, junctions, edits)
    mend_lane_links(roads, edits)
    mend_connections(roads, junctions, edits)
    mend_signals(root, roads, edits)
    return edits


def road_length_m(road: Element, where: str) -> float:
    """The length of a road.

    Raises:
        MapError: none, or one of no use.
    """
    length = number(road, "length", where)
    if not 1e-3 < length < _LONGEST_ROAD_M:
        raise MapError(f"{where}: length {length} m, expected more than 0.001 and less than {_LONGEST_ROAD_M:.0f} m")
    return length


def _mend_road(road: Element, where: str, edits: Edits) -> RoadEnds:
    length = road_length_m(road, where)
    mend_plan_view(road, length, where, edits)
    mend_profiles(road, length, where, edits)
    mend_names(road, edits)
    sections = mend_sections(road, length, where, edits)
    if not sections:
        raise MapError(f"{where}: no <laneSection>, expected one at least")
    starts = [number(section, "s", where) for section in sections]
    for section, start, end in zip(sections, starts, [*starts[1:], length], strict=True):
        mend_widths(section, end - start, f"{where}, lane section at s={start:g}", edits)
    x, y, _ = parse_plan(road, length, where).ends()
    return RoadEnds(element=road, sections=sections, start=(float(x[0]), float(y[0])), end=(float(x[1]), float(y[1])))
