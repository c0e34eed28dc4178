"""Vehicles that drive: a driver on a path, lights, and whoever is ahead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rarebit.motions import Brake, ChangeLane, MeetAt, Motion, SetLights, SetSpeed
from rarebit.roads.path import Path
from rarebit.run.movers.driver import VehicleDriver
from rarebit.run.movers.following import lead_of
from rarebit.run.movers.lights import Lights
from rarebit.run.movers.meeting import ACCEL_MPS2, Meeting
from rarebit.run.movers.mover import LAUNCH_TICKS, Part, cannot
from rarebit.session.state import Command, DriveCommand, VelocityCommand
from rarebit.world_view import WorldView

_BRAKE_LIGHT = 0.04
_BEFORE_S = -1.0


class VehicleMover:
    """Drives a vehicle by its path, its plan and the motions it is told."""

    pose = None

    def __init__(self, part: Part) -> None:
        """Takes a vehicle whose mechanics are known and that has a path."""
        cast, placed, plan = part.cast, part.placed, part.plan
        assert cast.vehicle is not None
        assert placed.path_m is not None
        self._part, self.name = part, plan.name
        self._meeting: Meeting | None = None
        self._lights = Lights(plan.name, plan.lights)
        self._driver = VehicleDriver(
            plan.name,
            cast.vehicle,
            cast.size_lwh_m,
            float(cast.actor_from_box[0, 3]),
            Path(placed.path_m),
            (placed.left_shifts_m, placed.right_shifts_m),
            plan.speed_mps,
            keeps_gap=plan.role == "traffic",
            step_s=part.step_s,
            grip=part.grip,
        )

    @property
    def path(self) -> Path:
        """What it drives along."""
        return self._driver.path

    @property
    def station_m(self) -> float:
        """Of the box centre along the path, at the last step."""
        return self._driver.station_m

    def launch(self, number: int, world: WorldView) -> Sequence[Command]:
        """It is set in motion, then held by its controllers; who stands keeps its foot on the brake."""
        speed = self._part.plan.speed_mps
        if speed <= 0.0:
            return (DriveCommand(name=self.name, brake=1.0),)
        row = world.bodies.rows[self.name]
        pose, velocity = world.bodies.world_from_actor[row], world.bodies.velocity_mps[row]
        if number >= LAUNCH_TICKS:
            return (self._driver.step(_BEFORE_S, pose, velocity, 0.0, None),)
        velocity = np.asarray(speed * pose[:3, 0])
        drive = self._driver.step(_BEFORE_S, pose, velocity, 0.0, None)
        return (VelocityCommand(name=self.name, velocity_mps=velocity), drive)

    def begin(self, motion: Motion, world: WorldView) -> None:
        """Starts ``motion`` at the speed it has now."""
        match motion:
            case SetLights():
                self._lights.switch(motion)
            case SetSpeed() | Brake() | ChangeLane():
                self._meeting = self._meeting if isinstance(motion, ChangeLane) else None
                row = world.bodies.rows[self.name]
                forward = world.bodies.world_from_actor[row, :3, 0]
                self._driver.start(motion, world.time_s, float(forward @ world.bodies.velocity_mps[row]))
            case MeetAt():
                self._meeting = Meeting(self.name, motion, world)
            case _:
                raise cannot(self._part, motion)

    def step(self, world: WorldView) -> Sequence[Command]:
        """Pedals, wheel and changed lights for the next tick."""
        bodies = world.bodies
        row = bodies.rows[self.name]
        if self._meeting is not None and (goal := self._meeting.goal_mps(world)) is not None:
            self._driver.aim(goal, ACCEL_MPS2)
        lead = lead_of(self.name, self.path, self.station_m, bodies) if self._driver.keeps_gap else None
        spin = float(bodies.angular_velocity_radps[row, 2])
        drive = self._driver.step(world.time_s, bodies.world_from_actor[row], bodies.velocity_mps[row], spin, lead)
        return (drive, *self._lights.commands(self._signals(drive)))

    def _signals(self, drive: DriveCommand) -> Sequence[str]:
        blinker = self._driver.blinker
        indicator = () if not blinker else ("LeftBlinker" if blinker == "left" else "RightBlinker",)
        return (*(("Brake",) if drive.brake > _BRAKE_LIGHT else ()), *indicator)
