"""What layout gives: where everything starts on a map and along what it drives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rarebit.layout.section import Slot
from rarebit.layout.way import Way
from rarebit.roads.lane_map import LaneKey
from rarebit.scenario import LightState

Size = tuple[float, float, float]
"""Full length, width and height of a box, metres."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an actor stands, seen from its way (ego's, or that of its arm): along it, beside it (left positive).

    Attributes:
        slot: the lane; None beside the road.
        forward: whether it faces the way's direction.
    """

    station_m: float
    offset_m: float
    slot: Slot | None
    forward: bool
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One actor on the map; right-handed world frame, metres, radians.

    Attributes:
        name: from the scenario.
        position_m: (3,) centre of the underside of its box, on the lane's surface plus the plan's height.
        yaw_rad: heading of its box.
        path_m: (n, 3) what it drives along, beginning at ``position_m``, points about 1 m apart; None for what stands.
        path_speed_limit_mps: (n,) speed limit at each point of the path, NaN where the map gives none; None without a path.
        road_yaw_rad: direction of ego's way (of the arm's, for who comes on one) abreast of the actor; ``Cross`` and ``Roll``
            count their angles from it.
        side: where it stands as seen in that direction: "left" or "right" of ego's path, "on" it.
        to_far_edge_m: from the actor straight across the road to the far edge of its paved lanes (0 where it has none).
        lane: the lane it stands on, None beside the road.
        lane_width_m: of that lane; of ego's lane beside the road.
        left_shifts_m, right_shifts_m: offset from its path to the centre of the next lane, the one after it, and so on, on
            each side; positive to the left, so the second tuple holds negative numbers. For ``ChangeLane``.
        station_m: distance along ego's path from ego's start to the point abreast of it, negative behind; for who comes on an
            arm the distance from the end of its lane at the junction, negative before it.
    """

    name: str
    position_m: NDArray[np.float64]
    yaw_rad: float
    path_m: NDArray[np.float64] | None
    path_speed_limit_mps: NDArray[np.float64] | None
    road_yaw_rad: float
    side: Literal["left", "right", "on"]
    to_far_edge_m: float
    lane: LaneKey | None
    lane_width_m: float
    left_shifts_m: tuple[float, ...]
    right_shifts_m: tuple[float, ...]
    station_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPhases:
    """What the traffic lights of an arm show.

    Attributes:
        arm: as ego sees it.
        signals: their OpenDRIVE ids.
        changes: (seconds since time 0, state), in order; the first is what they show from the start.
    """

    arm: str
    signals: tuple[str, ...]
    changes: tuple[tuple[float, LightState], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A scenario on a map.

    Attributes:
        ego: the ego; ``ego.path_m`` covers its whole drive with a margin where the map is long enough.
        actors: in the scenario's order, without the dropped ones.
        dropped: (name, reason) of parked cars, traffic and passers-by that found no room; never an actor of the story.
        notes: one line a fallback that was taken, such as "van: no parking lane on the right, stands on the shoulder".
        junction: OpenDRIVE id of the junction where it takes place; None elsewhere.
        lights: what traffic lights show; () leaves them to the server.
    """

    ego: Placed
    actors: tuple[Placed, ...]
    dropped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    junction: int | None = None
    lights: tuple[ArmPhases, ...] = ()

    def record(self) -> dict[str, Any]:
        """What was made of the scenario on its map, as plain data for a clip's record.

        Returns:
            junction: OpenDRIVE id; None elsewhere. signals: of each arm the phases of its traffic lights. adapted: one line a
            place that differs from what the spec says. left_out: whom the map has no room for, and why.
        """
        return {
            "junction": self.junction,
            "signals": [
                {
                    "arm": arm.arm,
                    "signals": list(arm.signals),
                    "phases": [{"from_s": time_s, "state": state} for time_s, state in arm.changes],
                }
                for arm in self.lights
            ],
            "adapted": list(self.notes),
            "left_out": [{"name": name, "reason": reason} for name, reason in self.dropped],
        }

    def __getitem__(self, name: str) -> Placed:
        """The actor called ``name``, the ego included; raises KeyError."""
        for placed in (self.ego, *self.actors):
            if placed.name == name:
                return placed
        raise KeyError(name)
