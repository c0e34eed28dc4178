"""The ego at a tick: its rear axle, its wheels and its engine, from what the server says of the actor."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.run.ego_motion import ego_body, ego_motion, engine_torque, steer_angle
from rarebit.session.state import StageState, VehicleData

VEHICLE = VehicleData(
    wheelbase_m=2.9, track_m=1.6, rear_axle_m=-1.4, max_steer_rad=1.2, steering_curve=np.array([[0.0, 1.0], [20.0, 0.6]]),
    wheel_radius_m=0.35, mass_kg=1500.0, drag_coefficient=0.3, torque_curve=np.array([[0.0, 200.0], [6000.0, 500.0]]),
    max_rpm=6000.0, gear_ratios=(4.0, 2.0), final_ratio=4.0, brake_torque_nm=6000.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("steer", "speed", "angle"), [(1.0, 0.0, 1.2), (-0.5, 10.0, -0.48), (0.5, -10.0, 0.48), (1.0, 99.0, 0.72), (0.0, 5.0, 0.0)]
)
def test_wheels_turn_less_the_faster_the_car(steer: float, speed: float, angle: float) -> None:
    assert steer_angle(VEHICLE, steer, speed) == pytest.approx(angle)
    plain = dataclasses.replace(VEHICLE, steering_curve=np.empty((0, 2)))
    assert steer_angle(plain, steer, speed) == pytest.approx(1.2 * steer)


@pytest.mark.parametrize("gear", [1, 2])
def test_the_engine_turns_with_the_wheels_through_its_gear(gear: int) -> None:
    speed = 7.0
    rpm = speed / (2.0 * math.pi * 0.35) * 60.0 * VEHICLE.gear_ratios[gear - 1] * 4.0
    assert engine_torque(VEHICLE, 0.5, gear, speed) == pytest.approx(0.5 * (200.0 + 300.0 * rpm / 6000.0))


@pytest.mark.parametrize("gear", [-1, 0, 3])
def test_no_gear_no_torque(gear: int) -> None:
    assert engine_torque(VEHICLE, 1.0, gear, 10.0) == 0.0


def test_an_engine_ends_at_its_limit_and_one_without_a_curve_gives_nothing() -> None:
    assert engine_torque(VEHICLE, 1.0, 1, 200.0) == pytest.approx(500.0)
    assert engine_torque(dataclasses.replace(VEHICLE, torque_curve=np.empty((0, 2))), 1.0, 1, 5.0) == 0.0


def stage(vehicle: VehicleData | None = VEHICLE) -> Any:
    return SimpleNamespace(
        actor_from_ego=transform((-1.4, 0.0, 0.0)),
        actors={"ego": SimpleNamespace(vehicle=vehicle)},
        controls_of=lambda name: {"ego": (0.4, 0.1, 0.25, 2)}[name],
    )


def state(pose: np.ndarray, velocity: tuple[float, float, float], spin: tuple[float, float, float]) -> StageState:
    other = np.full((4, 4), 9.0)
    return StageState(
        frame=5,
        names=("van", "ego"),
        world_from_actor=np.stack([other, pose]),
        velocity_mps=np.array([[9.0, 9.0, 9.0], velocity]),
        acceleration_mps2=np.zeros((2, 3)),
        angular_velocity_radps=np.array([[9.0, 9.0, 9.0], spin]),
    )


@pytest.mark.parametrize("yaw", [0.0, 0.6, -2.0])
def test_a_car_that_turns_about_its_rear_axle_stands_there(yaw: float) -> None:
    rotation = rotation_from_rpy(0.0, 0.0, yaw)
    omega = 0.5
    # The actor's origin is 1.4 m before the axle: it goes sideways with omega times that.
    sideways = rotation @ np.array([0.0, 1.4 * omega, 0.0])
    forward = rotation @ np.array([8.0, 0.0, 0.0])
    pose = transform((10.0, 20.0, 0.2), rotation)
    motion = ego_motion(stage(), state(pose, tuple(sideways + forward), (0.0, 0.0, omega)), 123, 6)  # type: ignore[arg-type]
    assert motion.velocity_mps == pytest.approx(forward)
    assert motion.world_from_ego[:3, 3] == pytest.approx([10.0, 20.0, 0.2] - 1.4 * rotation[:, 0])
    assert motion.angular_velocity_radps == pytest.approx([0.0, 0.0, omega])
    assert (motion.time_us, motion.light_bits, motion.gear) == (123, 6, 2)
    assert (motion.throttle, motion.brake) == (0.4, 0.1)
    assert motion.steer_rad == pytest.approx(steer_angle(VEHICLE, 0.25, 8.0))
    assert motion.engine_torque_nm == pytest.approx(engine_torque(VEHICLE, 0.4, 2, 8.0))


def test_a_hero_that_tells_no_mechanics_has_no_wheels_and_no_torque() -> None:
    motion = ego_motion(stage(None), state(np.eye(4), (3.0, 0.0, 0.0), (0.0, 0.0, 0.0)), 0, 0)
    assert (motion.steer_rad, motion.engine_torque_nm) == (0.0, 0.0)
    assert (ego_body(None).wheelbase_m, ego_body(None).wheel_radius_m) == (0.0, 0.0)
    assert (ego_body(VEHICLE).wheelbase_m, ego_body(VEHICLE).track_m, ego_body(VEHICLE).wheel_radius_m) == (2.9, 1.6, 0.35)
