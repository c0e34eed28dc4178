"""Commands of a run as those of CARLA's batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import carla

from rarebit.session import convert
from rarebit.session.state import (
    Command,
    DriveCommand,
    LooseCommand,
    PoseCommand,
    SolidCommand,
    VelocityCommand,
    WalkCommand,
)


def encoded(actor_id: int, command: Command) -> Sequence[Any]:
    """The commands of a batch for ``command``."""
    if isinstance(command, DriveCommand):
        control = carla.VehicleControl(
            throttle=command.throttle, steer=-command.steer, brake=command.brake, hand_brake=command.hand_brake
        )
        return [carla.command.ApplyVehicleControl(actor_id, control)]
    if isinstance(command, WalkCommand):
        control = carla.WalkerControl(convert.carla_vector(command.direction), command.speed_mps, False)
        return [carla.command.ApplyWalkerControl(actor_id, control)]
    if isinstance(command, PoseCommand):
        return [carla.command.ApplyTransform(actor_id, convert.carla_transform(command.world_from_actor))]
    if isinstance(command, VelocityCommand | LooseCommand):
        velocity = carla.command.ApplyTargetVelocity(actor_id, convert.carla_vector(command.velocity_mps))
        loose = [carla.command.SetSimulatePhysics(actor_id, True)] if isinstance(command, LooseCommand) else []
        return [*loose, velocity]
    if isinstance(command, SolidCommand):
        return []  # no batch has it
    bits = 0
    for name in command.on:
        bits |= int(getattr(carla.VehicleLightState, name))
    return [carla.command.SetVehicleLightState(actor_id, carla.VehicleLightState(bits))]
