"""Reads ``carla.Map`` into a ``LaneMap``: the client's own understanding of the OpenDRIVE text, sampled about every metre.

Which lanes exist, of what type and beside which others comes from the text itself (``carla.Map`` lists driving lanes only);
where they lie, how wide they are, what marks them and where they lead comes from ``carla.Map``.
"""

from __future__ import annotations

import hashlib
import math

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import MapError
from rarebit.roads.lane_map import Lane, LaneKey, LaneMap, Signal
from rarebit.roads.map_text import Limits, MapText, Section, read_text
from rarebit.session import convert
from rarebit.session.crossings import outlines

_SPACING_M = 1.0
_MIN_WIDTH_M = 0.05  # town maps hold many lanes of no width; they would only part true neighbours
_EDGE_M = 1e-3  # carla.Map counts a station on a section's end to the next section
_KINDS = {"1000001": "traffic_light", "206": "stop", "205": "yield", "274": "speed_limit"}
_TRAFFIC_LIGHTS = {"1000001", "1000002", *(str(n) for n in range(1000007, 1000021)), "F", "W", "A"}


def ask(world: carla.World, name: str) -> LaneMap:
    """The map of a world; raises as ``read`` does, and where the client itself fails at the map's text."""
    try:
        carla_map = world.get_map()
    except (IndexError, ValueError) as error:
        raise MapError(f"{name}: the client cannot read the map's OpenDRIVE text ({error}); mend the map") from error
    return read(carla_map, name)


def read(carla_map: carla.Map, name: str) -> LaneMap:
    """All lanes, crossings and signals of ``carla_map``, world frame.

    Raises:
        MapError: the map's OpenDRIVE text cannot be read or holds no lane.
    """
    text = carla_map.to_opendrive()
    try:
        told = read_text(text)
    except ValueError as error:
        raise MapError(f"{name}: {error}; load a map that is OpenDRIVE") from error
    lanes: dict[LaneKey, Lane] = {}
    for section in told.sections:
        lanes.update(_section_lanes(carla_map, section, name))
    if not lanes:
        hint = ": they have <border>, which CARLA's client does not know; give them <width>" if told.has_borders else ""
        raise MapError(f"{name}: the map has no lane of any width{hint or '; load a map with roads'}")
    lanes = {key: _only_known(lane, lanes) for key, lane in lanes.items()}
    return LaneMap(
        name=name,
        content=hashlib.sha256(text.encode()).hexdigest()[:32],
        lanes=lanes,
        crossings=outlines(convert.vectors(carla_map.get_crosswalks()), told.crosswalks, name),
        signals=_signals(carla_map, told, lanes),
    )


# ------------------------------------------------------------------------------------------------ lanes


def _section_lanes(carla_map: carla.Map, section: Section, name: str) -> dict[LaneKey, Lane]:
    length = section.end_m - section.start_m
    if length <= 2 * _EDGE_M:
        return {}
    count = max(2, math.ceil(length / _SPACING_M) + 1)
    stations = np.linspace(section.start_m + _EDGE_M, section.end_m - _EDGE_M, count).tolist()
    found: dict[int, tuple[list[carla.Waypoint], NDArray[np.float64]]] = {}
    for lane_id in section.kinds:
        waypoints = [w for s in stations if (w := carla_map.get_waypoint_xodr(section.road, lane_id, s)) is not None]
        widths = np.array([w.lane_width for w in waypoints])
        places = [(w.transform.location.x, w.transform.location.y, w.transform.location.z) for w in waypoints]
        if not (np.isfinite(widths).all() and np.isfinite(places).all()):
            raise MapError(
                f"{name}: road {section.road}, lane {lane_id}: the client's waypoints are no numbers, because it cannot follow "
                "a curve or a width there; mend the map, or load it in carlite, which tells the client another one"
            )
        if len(waypoints) >= 2 and widths.max() > _MIN_WIDTH_M:
            found[lane_id] = waypoints, widths
    result = {}
    for lane_id, (waypoints, widths) in found.items():
        key = LaneKey(section.road, section.index, lane_id)
        result[key] = _lane(key, section, waypoints, widths, tuple(sorted(found)))
    return result


def _lane(
    key: LaneKey, section: Section, waypoints: list[carla.Waypoint], widths: NDArray[np.float64], beside: tuple[int, ...]
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
    limits = _in_travel(section, key.lane, along=along)
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
        speed_limit_mps=limits[0][1],
        later_limits=limits[1:],
    )


def _in_travel(section: Section, lane: int, *, along: bool) -> Limits:
    """(metres from the lane's start in its direction of travel, limit in m/s), the first at 0."""
    records = section.limits(lane)
    if along:
        return tuple((s - section.start_m, limit) for s, limit in records)
    ends = [*(s for s, _ in records[1:]), section.end_m]
    return tuple((section.end_m - end, limit) for end, (_, limit) in reversed(list(zip(ends, records, strict=True))))


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


# ------------------------------------------------------------------------------------------------ signals


def _signals(carla_map: carla.Map, told: MapText, lanes: dict[LaneKey, Lane]) -> tuple[Signal, ...]:
    """Signals with all lanes that they govern: the client lists a signal once for its own record and once a reference to it."""
    governed: dict[str, set[LaneKey]] = {}
    first: dict[str, carla.Landmark] = {}
    for landmark in carla_map.get_all_landmarks():
        on_road = (section for section in told.sections if section.road == landmark.road_id)
        here = max((s for s in on_road if s.start_m <= landmark.s + _EDGE_M), key=lambda s: s.start_m, default=None)
        first.setdefault(landmark.id, landmark)
        governed.setdefault(landmark.id, set()).update(
            LaneKey(landmark.road_id, here.index, lane)
            for low, high in told.meant.get((landmark.id, landmark.road_id), landmark.get_lane_validities())
            for lane in range(min(low, high), max(low, high) + 1)
            if here is not None
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
