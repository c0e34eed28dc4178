"""A road network as Rarebit sees it: lanes as polylines, right-handed, metres.

Read from ``carla.Map`` by ``rarebit.session``, so it is what the client itself understands of the OpenDRIVE text; used by
``rarebit.layout`` to place actors, by ``rarebit.nuscenes`` for the map expansion, by ``rarebit.look`` for pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class LaneKey(NamedTuple):
    """OpenDRIVE identity of a lane."""

    road: int
    section: int
    lane: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane of one lane section.

    Attributes:
        kind: carla.LaneType in lower case: "driving", "shoulder", "parking", "sidewalk", "biking", "bidirectional", ...
        centre: (n, 3) float64, n >= 2, in the direction of travel, about 1 m apart, world frame.
        width_m: (n,) float64.
        left, right: the lane beside it as seen in its direction of travel, of any kind; None at the edge.
        left_same_way, right_same_way: whether that neighbour travels the same way.
        successors, predecessors: driving continuations.
        junction: OpenDRIVE junction id or None.
        left_marking, right_marking: carla.LaneMarkingType in lower case ("broken", "solid", "solidsolid", "none", ...).
        left_colour, right_colour: "white" or "yellow".
        speed_limit_mps: from the lane's start on; None where the map gives none.
        later_limits: (metres from the lane's start, limit in m/s or None) of other limits that begin further on, in order.
    """

    key: LaneKey
    kind: str
    centre: NDArray[np.float64]
    width_m: NDArray[np.float64]
    left: LaneKey | None
    right: LaneKey | None
    left_same_way: bool
    right_same_way: bool
    successors: tuple[LaneKey, ...]
    predecessors: tuple[LaneKey, ...]
    junction: int | None
    left_marking: str = "none"
    right_marking: str = "none"
    left_colour: str = "white"
    right_colour: str = "white"
    speed_limit_mps: float | None = None
    later_limits: tuple[tuple[float, float | None], ...] = ()

    @property
    def station_m(self) -> NDArray[np.float64]:
        """(n,) distance along the centre from the lane's start, in the ground plane."""
        steps = np.linalg.norm(np.diff(self.centre[:, :2], axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])

    def speed_limit_at(self, walked_m: float) -> float | None:
        """The limit in m/s at ``walked_m`` metres from the lane's start, in its direction of travel."""
        return next((limit for start, limit in reversed(self.later_limits) if start <= walked_m), self.speed_limit_mps)

    def __post_init__(self) -> None:
        if self.centre.ndim != 2 or self.centre.shape[1] != 3 or len(self.centre) < 2:
            raise ValueError(f"lane {self.key}: centre has shape {self.centre.shape}, expected (n >= 2, 3)")
        if self.width_m.shape != (len(self.centre),):
            raise ValueError(f"lane {self.key}: width_m has shape {self.width_m.shape}, expected ({len(self.centre)},)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A traffic light or sign: OpenDRIVE id, kind ("traffic_light", "stop", "yield", "speed_limit", "other"), place."""

    opendrive_id: str
    kind: str
    position_m: NDArray[np.float64]
    yaw_rad: float
    lanes: tuple[LaneKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMap:
    """All lanes of a map.

    Attributes:
        name: short map name such as "Town10HD".
        content: hash of the OpenDRIVE text.
        lanes: by key.
        crossings: closed (n, 3) outlines of pedestrian crossings.
    """

    name: str
    content: str
    lanes: dict[LaneKey, Lane]
    crossings: tuple[NDArray[np.float64], ...]
    signals: tuple[Signal, ...]
