"""The signals and objects of a road from its XML."""

from __future__ import annotations

import math

import numpy as np

from carlite.opendrive.objects import MapObject, Repeat, Signal, SignalReference
from carlite.opendrive.reading import Element, integer, number


def parse_signals(road: Element, where: str) -> tuple[Signal, ...]:
    """The signals that stand at a road; signal references are left out."""
    signals = []
    for element in road.findall("signals/signal"):
        place = f"{where}, signal {element.get('id', '?')}"
        value = element.get("value", "")
        signals.append(
            Signal(
                id=element.get("id", ""),
                name=element.get("name", ""),
                s=number(element, "s", place),
                t=number(element, "t", place),
                z_offset_m=number(element, "zOffset", place, 0.0),
                heading_offset_rad=number(element, "hOffset", place, 0.0),
                orientation=element.get("orientation", "none"),
                dynamic=element.get("dynamic", "no") == "yes",
                country=element.get("country", ""),
                type=element.get("type", ""),
                subtype=element.get("subtype", ""),
                value=_value(value),
                unit=element.get("unit", ""),
                text=element.get("text", ""),
                width_m=number(element, "width", place, 0.0),
                height_m=number(element, "height", place, 0.0),
                validity=_validity(element, place),
                inertial=_inertial(element, place),
            )
        )
    return tuple(signals)


def parse_signal_references(road: Element, where: str) -> tuple[SignalReference, ...]:
    """What signals of other roads govern on this one."""
    references = []
    for element in road.findall("signals/signalReference"):
        place = f"{where}, signal reference {element.get('id', '?')}"
        references.append(
            SignalReference(
                id=element.get("id", ""),
                s=number(element, "s", place),
                orientation=element.get("orientation", "none"),
                validity=_validity(element, place),
            )
        )
    return tuple(references)


def _inertial(signal: Element, where: str) -> tuple[float, float, float, float] | None:
    element = signal.find("positionInertial")
    if element is None:
        return None
    x, y, z, heading = (number(element, key, where, 0.0) for key in ("x", "y", "z", "hdg"))
    return x, y, z, heading


def _validity(element: Element, where: str) -> tuple[tuple[int, int], ...]:
    lanes = element.findall("validity")
    return tuple((integer(record, "fromLane", where), integer(record, "toLane", where)) for record in lanes)


def parse_objects(road: Element, where: str) -> tuple[MapObject, ...]:
    """The objects of a road; of several outlines the first."""
    return tuple(_object(element, where) for element in road.findall("objects/object"))


def _object(element: Element, where: str) -> MapObject:
    place = f"{where}, object {element.get('id', '?')}"
    outline = element.find("outline")
    if outline is None:
        outline = element.find("outlines/outline")
    corners: list[list[float]] = []
    are_road, heights = False, [0.0]
    if outline is not None:
        on_road, local = outline.findall("cornerRoad"), outline.findall("cornerLocal")
        are_road = bool(on_road)
        keys = ("s", "t", "dz") if are_road else ("u", "v", "z")
        corners = [[number(corner, key, place, 0.0) for key in keys] for corner in on_road or local]
        heights += [number(corner, "height", place, 0.0) for corner in on_road or local]
    return MapObject(
        id=element.get("id", ""),
        name=element.get("name", ""),
        type=element.get("type", ""),
        s=number(element, "s", place),
        t=number(element, "t", place),
        z_offset_m=number(element, "zOffset", place, 0.0),
        heading_rad=number(element, "hdg", place, 0.0),
        orientation=element.get("orientation", "none"),
        length_m=number(element, "length", place, 0.0),
        width_m=number(element, "width", place, 0.0),
        height_m=number(element, "height", place, 0.0),
        radius_m=number(element, "radius", place, 0.0),
        corners=np.array(corners, np.float64).reshape(-1, 3),
        corners_are_road=are_road,
        corner_height_m=max(heights),
        repeats=tuple(_repeat(r, place) for r in element.findall("repeat")),
    )


def _repeat(element: Element, where: str) -> Repeat:
    t_start = number(element, "tStart", where, 0.0)
    z_start = number(element, "zOffsetStart", where, 0.0)
    height = number(element, "heightStart", where, math.inf) if element.get("heightStart") else None
    return Repeat(
        s=number(element, "s", where),
        length_m=number(element, "length", where),
        distance_m=number(element, "distance", where, 0.0),
        t_start=t_start,
        t_end=number(element, "tEnd", where, t_start),
        z_start_m=z_start,
        z_end_m=number(element, "zOffsetEnd", where, z_start),
        height_m=height,
    )


def _value(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
