"""Which lanes a signal governs, and where traffic on them has to stop.

A signal governs what its own record and the signal references of other roads say. References on the roads inside a junction
mean the traffic that enters them, so what is governed is the end of the lane that leads there: that is where drivers wait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carlite.opendrive.network import Lane, LaneSection, Road, RoadNetwork
from carlite.opendrive.objects import Signal, SignalReference

_MOST_SECTIONS = 20
_INSIDE_M = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernedLane:
    """A lane on which a signal tells traffic to stop.

    Attributes:
        road, section, lane_id: the lane.
        stop_s: where traffic has to stand at the latest.
        entered: ids of the junction's roads behind that.
    """

    road: Road
    section: LaneSection
    lane_id: int
    stop_s: float
    entered: tuple[int, ...] = ()

    @property
    def direction(self) -> float:
        """1 where traffic runs along s, -1 where it runs against."""
        return 1.0 if self.lane_id < 0 else -1.0


def governed_lanes(network: RoadNetwork) -> dict[str, list[GovernedLane]]:
    """Of each signal id, the lanes it governs, each once; signals that govern none are left out."""
    governed: dict[str, dict[tuple[int, int], GovernedLane]] = {}
    for road in network.roads.values():
        records: list[Signal | SignalReference] = [*road.signals, *road.signal_references]
        for record in records:
            for section, lane in _meant(road, record):
                found = _approach(network, road, section, lane, record.s)
                lanes = governed.setdefault(record.id, {})
                key = (found.road.id, found.lane_id)
                if key in lanes:
                    entered = tuple(dict.fromkeys((*lanes[key].entered, *found.entered)))
                    found = GovernedLane(
                        road=found.road,
                        section=found.section,
                        lane_id=found.lane_id,
                        stop_s=_first(lanes[key], found),
                        entered=entered,
                    )
                lanes[key] = found
    return {key: list(lanes.values()) for key, lanes in governed.items()}


def _first(one: GovernedLane, other: GovernedLane) -> float:
    return min(one.stop_s, other.stop_s) if one.direction > 0.0 else max(one.stop_s, other.stop_s)


def _meant(road: Road, record: Signal | SignalReference) -> list[tuple[LaneSection, Lane]]:
    """The driving lanes that a record names."""
    section = road.section_at(record.s)
    lanes = [lane for lane in section.lanes if lane.type == "driving"]
    return [(section, lane) for lane in lanes if any(low <= lane.id <= high for low, high in record.validity)]


def _approach(network: RoadNetwork, road: Road, section: LaneSection, lane: Lane, s: float) -> GovernedLane:
    """The lane that leads to a lane inside a junction, up to the junction; a lane outside of one up to ``s``."""
    here = GovernedLane(road=road, section=section, lane_id=lane.id, stop_s=float(np.clip(s, 0.0, road.length_m)))
    if road.junction == -1:
        return here
    forward = lane.id < 0
    sections = list(road.sections)
    at = sections.index(section)
    for _ in range(_MOST_SECTIONS):
        before = lane.predecessor if forward else lane.successor
        at += -1 if forward else 1
        if before is None:
            return here
        if not 0 <= at < len(sections):
            return _end_of(network, road, before, forward=forward) or here
        following = next((other for other in sections[at].lanes if other.id == before), None)
        if following is None:
            return here
        lane = following
    return here


def _end_of(network: RoadNetwork, inside: Road, lane_id: int, *, forward: bool) -> GovernedLane | None:
    """The end of lane ``lane_id`` of the road that a junction's road begins at."""
    link = inside.predecessor if forward else inside.successor
    road = None if link is None or link.kind != "road" else network.roads.get(link.id)
    if link is None or road is None or road.junction != -1 or lane_id == 0:
        return None
    at_end = link.contact == "end"
    if at_end != (lane_id < 0):
        return None  # the lane leads away from the junction: the map contradicts itself
    section = road.sections[-1] if at_end else road.sections[0]
    if all(lane.id != lane_id for lane in section.lanes):
        return None
    stop_s = road.length_m - _INSIDE_M if at_end else _INSIDE_M
    return GovernedLane(road=road, section=section, lane_id=lane_id, stop_s=stop_s, entered=(inside.id,))
