"""Crosswalks as the client reads them: one closed outline of corners in the object's own frame.

The client looks for ``<outline>`` right below the object and for ``<cornerLocal>`` in it; where there is none it takes the
corners of the crosswalk before. It hands all corners out in one row, in which an outline ends where its first corner comes
again.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from carlite.errors import MapError
from carlite.opendrive.edits import Edits, plain
from carlite.opendrive.network import Road, RoadNetwork
from carlite.opendrive.objects import MapObject
from carlite.opendrive.poses import object_outline, object_place

_SAME_M = 1e-6
_FARTHEST_M = 200.0


def mend_crosswalks(root: Element, network: RoadNetwork, edits: Edits) -> None:
    """Gives every crosswalk of the map its outline; one that has neither corners nor a size is left out.

    Raises:
        MapError: a crosswalk larger than any square.
    """
    for element in root.findall("road"):
        road = network.roads[int(element.get("id", ""))]
        holder = element.find("objects")
        if holder is None:
            continue
        for thing, item in zip(holder.findall("object"), road.objects, strict=True):
            if item.type != "crosswalk":
                continue
            corners = _corners(road, item)
            if len(corners) and not float(np.abs(corners).max()) <= _FARTHEST_M:
                reach = f"reaches {np.abs(corners).max():g} m from its place"
                raise MapError(f"road {road.id}: crosswalk {item.id!r} {reach}, expected {_FARTHEST_M:g} m at most")
            if len(corners) < 3:
                edits.note(f"road {road.id}: crosswalk {item.id!r} has neither corners nor length and width; left out")
                edits.remove(holder, thing)
            elif not _is_closed_outline(thing):
                _put_outline(thing, corners, edits)
            if not 0.0 <= item.s <= road.length_m:
                edits.set(thing, "s", plain(min(max(item.s, 0.0), road.length_m)))


def _corners(road: Road, item: MapObject) -> NDArray[np.float64]:
    """(k, 3) u, v, z of the outline, without its first corner's return."""
    corners = item.corners
    if item.corners_are_road or not len(corners):
        world = object_outline(road, item)
        location, yaw_deg = object_place(road, item)
        yaw = np.radians(yaw_deg)
        x, y, z = (world - location).T
        # v is to the left, CARLA's y to the right.
        corners = np.stack([x * np.cos(yaw) + y * np.sin(yaw), x * np.sin(yaw) - y * np.cos(yaw), z], -1)
    again = np.flatnonzero(np.linalg.norm(corners - corners[:1], axis=1) < _SAME_M)[1:]
    return corners[: again[0]] if len(again) else corners


def _is_closed_outline(thing: Element) -> bool:
    outlines = thing.findall("outline")
    if len(outlines) != 1 or outlines[0].find("cornerRoad") is not None:
        return False
    corners = [tuple(corner.get(key) for key in "uvz") for corner in outlines[0].findall("cornerLocal")]
    return len(corners) > 3 and corners[0] == corners[-1] and corners.count(corners[0]) == 2


def _put_outline(thing: Element, corners: NDArray[np.float64], edits: Edits) -> None:
    for tag in ("outline", "outlines"):
        for old in thing.findall(tag):
            edits.remove(thing, old)
    outline = edits.add(thing, "outline", {})
    for u, v, z in [*corners.tolist(), corners[0].tolist()]:
        edits.add(outline, "cornerLocal", {"u": plain(u), "v": plain(v), "z": plain(z)})
