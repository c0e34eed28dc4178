"""Animals: they stand, walk or bolt across, always on the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rarebit.motions import Brake, Cross, Motion, SetSpeed
from rarebit.run.movers.glide import Glide
from rarebit.run.movers.line import Line, crossing
from rarebit.run.movers.mover import Part, Pose, cannot
from rarebit.session.state import Command
from rarebit.world_view import WorldView


class AnimalMover:
    """An animal without legs of the server's own: put in place tick by tick."""

    path = None
    station_m = math.nan

    def __init__(self, part: Part) -> None:
        self._part = part
        self._glide = Glide(part, part.plan.speed_mps)
        self._moving = part.plan.speed_mps > 0.0
        if self._moving:
            self._glide.take(Line(self._glide.base_m.copy(), part.placed.yaw_rad, math.inf), faces_it=True)

    @property
    def pose(self) -> Pose | None:
        """Its own from when it was first put somewhere."""
        return self._glide.own_pose

    def launch(self, number: int, world: WorldView) -> Sequence[Command]:
        """An animal in motion comes from behind its place so as to be there at time 0."""
        if number == 0:
            self._glide.stand(world)
        if not self._moving:
            return self._glide.news()
        return self._glide.approach(number)

    def begin(self, motion: Motion, world: WorldView) -> None:
        """Begins ``motion`` where it is now."""
        if self._glide.is_loose:
            raise ValueError("it was hit and moves no more")
        glide = self._glide
        match motion:
            case Cross():
                glide.take(crossing(motion, self._part.placed, glide.base_m), faces_it=True)
                glide.speed.change(motion.speed_mps, motion.accel_mps2)
            case SetSpeed():
                if glide.line is None:
                    glide.take(Line(glide.base_m.copy(), glide.yaw_rad, math.inf), faces_it=True)
                glide.speed.change(motion.speed_mps, motion.accel_mps2)
            case Brake():
                glide.speed.change(motion.to_mps, motion.decel_mps2)
            case _:
                raise cannot(self._part, motion)
        self._moving = True

    def step(self, world: WorldView) -> Sequence[Command]:
        """The command for the next tick, none while it stands as it was spawned."""
        if struck := self._glide.struck(world):
            return struck
        if not self._moving or self._glide.is_loose:
            return ()
        self._glide.advance(self._part.ground_z(self._glide.base_m))
        return self._glide.news()
