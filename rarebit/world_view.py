"""What everybody who decides during a run may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rarebit.roads.path import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """All actors at one tick as arrays; row ``rows[name]`` is that of ``name``.

    Attributes:
        rows: by name.
        world_from_actor: (n, 4, 4) as the server has it.
        world_from_box: (n, 4, 4); a rolling wheel's is upright.
        velocity_mps: (n, 3) world.
        angular_velocity_radps: (n, 3) world.
        size_lwh_m: (n, 3) full sizes.
    """

    rows: Mapping[str, int]
    world_from_actor: NDArray[np.float64]
    world_from_box: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    angular_velocity_radps: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]


def nobody() -> Bodies:
    """No actor at all."""
    none, poses = np.empty((0, 3)), np.empty((0, 4, 4))
    return Bodies(
        rows={},
        world_from_actor=poses,
        world_from_box=poses,
        velocity_mps=none,
        angular_velocity_radps=none,
        size_lwh_m=none,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldView:
    """The world at one tick, for the story, the movers and the judge.

    Attributes:
        time_s: since time 0.
        position_m: box centre (3,) by name.
        speed_mps: by name.
        half_length_m: by name.
        station_m: of each actor with a path, along it.
        paths: by name; actors without one move straight along ``heading_rad``.
        heading_rad: by name.
        fired_s: when each rule fired that has, by its name; those of this very tick that stand above the asking one included.
        since_s: since when conditions hold without a break that others have to know it of; absent while they do not.
        bodies: the same actors as arrays.
    """

    time_s: float
    position_m: Mapping[str, NDArray[np.float64]]
    speed_mps: Mapping[str, float]
    half_length_m: Mapping[str, float]
    station_m: Mapping[str, float]
    paths: Mapping[str, Path]
    heading_rad: Mapping[str, float]
    fired_s: Mapping[str, float] = field(default_factory=dict)
    since_s: Mapping[object, float] = field(default_factory=dict)
    bodies: Bodies = field(default_factory=nobody)

    def ahead_m(self, actor: str, target: str) -> float:
        """How far ``target`` is ahead of ``actor`` along the path of ``actor``, between reference points."""
        goal = self.position_m[target]
        path = self.paths.get(actor)
        if path is None:
            offset, heading = goal - self.position_m[actor], self.heading_rad[actor]
            return float(offset[0] * np.cos(heading) + offset[1] * np.sin(heading))
        return path.locate(float(goal[0]), float(goal[1]))[0] - self.station_m[actor]

    def beside_m(self, actor: str, target: str) -> float:
        """How far ``target`` is to the left of the path of ``actor``."""
        goal = self.position_m[target]
        path = self.paths.get(actor)
        if path is None:
            offset, heading = goal - self.position_m[actor], self.heading_rad[actor]
            return float(offset[1] * np.cos(heading) - offset[0] * np.sin(heading))
        return path.locate(float(goal[0]), float(goal[1]))[1]
