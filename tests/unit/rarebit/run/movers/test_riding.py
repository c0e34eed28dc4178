"""Where a load is after the next tick, on carriers whose motion has a closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.layout import Placed
from rarebit.run.carrying import Carrier
from rarebit.run.movers.mover import LAUNCH_TICKS
from rarebit.run.movers.riding import Riding
from rarebit.world_view import Bodies

STEP_S = 0.05
SIZE = np.array([5.0, 2.0, 2.5])
AHEAD_M, LEFT_M, HIGH_M = 1.2, -0.4, 2.5  # the load on its van


def placed(x: float, y: float, z: float, yaw: float) -> Placed:
    return Placed(
        name="x", position_m=np.array([x, y, z]), yaw_rad=yaw, path_m=None, path_speed_limit_mps=None, road_yaw_rad=0.0,
        side="on", to_far_edge_m=5.0, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(), station_m=x,
    )  # fmt: skip


def bodies(base: np.ndarray, yaw: float, velocity: np.ndarray, spin: float = 0.0) -> Bodies:
    """One van: its base, heading, velocity and turn rate."""
    actor = transform(base, rotation_from_rpy(0.0, 0.0, yaw))
    return Bodies(
        rows={"van": 0}, world_from_actor=actor[None], world_from_box=(actor @ transform((0.0, 0.0, SIZE[2] / 2.0)))[None],
        velocity_mps=velocity[None], angular_velocity_radps=np.array([[0.0, 0.0, spin]]), size_lwh_m=SIZE[None],
    )  # fmt: skip


def load_on(base: np.ndarray, yaw: float) -> np.ndarray:
    c, s = math.cos(yaw), math.sin(yaw)
    return base + np.array([c * AHEAD_M - s * LEFT_M, s * AHEAD_M + c * LEFT_M, HIGH_M])


def riding(speed_mps: float = 10.0) -> Riding:
    yaw = 0.7
    van = placed(30.0, 5.0, 0.0, yaw)
    x, y, z = load_on(van.position_m, yaw).tolist()
    return Riding(Carrier(name="van", placed=van, speed_mps=speed_mps), placed(x, y, z, yaw + 0.2), STEP_S)


@pytest.mark.parametrize("yaw", [0.0, 2.0, -1.0])
def test_on_a_steady_carrier_it_stays_where_it_was_put(yaw: float) -> None:
    load, velocity = riding(), 10.0 * np.array([math.cos(yaw), math.sin(yaw), 0.0])
    for tick in range(5):
        base = velocity * tick * STEP_S
        place, heading = load.next(bodies(base, yaw, velocity))
        assert place == pytest.approx(load_on(base + velocity * STEP_S, yaw))
        assert heading == pytest.approx(yaw + 0.2)


def test_the_carriers_change_of_speed_is_taken_to_go_on() -> None:
    load = riding()
    speeds = [10.0, 9.7, 9.4, 9.1]  # 6 m/s^2
    base = 0.0
    for number, speed in enumerate(speeds):
        place, _ = load.next(bodies(np.array([base, 0.0, 0.0]), 0.0, np.array([speed, 0.0, 0.0])))
        next_speed = speed - 0.3 if number else speed  # of the first tick nothing is known before
        base += next_speed * STEP_S
        assert place == pytest.approx(load_on(np.array([base, 0.0, 0.0]), 0.0))


def test_in_a_bend_it_goes_round_with_the_body() -> None:
    load, rate, radius = riding(), 0.4, 25.0
    for tick in range(4):
        yaw = rate * tick * STEP_S
        base = radius * np.array([math.sin(yaw), 1.0 - math.cos(yaw), 0.0])
        velocity = rate * radius * np.array([math.cos(yaw), math.sin(yaw), 0.0])
        place, heading = load.next(bodies(base, yaw, velocity, rate))
        later = yaw + rate * STEP_S
        there = load_on(radius * np.array([math.sin(later), 1.0 - math.cos(later), 0.0]), later)
        assert place == pytest.approx(there, abs=0.006)  # half of v w dt^2
        assert heading == pytest.approx(later + 0.2)


def test_while_the_carrier_is_given_its_speed_it_has_that_of_the_plan() -> None:
    load = riding(speed_mps=8.0)
    for number in (0, LAUNCH_TICKS - 1):
        load.launch(number)
        place, _ = load.next(bodies(np.zeros(3), 0.0, np.zeros(3)))
        assert place == pytest.approx(load_on(np.array([8.0 * STEP_S, 0.0, 0.0]), 0.0))
    load.launch(LAUNCH_TICKS)
    place, _ = load.next(bodies(np.zeros(3), 0.0, np.array([7.9, 0.0, 0.0])))
    assert place == pytest.approx(load_on(np.array([7.9 * STEP_S, 0.0, 0.0]), 0.0))


def test_the_bed_is_as_high_as_the_load_stood_and_the_outline_is_the_carriers() -> None:
    load = riding()
    assert load.bed_m(bodies(np.array([3.0, 4.0, 1.0]), 1.0, np.zeros(3))) == pytest.approx(1.0 + HIGH_M)
    box, size = load.outline(bodies(np.array([3.0, 4.0, 1.0]), 1.0, np.zeros(3)))
    assert box[:3, 3] == pytest.approx([3.0, 4.0, 1.0 + 1.25])
    assert size.tolist() == SIZE.tolist()
