"""Whether two boxes meet by the end of the next tick."""

from __future__ import annotations

import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.run.movers.impact import meets_somebody
from rarebit.world_view import Bodies

STEP_S = 0.05
NONE = np.zeros(3)


def scene(gap_m: float, speed_mps: float, *, beside_m: float = 0.0, above_m: float = 0.0, yaw: float = 0.0) -> Bodies:
    """A box of 1 m at the origin; a car of 4 x 2 x 1.5 m comes from behind, its nose ``gap_m`` from the box."""
    poses = np.stack(
        [
            transform((0.0, 0.0, 0.5)),
            transform((-0.5 - gap_m - 2.0, beside_m, 0.75 + above_m), rotation_from_rpy(0.0, 0.0, yaw)),
        ]
    )
    velocity = np.array([[0.0, 0.0, 0.0], [speed_mps, 0.0, 0.0]])
    return Bodies(
        rows={"box": 0, "car": 1}, world_from_actor=poses, world_from_box=poses, velocity_mps=velocity,
        angular_velocity_radps=np.zeros((2, 3)), size_lwh_m=np.array([[1.0, 1.0, 1.0], [4.0, 2.0, 1.5]]),
    )  # fmt: skip


@pytest.mark.parametrize("speed", [2.0, 10.0, 30.0])
def test_a_car_meets_what_it_reaches_within_a_tick_and_a_half(speed: float) -> None:
    reach_m = 1.5 * STEP_S * speed
    assert meets_somebody("box", NONE, scene(reach_m - 0.01, speed), STEP_S)
    assert not meets_somebody("box", NONE, scene(reach_m + 0.01, speed), STEP_S)


def test_only_their_closing_speed_counts() -> None:
    near = scene(0.3, 10.0)
    assert meets_somebody("box", NONE, near, STEP_S)
    assert not meets_somebody("box", np.array([10.0, 0.0, 0.0]), near, STEP_S)  # it rolls on as fast as the car
    assert not meets_somebody("box", np.array([7.0, 0.0, 0.0]), near, STEP_S)
    assert meets_somebody("box", np.array([-5.0, 0.0, 0.0]), scene(1.1, 10.0), STEP_S)


def test_two_that_touch_without_closing_do_not_meet() -> None:
    assert not meets_somebody("box", NONE, scene(-0.2, 0.29), STEP_S)
    assert meets_somebody("box", NONE, scene(-0.2, 0.31), STEP_S)


def test_one_passes_beside_above_or_away() -> None:
    assert meets_somebody("box", NONE, scene(0.2, 10.0, beside_m=1.49), STEP_S)
    assert not meets_somebody("box", NONE, scene(0.2, 10.0, beside_m=1.51), STEP_S)
    assert not meets_somebody("box", NONE, scene(0.2, 10.0, above_m=1.05), STEP_S)
    assert not meets_somebody("box", NONE, scene(0.2, -10.0), STEP_S)


def test_a_fast_one_does_not_jump_over_a_thin_one() -> None:
    # 3 m between two looks would carry a short, fast body across: the way between is looked at as well.
    poses = np.stack([transform((0.0, 0.0, 0.5)), transform((-2.0, 0.0, 0.5))])
    thin = Bodies(
        rows={"post": 0, "ball": 1}, world_from_actor=poses, world_from_box=poses,
        velocity_mps=np.array([[0.0, 0.0, 0.0], [50.0, 0.0, 0.0]]), angular_velocity_radps=np.zeros((2, 3)),
        size_lwh_m=np.array([[0.2, 0.2, 1.0], [0.5, 0.5, 0.5]]),
    )  # fmt: skip
    assert meets_somebody("post", NONE, thin, STEP_S)
