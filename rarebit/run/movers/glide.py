"""Bodies that the run itself puts in place tick by tick: along a line, on the ground or falling to it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import inverse, rotation_from_rpy, transform
from rarebit.run.movers.impact import meets_somebody
from rarebit.run.movers.line import Line, Speed
from rarebit.run.movers.mover import RUN_UP_TICKS, Part, Pose
from rarebit.session.state import LooseCommand, PoseCommand
from rarebit.world_view import WorldView

_G = 9.81
_ON_GROUND_M = 0.02


class Glide:
    """The place of one body, by exact kinematics.

    Attributes:
        base_m: (3,) middle of the underside of its box.
        yaw_rad: heading of its box.
        speed: along its line.
        line: where it goes; None stands.
        gone_m: on its line.
        velocity_mps: (3,) world, over the last tick.
        is_loose: whether it was handed to the server's physics.
    """

    def __init__(self, part: Part, speed_mps: float) -> None:
        self._part = part
        self.base_m = np.array(part.placed.position_m, np.float64)
        self.yaw_rad = part.placed.yaw_rad
        self.speed = Speed(speed_mps)
        self.line: Line | None = None
        self.gone_m = self._fall_mps = 0.0
        self.velocity_mps = np.zeros(3)
        self._is_new = self._is_ours = self.is_loose = False
        self._ground_m: float | None = None

    @property
    def own_pose(self) -> Pose | None:
        """``pose`` once it was put somewhere; None while it is where it was spawned."""
        return self.pose if self._is_ours and not self.is_loose else None

    @property
    def pose(self) -> Pose:
        """The upright box and its velocity."""
        lift = transform((0.0, 0.0, self._part.cast.size_lwh_m[2] / 2.0))
        box = transform(self.base_m, rotation_from_rpy(0.0, 0.0, self.yaw_rad)) @ lift
        return Pose(np.asarray(box), self.velocity_mps)

    def take(self, line: Line, *, faces_it: bool) -> None:
        """Goes along ``line`` from now on, facing its way if it ``faces_it``."""
        self.line, self.gone_m = line, 0.0
        if faces_it:
            self.yaw_rad = line.yaw_rad

    def put(self, base_m: NDArray[np.float64], yaw_rad: float) -> None:
        """Is at ``base_m`` after this tick."""
        self.velocity_mps = (base_m - self.base_m) / self._part.step_s
        self.base_m, self.yaw_rad, self._fall_mps = np.array(base_m), yaw_rad, 0.0
        self._is_new = self._is_ours = True

    def advance(self, bears_m: float | None) -> float:
        """One tick along its line; gives the way gone.

        Args:
            bears_m: height of what bears it here, None where nothing is known to.
        """
        step_s, before, way = self._part.step_s, self.base_m.copy(), 0.0
        if self.line is not None:
            way = min(self.speed.step(step_s) * step_s, self.line.length_m - self.gone_m)
            self.gone_m += way
            self.base_m[:2] += way * np.array([math.cos(self.line.yaw_rad), math.sin(self.line.yaw_rad)])
        if bears_m is not None:
            self._drop(bears_m)
        self.velocity_mps = (self.base_m - before) / step_s
        self._is_new = self._is_ours = True
        return way

    def stand(self, world: WorldView) -> None:
        """Stands on the ground where it was spawned above or in it: beside a road the ground is not where the lanes are."""
        row = world.bodies.rows[self._part.plan.name]
        ground = self._part.ground_z(self.base_m)
        if ground is None:
            return
        self._ground_m = ground
        spawned_m = float(world.bodies.world_from_box[row, 2, 3] - self._part.cast.size_lwh_m[2] / 2.0)
        if abs(ground - spawned_m) > _ON_GROUND_M:
            self.put(np.array([*self.base_m[:2], ground]), self.yaw_rad)
            self.velocity_mps = np.zeros(3)

    def approach(self, number: int) -> Sequence[PoseCommand]:
        """Comes from behind its place at the speed of its plan, so as to be there at time 0; see ``Mover.launch``."""
        placed, speed = self._part.placed, self._part.plan.speed_mps
        back_m = speed * (RUN_UP_TICKS - 1 - number) * self._part.step_s
        ahead = np.array([math.cos(placed.yaw_rad), math.sin(placed.yaw_rad), 0.0])
        height = placed.position_m[2] if self._ground_m is None else self._ground_m
        self.put(np.array([*(placed.position_m - back_m * ahead)[:2], height]), placed.yaw_rad)
        self.velocity_mps = speed * ahead
        return self.news()

    def struck(self, world: WorldView) -> Sequence[LooseCommand]:
        """Hands it to the server's physics if somebody is about to run into it: what is put in place stops a truck dead."""
        if self.is_loose or not meets_somebody(self._part.plan.name, self.velocity_mps, world.bodies, self._part.step_s):
            return ()
        self.is_loose = True
        return (LooseCommand(name=self._part.plan.name, velocity_mps=self.velocity_mps.copy()),)

    def news(self, spin_rad: float = 0.0) -> Sequence[PoseCommand]:
        """The command that puts it where it is, if it is not there; a round body is turned by ``spin_rad`` about its axle."""
        if not self._is_new:
            return ()
        self._is_new = False
        return (self._command(spin_rad),)

    def _command(self, spin_rad: float) -> PoseCommand:
        spun = transform((0.0, 0.0, 0.0), rotation_from_rpy(0.0, spin_rad, 0.0))
        actor = np.asarray(self.pose.world_from_box @ spun @ inverse(self._part.cast.actor_from_box))
        return PoseCommand(name=self._part.plan.name, world_from_actor=actor)

    def _drop(self, bears_m: float) -> None:
        step_s = self._part.step_s
        fallen_mps = self._fall_mps + _G * step_s
        z = self.base_m[2] - (self._fall_mps + fallen_mps) / 2.0 * step_s
        if z > bears_m:
            self.base_m[2], self._fall_mps = z, fallen_mps
        else:  # on the ground, which may also rise: a kerb is climbed
            self.base_m[2], self._fall_mps = bears_m, 0.0
