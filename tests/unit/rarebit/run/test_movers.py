"""Walkers and things."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rarebit.core.frames import transform, yaw_of
from rarebit.layout import Placed
from rarebit.motions import Cross, Roll
from rarebit.run.movers import Thing, Walker
from rarebit.session.state import Cast

STEP_S = 0.05


def placed(side: str = "right", z: float = 0.0) -> Placed:
    return Placed(
        name="x", position_m=np.array([20.0, -5.0, z]), yaw_rad=0.3, path_m=None, path_speed_limit_mps=None, road_yaw_rad=0.0,
        side=side, to_far_edge_m=8.0, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(), station_m=20.0,
    )  # type: ignore[arg-type]  # fmt: skip


def wheel() -> Cast:
    return Cast(
        name="x", actor_id=1, type_id="carlite.prop.wheel", attributes={}, kind="prop",
        actor_from_box=transform((0.0, 0.0, 0.33)), size_lwh_m=np.array([0.66, 0.22, 0.66]), tag=21,
    )  # fmt: skip


def test_a_walker_crosses_square_to_the_road_and_stops_behind_it() -> None:
    walker = Walker("x", placed(), 0.0, STEP_S)
    position = np.array([20.0, -5.0, 0.9])
    assert walker.step(position) is None
    walker.start(Cross(speed_mps=2.0, accel_mps2=4.0), position)
    speed, direction = 0.0, np.zeros(3)
    for _ in range(400):
        command = walker.step(position)
        if command is not None:
            speed, direction = command.speed_mps, command.direction
        position = position + speed * STEP_S * direction
    assert direction == pytest.approx([0.0, 1.0, 0.0])
    assert position[:2] == pytest.approx([20.0, -5.0 + 8.0 + 4.0], abs=0.15)


def test_the_angle_turns_towards_the_direction_of_travel_on_both_sides() -> None:
    for side, sign in (("right", 1.0), ("left", -1.0)):
        walker = Walker("x", placed(side), 0.0, STEP_S)
        walker.start(Cross(speed_mps=2.0, angle_rad=0.4, accel_mps2=100.0), np.zeros(3))
        command = walker.step(np.zeros(3))
        assert command is not None
        assert command.direction == pytest.approx([math.sin(0.4), sign * math.cos(0.4), 0.0])


def test_a_wheel_rolls_without_slip_inside_an_upright_box() -> None:
    thing = Thing(wheel(), placed(), lambda _: 0.0, 0.0, STEP_S)
    assert thing.step() is None
    thing.start(Roll(speed_mps=4.0, decel_mps2=0.5, towards="road"))
    command = None
    for _ in range(20):
        command = thing.step()
    assert command is not None
    way = float(np.linalg.norm(thing.world_from_box[:2, 3] - [20.0, -5.0]))
    assert way == pytest.approx(4.0 - 0.25, abs=0.05)
    assert thing.velocity_mps == pytest.approx([0.0, 3.5, 0.0], abs=0.01)
    assert thing.world_from_box[:3, 2] == pytest.approx([0.0, 0.0, 1.0])
    assert yaw_of(thing.world_from_box) == pytest.approx(math.pi / 2)
    # Rolling turns the top forward: the wheel's own z axis leans along the way by way / radius.
    spin = way / 0.33
    up = command.world_from_actor[:3, 2]
    assert up == pytest.approx([0.0, math.sin(spin), math.cos(spin)], abs=1e-6)
    assert (command.world_from_actor @ wheel().actor_from_box)[:3, 3] == pytest.approx(thing.world_from_box[:3, 3])


def test_a_thing_falls_and_lies_on_the_ground() -> None:
    thing = Thing(wheel(), placed(z=2.0), lambda _: 0.0, 0.0, STEP_S)
    thing.start(Roll(speed_mps=10.0, decel_mps2=1.0, heading_rad=0.0))
    heights = []
    for _ in range(20):
        thing.step()
        heights.append(thing.world_from_box[2, 3] - 0.33)
    fall_s = math.sqrt(2 * 2.0 / 9.81)
    assert heights[int(fall_s / STEP_S) - 1] > 0.0
    assert heights[math.ceil(fall_s / STEP_S)] == 0.0
    assert heights[5] == pytest.approx(2.0 - 9.81 / 2 * 0.3**2, abs=1e-6)
