"""Where a map lies: near its origin, because CARLA's positions are of single precision.

A map whose coordinates are those of a whole country (UTM) is moved by its header's ``<offset>``, which OpenDRIVE 1.7, section
7.4.2, has for that: the data set is first moved by x, y and z and then turned by hdg about the new origin. Without one it is
refused, because whoever asks for a place by the file's own coordinates must know of the move.
"""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

import numpy as np

from carlite.errors import MapError
from carlite.opendrive.edits import Edits, plain
from carlite.opendrive.normal.links import Roads
from carlite.opendrive.normal.projection import origin_after
from carlite.opendrive.reading import number

FARTHEST_M = 60e3
"""Single precision steps by 4 mm there."""
_INERTIAL = "signals/signal/positionInertial"


def move_near(root: Element, roads: Roads, edits: Edits) -> None:
    """Moves a map that lies far from its origin by its header's offset.

    Raises:
        MapError: a map that lies far from its origin and has no offset, or one that does not help.
    """
    points = np.array([point for road in roads.values() for point in (road.start, road.end)]).reshape(-1, 2)
    if not len(points) or np.abs(points).max() <= FARTHEST_M:
        return
    offset = root.find("header/offset")
    x, y, z, heading = (0.0 if offset is None else number(offset, key, "header", 0.0) for key in ("x", "y", "z", "hdg"))
    if offset is None or np.abs(points + np.array([x, y])).max() > FARTHEST_M:
        raise MapError(_refusal(roads, points))
    for road_id, road in roads.items():
        _move_road(road.element, (x, y, z, heading), f"road {road_id}", edits)
    header = root.find("header")
    assert header is not None
    origin = origin_after(header.findtext("geoReference") or "", x, y)
    if origin is not None:  # about there the plane is this one, but for its turn against true north
        geo_reference = header.find("geoReference")
        assert geo_reference is not None
        geo_reference.text = f"+proj=tmerc +lat_0={origin[0]!r} +lon_0={origin[1]!r} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m"
    edits.remove(header, offset)
    edits.note(f"header: the map is moved by its offset, x={x:g} m, y={y:g} m, z={z:g} m, hdg={heading:g}")


def _refusal(roads: Roads, points: np.ndarray) -> str:
    road_id, road = max(roads.items(), key=lambda item: max(map(abs, (*item[1].start, *item[1].end))))
    x, y = max(road.start, road.end, key=lambda point: max(map(abs, point)))
    step = float(np.spacing(np.float32(max(abs(x), abs(y)))))
    text = f"road {road_id}: lies at x={x:.0f}, y={y:.0f}, where CARLA's positions (single precision) step by {step:g} m"
    size = points.max(0) - points.min(0)
    if size.max() > 2.0 * FARTHEST_M:
        limit = f"expected all of it within {FARTHEST_M / 1000.0:g} km of one place; cut out a part"
        return f"{text}; the map is {size.max() / 1000.0:.0f} km across, {limit}"
    to = np.round(-0.5 * (points.max(0) + points.min(0))) + 0.0  # no "-0"
    return (
        f"{text}; expected coordinates within {FARTHEST_M / 1000.0:g} km: put "
        f'<offset x="{to[0]:.0f}" y="{to[1]:.0f}" z="0" hdg="0"/> into the <header>, by which the map is then moved'
    )


def _move_road(road: Element, offset: tuple[float, float, float, float], where: str, edits: Edits) -> None:
    _, _, z, turn = offset
    for record in road.findall("planView/geometry"):
        _move(record, offset, where, edits)
        edits.set(record, "hdg", plain(number(record, "hdg", where) + turn))
    if z != 0.0:
        profile = road.find("elevationProfile")
        if profile is None:
            profile = edits.add(road, "elevationProfile", {})
        if profile.find("elevation") is None:
            edits.add(profile, "elevation", {"s": "0", "a": "0", "b": "0", "c": "0", "d": "0"})
        for record in profile.findall("elevation"):
            edits.set(record, "a", plain(number(record, "a", where) + z))
    for place in road.findall(_INERTIAL):
        _move(place, offset, where, edits)
        edits.set(place, "z", plain(number(place, "z", where, 0.0) + z))
        edits.set(place, "hdg", plain(number(place, "hdg", where, 0.0) + turn))


def _move(element: Element, offset: tuple[float, float, float, float], where: str, edits: Edits) -> None:
    x, y = number(element, "x", where) + offset[0], number(element, "y", where) + offset[1]
    c, s = math.cos(offset[3]), math.sin(offset[3])
    edits.set(element, "x", plain(c * x - s * y))
    edits.set(element, "y", plain(s * x + c * y))
