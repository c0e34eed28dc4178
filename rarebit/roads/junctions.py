"""Junctions as places that scenarios speak of: arms around a middle, the ways between them, the lights that govern them.

Found on the lane map of any OpenDRIVE map; a junction of a template is found in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.roads.route import Way, heading_at_end, heading_at_start, ways_through, wrap

ARMS = ("near", "right", "opposite", "left")
"""Names of arms as ego sees them, coming on the arm "near"."""

_ONE_ARM_RAD = math.radians(40.0)
_ONE_ARM_M = 35.0
_IDEAL_RAD = {"right": -math.pi / 2.0, "opposite": 0.0, "left": math.pi / 2.0}
_SEEN_RAD = math.radians(50.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """An arm of a junction.

    Attributes:
        bearing_rad: direction in which it leads away from the junction.
        entries: lanes that lead to the junction, in the order of their keys.
        ways: through the junction, by entry.
        exits: lanes that lead away from the junction.
        signals: ids of the traffic lights that govern the entries.
    """

    bearing_rad: float
    entries: tuple[LaneKey, ...]
    ways: Mapping[LaneKey, tuple[Way, ...]]
    exits: tuple[LaneKey, ...]
    signals: tuple[str, ...]

    def entries_for(self, turn: str) -> tuple[LaneKey, ...]:
        """The lanes from which one can turn so."""
        return tuple(key for key in self.entries if any(way.turn == turn for way in self.ways[key]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction:
    """A junction with its arms, counter-clockwise by bearing.

    Attributes:
        id: of OpenDRIVE.
        middle_m: (2,) mean of the ends of its entries.
    """

    id: int
    middle_m: NDArray[np.float64]
    arms: tuple[Arm, ...]

    @property
    def is_signalised(self) -> bool:
        """Whether traffic lights govern an arm."""
        return any(arm.signals for arm in self.arms)

    def seen_from(self, near: Arm) -> dict[str, Arm]:
        """The arms by their names for an ego that comes on ``near``: each name goes to the arm that lies most that way."""
        ahead = near.bearing_rad + math.pi
        named = {"near": near}
        for name, ideal in _IDEAL_RAD.items():
            others = [arm for arm in self.arms if arm is not near]
            fits = [(abs(wrap(arm.bearing_rad - ahead - ideal)), i) for i, arm in enumerate(others)]
            off, at = min(fits, default=(math.inf, -1))
            if off <= _SEEN_RAD:
                named[name] = others[at]
        return named


def junctions(lane_map: LaneMap) -> tuple[Junction, ...]:
    """Every junction of a map that driving lanes lead to, in the order of their ids."""
    lanes = lane_map.lanes
    ways: dict[int, dict[LaneKey, tuple[Way, ...]]] = {}
    for key in sorted(lanes):
        lane = lanes[key]
        if lane.kind == "driving" and lane.junction is None:
            found = tuple(ways_through(lanes, key))
            if found:
                junction = lanes[found[0].keys[0]].junction
                assert junction is not None
                ways.setdefault(junction, {})[key] = found
    return tuple(_junction(lane_map, number, entries) for number, entries in sorted(ways.items()))


def _junction(lane_map: LaneMap, number: int, ways: Mapping[LaneKey, tuple[Way, ...]]) -> Junction:
    lanes = lane_map.lanes
    ends = {key: lanes[key].centre[-1, :2] for key in ways}
    exits = sorted({way.exit for found in ways.values() for way in found})
    groups: list[_Group] = []
    for key, end in ends.items():
        _join(groups, key, end, wrap(heading_at_end(lanes[key]) + math.pi), entering=True)
    for key in exits:
        _join(groups, key, lanes[key].centre[0, :2], heading_at_start(lanes[key]), entering=False)
    lights = _lights(lane_map, ways)
    arms = [
        Arm(
            bearing_rad=group.bearing_rad,
            entries=tuple(group.entries),
            ways={key: ways[key] for key in group.entries},
            exits=tuple(group.exits),
            signals=tuple(sorted({signal for key in group.entries for signal in lights[key]})),
        )
        for group in sorted(groups, key=lambda group: group.bearing_rad)
    ]
    middle = np.mean([*ends.values(), *(lanes[key].centre[0, :2] for key in exits)], axis=0)
    return Junction(id=number, middle_m=middle, arms=tuple(arms))


@dataclass(slots=True)
class _Group:
    """Lanes of one arm while arms are gathered."""

    bearing_rad: float
    at_m: NDArray[np.float64]
    roads: set[int]
    entries: list[LaneKey]
    exits: list[LaneKey]


def _join(groups: list[_Group], key: LaneKey, at_m: NDArray[np.float64], bearing_rad: float, *, entering: bool) -> None:
    """Adds a lane to the arm of its road, or to one beside it that leads the same way; begins an arm if there is none."""
    for group in groups:
        same_way = abs(wrap(group.bearing_rad - bearing_rad)) < _ONE_ARM_RAD
        if same_way and (key.road in group.roads or float(np.hypot(*(group.at_m - at_m))) < _ONE_ARM_M):
            break
    else:
        group = _Group(bearing_rad, at_m, set(), [], [])
        groups.append(group)
    group.roads.add(key.road)
    (group.entries if entering else group.exits).append(key)


def _lights(lane_map: LaneMap, ways: Mapping[LaneKey, tuple[Way, ...]]) -> dict[LaneKey, set[str]]:
    """The traffic lights of each entry: those that govern it, or the lanes that it leads to inside the junction."""
    result = {}
    lights = [signal for signal in lane_map.signals if signal.kind == "traffic_light"]
    for entry, found in ways.items():
        governed = {entry, *(key for way in found for key in way.keys)}
        result[entry] = {signal.opendrive_id for signal in lights if governed & set(signal.lanes)}
    return result
