"""Things: they lie, are carried, are let go, fall, slide and roll."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.motions import Brake, Cross, Motion, Roll, SetSpeed
from rarebit.run.carrying import footprints_meet
from rarebit.run.movers.glide import Glide
from rarebit.run.movers.line import Line, crossing, rolling
from rarebit.run.movers.mover import Part, Pose, cannot
from rarebit.run.movers.riding import Riding
from rarebit.session.state import Command, SolidCommand
from rarebit.world_view import WorldView

_ROUND_M = 0.1  # a box as long as high to this is taken to be round
_SAME_MPS, _SAME_SHARE = 1.0, 0.1
_STANDS_MPS = 0.5


class ThingMover:
    """A prop, moved by exact kinematics; round things roll inside their upright box.

    What a vehicle carries at the start rides on it until a rule moves it. Then it sets out with the vehicle's speed, is borne
    by the vehicle until it is clear of it, and falls.
    """

    path = None
    station_m = math.nan

    def __init__(self, part: Part) -> None:
        self._part, self._spin_rad = part, 0.0
        self._glide = Glide(part, part.plan.speed_mps)
        self._riding = Riding(part.carrier, part.placed, part.step_s) if part.carrier is not None else None
        self._let_go, self._is_solid = False, part.plan.place.height_m <= 0.0
        length, _, height = part.cast.size_lwh_m
        self._is_round = abs(float(length - height)) < _ROUND_M
        self._radius_m = float(height) / 2.0 if self._is_round else math.inf
        self._moving = part.plan.speed_mps > 0.0 or self._riding is not None
        if part.plan.speed_mps > 0.0 and self._riding is None:
            self._glide.take(Line(self._glide.base_m.copy(), part.placed.yaw_rad, math.inf), faces_it=self._is_round)

    @property
    def pose(self) -> Pose | None:
        """Its own from when it was first put somewhere."""
        return self._glide.own_pose

    def launch(self, number: int, world: WorldView) -> Sequence[Command]:
        """A thing in motion comes from behind its place so as to be there at time 0; a load comes with its vehicle."""
        if self._riding is not None:
            self._riding.launch(number)
            return self._ride(self._riding, world)
        if number == 0 and self._part.plan.place.height_m <= 0.0:
            self._glide.stand(world)
        if not self._moving:
            return self._glide.news()
        return self._glide.approach(number)

    def begin(self, motion: Motion, world: WorldView) -> None:
        """Begins ``motion`` where it is now; a load is let go."""
        if self._glide.is_loose:
            raise ValueError("it was hit and moves freely")
        glide = self._glide
        match motion:
            case Roll():
                self._leave(rolling(motion, self._part.placed, glide.base_m), motion.speed_mps)
                glide.speed.change(0.0, motion.decel_mps2)
            case Cross():
                self._leave(crossing(motion, self._part.placed, glide.base_m), None)
                glide.speed.change(motion.speed_mps, motion.accel_mps2)
            case SetSpeed():
                if glide.line is None or self._is_carried:
                    self._leave(Line(glide.base_m.copy(), self._heading(), math.inf), None)
                glide.speed.change(motion.speed_mps, motion.accel_mps2)
            case Brake():
                if self._is_carried:
                    self._leave(Line(glide.base_m.copy(), self._heading(), math.inf), None)
                glide.speed.change(motion.to_mps, motion.decel_mps2)
            case _:
                raise cannot(self._part, motion)
        self._moving = True

    def step(self, world: WorldView) -> Sequence[Command]:
        """The command for the next tick, none while it lies as it was spawned."""
        if self._riding is None and (struck := self._glide.struck(world)):
            return struck
        if not self._moving or self._glide.is_loose:
            return ()
        if self._riding is not None and not self._let_go:
            return self._ride(self._riding, world)
        self._spin_rad += self._glide.advance(self._bears(world)) / self._radius_m
        return (*self._glide.news(self._spin_rad), *self._solid())

    def _solid(self) -> Sequence[Command]:
        """Once nothing carries it any more, it touches what it meets."""
        if self._is_solid or self._riding is not None:
            return ()
        self._is_solid = True
        return (SolidCommand(name=self._part.plan.name),)

    # -------------------------------------------------------------------------------------------- loads

    @property
    def _is_carried(self) -> bool:
        return self._riding is not None and not self._let_go

    def _ride(self, riding: Riding, world: WorldView) -> Sequence[Command]:
        base, yaw = riding.next(world.bodies)
        self._glide.put(base, yaw)
        return self._glide.news()

    def _heading(self) -> float:
        """The way a load goes, or faces while it stands."""
        vx, vy, _ = self._glide.velocity_mps.tolist()
        return math.atan2(vy, vx) if math.hypot(vx, vy) > _STANDS_MPS else self._glide.yaw_rad

    def _leave(self, line: Line, speed_mps: float | None) -> None:
        """Sets out along ``line``: from the ground at ``speed_mps``, from a vehicle with the vehicle's own speed.

        Raises:
            ValueError: a load is told to set out otherwise than the vehicle moves that carries it.
        """
        if self._is_carried:
            now = self._glide.velocity_mps[:2]
            has = float(np.hypot(*now))
            ahead = np.array([math.cos(line.yaw_rad), math.sin(line.yaw_rad)])
            told = has if speed_mps is None else speed_mps
            off = float(np.hypot(*(told * ahead - now)))
            if has > _STANDS_MPS and off > max(_SAME_MPS, _SAME_SHARE * has):
                carrier = self._part.carrier.name if self._part.carrier is not None else "what carries it"
                raise ValueError(
                    f"it leaves {carrier} at {has:.1f} m/s and is told to go {off:.1f} m/s otherwise; give it that speed"
                )
            self._let_go = True
            speed_mps = has if has > _STANDS_MPS else speed_mps
        self._glide.take(line, faces_it=self._is_round)
        if speed_mps is not None:
            self._glide.speed.now_mps = speed_mps

    def _bears(self, world: WorldView) -> float | None:
        """Height of what bears it: the vehicle it rode on until it is clear of that, then the ground."""
        if self._riding is not None:
            height = self._riding.bed_m(world.bodies)
            if footprints_meet(self._outline(), self._riding.outline(world.bodies)):
                return height
            self._riding = None
        return self._part.ground_z(self._glide.base_m)

    def _outline(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._glide.pose.world_from_box, self._part.cast.size_lwh_m
