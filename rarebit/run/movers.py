"""Walkers, animals and things: they go along a line (or a path), walkers on their legs, the rest put there tick by tick."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import inverse, rotation_from_rpy, transform
from rarebit.layout import Placed
from rarebit.motions import Brake, Cross, Roll, SetSpeed
from rarebit.roads.path import Path
from rarebit.session.state import Cast, PoseCommand, WalkCommand

_BEYOND_M = 4.0  # a crossing without a given length ends this far behind the far edge
_G = 9.81
_LOOK_AHEAD_M = 1.5
_ROUND_M = 0.1  # a box as long as high to this is taken to be round


@dataclass(slots=True)
class _Line:
    """A straight way: where it began, its heading, how far it goes."""

    start_m: NDArray[np.float64]
    yaw_rad: float
    length_m: float


class _Speed:
    """A speed that changes at a given rate."""

    def __init__(self, speed_mps: float) -> None:
        self.now_mps = self.goal_mps = speed_mps
        self.rate_mps2 = 2.5

    def step(self, step_s: float) -> float:
        change = self.rate_mps2 * step_s
        self.now_mps += min(max(self.goal_mps - self.now_mps, -change), change)
        return self.now_mps


def crossing_yaw_rad(placed: Placed, angle_rad: float) -> float:
    """Heading of somebody who crosses: square to the road away from the side he stands on, turned towards its direction."""
    if placed.side == "left":
        return placed.road_yaw_rad - math.pi / 2.0 + angle_rad
    return placed.road_yaw_rad + math.pi / 2.0 - angle_rad


def _line_of(maneuver: Cross | Roll, placed: Placed, at_m: NDArray[np.float64]) -> _Line:
    if isinstance(maneuver, Cross):
        far = placed.to_far_edge_m / max(math.cos(maneuver.angle_rad), 0.2) + _BEYOND_M
        yaw = crossing_yaw_rad(placed, maneuver.angle_rad)
        return _Line(at_m.copy(), yaw, far if maneuver.distance_m is None else maneuver.distance_m)
    yaw = crossing_yaw_rad(placed, 0.0) if maneuver.towards == "road" else placed.road_yaw_rad + maneuver.heading_rad
    return _Line(at_m.copy(), yaw, math.inf)


class Walker:
    """Walks: stands, follows its path at its speed, or crosses.

    Attributes:
        station_m: along its path, NaN without one.
    """

    def __init__(self, name: str, placed: Placed, speed_mps: float, step_s: float) -> None:
        self.name, self._placed, self._step_s = name, placed, step_s
        self.path = Path(placed.path_m) if placed.path_m is not None and len(placed.path_m) > 1 else None
        self.station_m = 0.0 if self.path is not None else math.nan
        self._speed = _Speed(speed_mps)
        self._line: _Line | None = None
        self._yaw = placed.yaw_rad
        self._said: tuple[float, float] | None = None

    def start(self, maneuver: Cross | SetSpeed | Brake, position_m: NDArray[np.float64]) -> None:
        """Begins ``maneuver`` where the walker is now."""
        match maneuver:
            case Cross():
                self._line = _line_of(maneuver, self._placed, position_m)
                self._speed.goal_mps, self._speed.rate_mps2 = maneuver.speed_mps, maneuver.accel_mps2
            case SetSpeed():
                self._speed.goal_mps, self._speed.rate_mps2 = maneuver.speed_mps, maneuver.accel_mps2
            case Brake():
                self._speed.goal_mps, self._speed.rate_mps2 = maneuver.to_mps, maneuver.decel_mps2

    def step(self, position_m: NDArray[np.float64]) -> WalkCommand | None:
        """The command for the next tick, None while nothing changes."""
        speed = self._speed.step(self._step_s)
        if self._line is not None:
            gone = float(np.linalg.norm(position_m[:2] - self._line.start_m[:2]))
            self._yaw = self._line.yaw_rad
            if gone >= self._line.length_m:
                self._speed.goal_mps = speed = 0.0
        elif self.path is not None:
            self.station_m, _ = self.path.project(float(position_m[0]), float(position_m[1]), self.station_m)
            goal = self.path.at(self.station_m + _LOOK_AHEAD_M)
            self._yaw = math.atan2(goal.y_m - position_m[1], goal.x_m - position_m[0])
            if self.station_m >= self.path.length_m:
                speed = 0.0
        if self._said == (speed, self._yaw) or (self._said is None and speed == 0.0):
            return None
        self._said = (speed, self._yaw)
        return WalkCommand(name=self.name, direction=np.array([math.cos(self._yaw), math.sin(self._yaw), 0.0]), speed_mps=speed)


class Thing:
    """An animal or prop: moved by exact kinematics, on the ground or falling to it; round things roll.

    Attributes:
        world_from_box: (4, 4) of the upright box (a rolling wheel turns inside it).
        velocity_mps: (3,) world.
        moving: whether it has been started.
    """

    def __init__(
        self,
        cast: Cast,
        placed: Placed,
        ground_z: Callable[[NDArray[np.float64]], float | None],
        speed_mps: float,
        step_s: float,
    ) -> None:
        """``ground_z`` gives the ground's height below a point, None where there is none."""
        self.name, self._cast, self._placed = cast.name, cast, placed
        self._ground_z, self._step_s = ground_z, step_s
        self._base_m = np.array(placed.position_m, np.float64)
        self._yaw, self._spin_rad, self._fall_mps, self._gone_m = placed.yaw_rad, 0.0, 0.0, 0.0
        self._speed = _Speed(speed_mps)
        self._line = _Line(self._base_m.copy(), placed.yaw_rad, math.inf) if speed_mps > 0.0 else None
        length, _, height = cast.size_lwh_m
        self._radius_m = float(height) / 2.0 if abs(length - height) < _ROUND_M else math.inf
        self.velocity_mps = np.zeros(3)
        self.moving = self._line is not None

    @property
    def world_from_box(self) -> NDArray[np.float64]:
        """(4, 4) of the upright box."""
        lift = transform((0.0, 0.0, self._cast.size_lwh_m[2] / 2.0))
        return transform(self._base_m, rotation_from_rpy(0.0, 0.0, self._yaw)) @ lift

    def start(self, maneuver: Cross | Roll | SetSpeed | Brake) -> None:
        """Begins ``maneuver`` where it is now."""
        self.moving = True
        match maneuver:
            case Cross():
                self._line, self._gone_m = _line_of(maneuver, self._placed, self._base_m), 0.0
                self._speed.goal_mps, self._speed.rate_mps2 = maneuver.speed_mps, maneuver.accel_mps2
            case Roll():
                self._line, self._gone_m = _line_of(maneuver, self._placed, self._base_m), 0.0
                self._speed.now_mps, self._speed.goal_mps = maneuver.speed_mps, 0.0
                self._speed.rate_mps2 = maneuver.decel_mps2
            case SetSpeed():
                self._line = self._line or _Line(self._base_m.copy(), self._yaw, math.inf)
                self._speed.goal_mps, self._speed.rate_mps2 = maneuver.speed_mps, maneuver.accel_mps2
            case Brake():
                self._speed.goal_mps, self._speed.rate_mps2 = maneuver.to_mps, maneuver.decel_mps2
        if self._line is not None:
            self._yaw = self._line.yaw_rad

    def step(self) -> PoseCommand | None:
        """The command for the next tick, None while it stands."""
        if not self.moving:
            return None
        before = self._base_m.copy()
        if self._line is not None:
            way = self._speed.step(self._step_s) * self._step_s
            way = min(way, self._line.length_m - self._gone_m)
            self._gone_m += way
            self._base_m[:2] += way * np.array([math.cos(self._yaw), math.sin(self._yaw)])
            self._spin_rad += way / self._radius_m
        self._drop()
        self.velocity_mps = (self._base_m - before) / self._step_s
        return PoseCommand(name=self.name, world_from_actor=self._world_from_actor())

    def _drop(self) -> None:
        ground = self._ground_z(self._base_m)
        if ground is None:
            return
        fallen_mps = self._fall_mps + _G * self._step_s
        z = self._base_m[2] - (self._fall_mps + fallen_mps) / 2.0 * self._step_s
        if z <= ground:  # on the ground, which may also rise: a kerb is climbed
            self._base_m[2], self._fall_mps = ground, 0.0
        else:
            self._base_m[2], self._fall_mps = z, fallen_mps

    def _world_from_actor(self) -> NDArray[np.float64]:
        spun = transform((0.0, 0.0, 0.0), rotation_from_rpy(0.0, self._spin_rad, 0.0))
        return np.asarray(self.world_from_box @ spun @ inverse(self._cast.actor_from_box))
