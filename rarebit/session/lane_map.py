"""Reads ``carla.Map`` into a ``LaneMap``: the client's own understanding of the OpenDRIVE text, sampled about every metre.

Which lanes exist, of what type and beside which others comes from the text itself (``carla.Map`` lists driving lanes only);
where they lie, how wide they are, what marks them and where they lead comes from ``carla.Map``.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from xml.etree import ElementTree

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import ServerError
from rarebit.roads.lane_map import Lane, LaneKey, LaneMap, Signal
from rarebit.session import convert

_SPACING_M = 1.0
_MIN_WIDTH_M = 0.05  # town maps hold many lanes of no width; they would only part true neighbours
_EDGE_M = 1e-3  # carla.Map counts a station on a section's end to the next section
_MPS = {"m/s": 1.0, "mph": 0.44704, "km/h": 1 / 3.6, "": 1.0}
_KINDS = {"1000001": "traffic_light", "206": "stop", "205": "yield", "274": "speed_limit"}
_TRAFFIC_LIGHTS = {"1000001", "1000002", *(str(n) for n in range(1000007, 1000021)), "F", "W", "A"}


@dataclass(frozen=True, slots=True)
class _Section:
    """One lane section of the text: its stations, its lanes' types by id, the road's junction and speed limits."""

    road: int
    index: int
    start_m: float
    end_m: float
    kinds: dict[int, str]
    junction: int | None
    speed_limit_mps: float | None
    lane_speed_mps: dict[int, float]


def read(carla_map: carla.Map, name: str) -> LaneMap:
    """All lanes, crossings and signals of ``carla_map``, world frame.

    Raises:
        ServerError: the map's OpenDRIVE text cannot be read or holds no lane.
    """
    text = carla_map.to_opendrive()
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ServerError(f"{name}: the map's OpenDRIVE text is not XML ({error}); load a map that is") from error
    lanes: dict[LaneKey, Lane] = {}
    sections = _sections(root)
    for section in sections:
        lanes.update(_section_lanes(carla_map, section))
    if not lanes:
        raise ServerError(f"{name}: the map has no lane of any width; load a map with roads")
    lanes = {key: _only_known(lane, lanes) for key, lane in lanes.items()}
    return LaneMap(
        name=name,
        content=hashlib.sha256(text.encode()).hexdigest()[:32],
        lanes=lanes,
        crossings=_crossings(carla_map),
        signals=_signals(carla_map, sections, lanes),
    )


# ------------------------------------------------------------------------------------------------ lanes


def _sections(root: ElementTree.Element) -> list[_Section]:
    result = []
    for road in root.iter("road"):
        number, junction = int(road.get("id", "0")), int(road.get("junction", "-1"))
        length = float(road.get("length", "0"))
        elements = sorted(road.findall("lanes/laneSection"), key=lambda e: float(e.get("s", "0")))
        starts = [float(e.get("s", "0")) for e in elements]
        for index, element in enumerate(elements):
            kinds, speeds = {}, {}
            for lane in (*element.findall("left/lane"), *element.findall("right/lane")):
                lane_id = int(lane.get("id", "0"))
                kinds[lane_id] = lane.get("type", "none")
                if (speed := lane.find("speed")) is not None:
                    speeds[lane_id] = _speed(speed.get("max", ""), speed.get("unit", "m/s"))
            result.append(
                _Section(
                    road=number,
                    index=index,
                    start_m=starts[index],
                    end_m=starts[index + 1] if index + 1 < len(starts) else length,
                    kinds=kinds,
                    junction=junction if junction >= 0 else None,
                    speed_limit_mps=_road_speed(road, starts[index]),
                    lane_speed_mps={key: value for key, value in speeds.items() if value is not None},
                )
            )
    return result


def _road_speed(road: ElementTree.Element, station_m: float) -> float | None:
    limit = None
    for kind in sorted(road.findall("type"), key=lambda e: float(e.get("s", "0"))):
        speed = kind.find("speed")
        if float(kind.get("s", "0")) <= station_m + _EDGE_M:
            limit = None if speed is None else _speed(speed.get("max", ""), speed.get("unit", "m/s"))
    return limit


def _speed(maximum: str, unit: str) -> float | None:
    try:
        return float(maximum) * _MPS.get(unit, 1.0)
    except ValueError:  # "no limit", "undefined"
        return None


def _section_lanes(carla_map: carla.Map, section: _Section) -> dict[LaneKey, Lane]:
    length = section.end_m - section.start_m
    if length <= 2 * _EDGE_M:
        return {}
    count = max(2, math.ceil(length / _SPACING_M) + 1)
    stations = np.linspace(section.start_m + _EDGE_M, section.end_m - _EDGE_M, count).tolist()
    found: dict[int, tuple[list[carla.Waypoint], NDArray[np.float64]]] = {}
    for lane_id in section.kinds:
        waypoints = [w for s in stations if (w := carla_map.get_waypoint_xodr(section.road, lane_id, s)) is not None]
        widths = np.array([w.lane_width for w in waypoints])
        if len(waypoints) >= 2 and widths.max() > _MIN_WIDTH_M:
            found[lane_id] = waypoints, widths
    result = {}
    for lane_id, (waypoints, widths) in found.items():
        key = LaneKey(section.road, section.index, lane_id)
        result[key] = _lane(key, section, waypoints, widths, tuple(sorted(found)))
    return result


def _lane(
    key: LaneKey, section: _Section, waypoints: list[carla.Waypoint], widths: NDArray[np.float64], beside: tuple[int, ...]
) -> Lane:
    transforms = [w.transform for w in waypoints]
    centre = convert.vectors([t.location for t in transforms])
    middle = len(waypoints) // 2
    # The direction of travel is the waypoints' own heading, so left-hand traffic needs no special case.
    heading = convert.transform(transforms[middle])[:2, 0]
    chord = centre[min(middle + 1, len(centre) - 1)] - centre[max(middle - 1, 0)]
    along = bool(heading @ chord[:2] >= 0.0)
    if not along:
        centre, widths, waypoints = centre[::-1].copy(), widths[::-1].copy(), waypoints[::-1]
    # Lane ids grow to the left of the road's reference line; "left" of travel turns round with the direction.
    order = beside if along else beside[::-1]
    position = order.index(key.lane)
    left = order[position + 1] if position + 1 < len(order) else None
    right = order[position - 1] if position > 0 else None
    marks = (waypoints[middle].left_lane_marking, waypoints[middle].right_lane_marking)
    return Lane(
        key=key,
        kind=section.kinds[key.lane].lower(),
        centre=centre,
        width_m=widths,
        left=None if left is None else LaneKey(key.road, key.section, left),
        right=None if right is None else LaneKey(key.road, key.section, right),
        left_same_way=left is not None and (left > 0) == (key.lane > 0),
        right_same_way=right is not None and (right > 0) == (key.lane > 0),
        successors=_keys(waypoints[-1].next(0.1), key),
        predecessors=_keys(waypoints[0].previous(0.1), key),
        junction=section.junction,
        left_marking=_marking(marks[0]),
        right_marking=_marking(marks[1]),
        left_colour=_colour(marks[0]),
        right_colour=_colour(marks[1]),
        speed_limit_mps=section.lane_speed_mps.get(key.lane, section.speed_limit_mps),
    )


def _keys(waypoints: list[carla.Waypoint], own: LaneKey) -> tuple[LaneKey, ...]:
    keys = {LaneKey(w.road_id, w.section_id, w.lane_id) for w in waypoints}
    return tuple(sorted(keys - {own}))


def _lower(value: object) -> str:
    return str(value).rsplit(".", 1)[-1].lower()


def _marking(marking: carla.LaneMarking | None) -> str:
    return "none" if marking is None else _lower(marking.type)


def _colour(marking: carla.LaneMarking | None) -> str:
    return "yellow" if marking is not None and _lower(marking.color) == "yellow" else "white"


def _only_known(lane: Lane, lanes: dict[LaneKey, Lane]) -> Lane:
    """The lane without links to lanes that were left out (no width, too short)."""
    successors = tuple(key for key in lane.successors if key in lanes)
    predecessors = tuple(key for key in lane.predecessors if key in lanes)
    if (successors, predecessors) == (lane.successors, lane.predecessors):
        return lane
    values = {name: getattr(lane, name) for name in Lane.__slots__}
    return Lane(**{**values, "successors": successors, "predecessors": predecessors})


# ------------------------------------------------------------------------------------------------ crossings and signals


def _crossings(carla_map: carla.Map) -> tuple[NDArray[np.float64], ...]:
    """``get_crosswalks`` is one flat list of closed outlines: each ends where it repeats its first point."""
    points = convert.vectors(carla_map.get_crosswalks())
    result, start = [], 0
    while start < len(points):
        same = np.flatnonzero(np.linalg.norm(points[start + 1 :] - points[start], axis=1) < 1e-3)
        if not len(same):
            break
        end = start + 1 + int(same[0])
        if end - start >= 3:
            result.append(points[start : end + 1].copy())
        start = end + 1
    return tuple(result)


def _signals(carla_map: carla.Map, sections: list[_Section], lanes: dict[LaneKey, Lane]) -> tuple[Signal, ...]:
    """Signals with all lanes that they govern: the client lists a signal once for its own record and once a reference to it."""
    governed: dict[str, set[LaneKey]] = {}
    first: dict[str, carla.Landmark] = {}
    for landmark in carla_map.get_all_landmarks():
        here = [s.index for s in sections if s.road == landmark.road_id and s.start_m <= landmark.s <= s.end_m + _EDGE_M]
        first.setdefault(landmark.id, landmark)
        governed.setdefault(landmark.id, set()).update(
            LaneKey(landmark.road_id, here[-1], lane)
            for low, high in landmark.get_lane_validities()
            for lane in range(min(low, high), max(low, high) + 1)
            if here
        )
    return tuple(_signal(landmark, governed[ident] & lanes.keys()) for ident, landmark in first.items())


def _signal(landmark: carla.Landmark, governed: set[LaneKey]) -> Signal:
    world_from_signal = convert.transform(landmark.transform)
    return Signal(
        opendrive_id=landmark.id,
        kind="traffic_light" if landmark.type in _TRAFFIC_LIGHTS else _KINDS.get(landmark.type, "other"),
        position_m=world_from_signal[:3, 3],
        yaw_rad=float(np.arctan2(world_from_signal[1, 0], world_from_signal[0, 0])),
        lanes=tuple(sorted(governed)),
    )
