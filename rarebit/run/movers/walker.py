"""Walkers go on their own legs, as CARLA moves them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.motions import Brake, Cross, Motion, SetSpeed
from rarebit.roads.path import Path
from rarebit.run.movers.line import Line, Speed, crossing
from rarebit.run.movers.mover import RUN_UP_TICKS, Part, cannot
from rarebit.session.state import Command, WalkCommand
from rarebit.world_view import WorldView

_LOOK_AHEAD_M = 1.5
_HURRY = 1.5
_SLOWEST_MPS = 0.3  # slower than that nobody gets anywhere


class WalkerMover:
    """Walks: stands, follows its path at its speed, or crosses.

    Attributes:
        station_m: along its path, NaN without one.
    """

    pose = None

    def __init__(self, part: Part) -> None:
        self._part, self.name = part, part.plan.name
        points = part.placed.path_m
        self.path = Path(points) if points is not None and len(points) > 1 else None
        self.station_m = 0.0 if self.path is not None else math.nan
        self._speed = Speed(part.plan.speed_mps)
        self._line: Line | None = None
        self._yaw = part.placed.yaw_rad
        self._said: tuple[float, float] | None = None

    def launch(self, number: int, world: WorldView) -> Sequence[Command]:
        """Whoever walks at time 0 walks before it, as fast as brings him to his place on time: legs need a moment to start."""
        plan, placed = self._part.plan, self._part.placed
        if plan.speed_mps <= 0.0:
            return ()
        left = placed.position_m[:2] - world.position_m[self.name][:2]
        yaw = self._way_yaw_rad()
        left_m = float(left[0] * math.cos(yaw) + left[1] * math.sin(yaw))
        later_m = plan.speed_mps * (RUN_UP_TICKS - 1 - number) * self._part.step_s
        needed = (left_m - later_m) / self._part.step_s
        return self._walk(yaw, min(max(needed, 0.0), _HURRY * plan.speed_mps))

    def begin(self, motion: Motion, world: WorldView) -> None:
        """Begins ``motion`` where the walker is now."""
        match motion:
            case Cross():
                self._line = crossing(motion, self._part.placed, world.position_m[self.name])
                self._speed.change(motion.speed_mps, motion.accel_mps2)
            case SetSpeed():
                self._speed.change(motion.speed_mps, motion.accel_mps2)
            case Brake():
                self._speed.change(motion.to_mps, motion.decel_mps2)
            case _:
                raise cannot(self._part, motion)

    def step(self, world: WorldView) -> Sequence[Command]:
        """The command for the next tick, none while nothing changes."""
        position = world.position_m[self.name]
        speed = self._speed.step(self._part.step_s)
        if self._line is not None:
            speed = self._along_line(self._line, position, speed)
        elif self.path is not None:
            speed = self._along_path(self.path, position, speed)
        return self._walk(self._yaw, speed)

    def _walk(self, yaw_rad: float, speed_mps: float) -> Sequence[Command]:
        if self._said == (speed_mps, yaw_rad) or (self._said is None and speed_mps == 0.0):
            return ()
        self._said = (speed_mps, yaw_rad)
        direction = np.array([math.cos(yaw_rad), math.sin(yaw_rad), 0.0])
        return (WalkCommand(name=self.name, direction=direction, speed_mps=speed_mps),)

    def _way_yaw_rad(self) -> float:
        """The way he goes at time 0."""
        return self.path.at(0.0).yaw_rad if self.path is not None else self._part.placed.yaw_rad

    def _along_line(self, line: Line, position_m: NDArray[np.float64], speed_mps: float) -> float:
        gone = float(np.linalg.norm(position_m[:2] - line.start_m[:2]))
        self._yaw = line.yaw_rad
        return self._before_end(line.length_m - gone, speed_mps)

    def _along_path(self, path: Path, position_m: NDArray[np.float64], speed_mps: float) -> float:
        self.station_m, _ = path.project(float(position_m[0]), float(position_m[1]), self.station_m)
        goal = path.at(self.station_m + _LOOK_AHEAD_M)
        self._yaw = math.atan2(goal.y_m - position_m[1], goal.x_m - position_m[0])
        return self._before_end(path.length_m - self.station_m, speed_mps)

    def _before_end(self, left_m: float, speed_mps: float) -> float:
        """The speed, slowing towards the end of the way at the rate of the last change of it."""
        if left_m <= 0.0:
            self._speed.goal_mps = self._speed.now_mps = 0.0
            return 0.0
        slow = math.sqrt(2.0 * self._speed.rate_mps2 * left_m)
        if slow < speed_mps:
            self._speed.now_mps = slow if slow > _SLOWEST_MPS else min(_SLOWEST_MPS, speed_mps)
            return self._speed.now_mps
        return speed_mps
