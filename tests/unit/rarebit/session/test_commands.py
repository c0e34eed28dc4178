"""Commands of a run as those of CARLA's batches: which, for whom, with which signs."""

from __future__ import annotations

import math
from typing import Any

import carla
import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.session import convert
from rarebit.session.commands import encoded
from rarebit.session.state import (
    Command,
    DriveCommand,
    LightsCommand,
    LooseCommand,
    PoseCommand,
    SolidCommand,
    VelocityCommand,
    WalkCommand,
)

ID = 77
VELOCITY = np.array([3.0, 4.0, -0.5])


def only(command: Command) -> Any:
    (result,) = encoded(ID, command)
    assert result.actor_id == ID
    return result


def test_our_left_is_carlas_right() -> None:
    command = only(DriveCommand(name="x", throttle=0.25, brake=0.5, steer=0.75, hand_brake=True))
    assert isinstance(command, carla.command.ApplyVehicleControl)
    control = command.control
    assert (control.throttle, control.brake, control.steer, control.hand_brake) == (0.25, 0.5, -0.75, True)
    assert (control.reverse, control.manual_gear_shift) == (False, False)


def test_a_walker_goes_along_its_direction_mirrored_and_does_not_jump() -> None:
    command = only(WalkCommand(name="x", direction=np.array([0.6, 0.8, 0.0]), speed_mps=1.5))
    assert isinstance(command, carla.command.ApplyWalkerControl)
    control = command.control
    assert (control.direction.x, control.direction.y, control.direction.z) == pytest.approx((0.6, -0.8, 0.0))
    assert control.speed == pytest.approx(1.5)
    assert control.jump is False


def test_a_pose_comes_back_as_it_went() -> None:
    pose = transform((5.0, -2.0, 0.3), rotation_from_rpy(0.1, -0.2, 2.5))
    command = only(PoseCommand(name="x", world_from_actor=pose))
    assert isinstance(command, carla.command.ApplyTransform)
    assert convert.transform(command.transform) == pytest.approx(pose, abs=1e-5)
    assert command.transform.location.y == pytest.approx(2.0)
    assert command.transform.rotation.yaw == pytest.approx(-math.degrees(2.5), abs=1e-3)


def test_a_velocity_is_set_and_what_comes_loose_gets_physics_first() -> None:
    command = only(VelocityCommand(name="x", velocity_mps=VELOCITY))
    assert isinstance(command, carla.command.ApplyTargetVelocity)
    physics, velocity = encoded(ID, LooseCommand(name="x", velocity_mps=VELOCITY))
    assert isinstance(physics, carla.command.SetSimulatePhysics)
    assert (physics.actor_id, physics.enabled) == (ID, True)
    for one in (command, velocity):
        assert (one.velocity.x, one.velocity.y, one.velocity.z) == pytest.approx((3.0, -4.0, -0.5))


@pytest.mark.parametrize(
    ("on", "bits"),
    [((), 0), (("Position",), 1), (("LowBeam",), 2), (("Brake", "LeftBlinker"), 8 + 32), (("Position", "Special2"), 1 + 1024)],
)
def test_lights_are_the_bits_of_carlas_flags(on: tuple[str, ...], bits: int) -> None:
    # carla.VehicleLightState: Position 1, LowBeam 2, HighBeam 4, Brake 8, RightBlinker 16, LeftBlinker 32, ..., Special2 1024.
    command = only(LightsCommand(name="x", on=on))
    assert isinstance(command, carla.command.SetVehicleLightState)
    assert int(command.light_state) == bits


def test_no_batch_makes_an_actor_solid() -> None:
    assert encoded(ID, SolidCommand(name="x")) == []
