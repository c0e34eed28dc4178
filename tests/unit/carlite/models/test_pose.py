"""Poses: rigid transforms, rolling wheels, feet on the ground, arms against legs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carlite.library import find
from carlite.mesh import ActorModel, Joint
from carlite.models import actor_model
from carlite.models.pose import part_transforms, part_transforms_many


def _of(type_id: str) -> ActorModel:
    blueprint = find(type_id)
    assert blueprint is not None
    return actor_model(type_id, blueprint.defaults(), blueprint.half_extent, blueprint.centre)


def test_wheel_rolls_forwards_and_steers_to_the_right() -> None:
    model = _of("vehicle.audi.a2")
    still = part_transforms(model, np.zeros(4), np.zeros(4), 0.0, 0.0)
    index = next(i for i, part in enumerate(model.parts) if part.joint == Joint.WHEEL and part.index == 0)
    top = np.array([0.0, 0.0, 0.1])
    rolled = part_transforms(model, np.zeros(4), np.full(4, np.pi / 2), 0.0, 0.0)
    assert rolled[index, :, :3] @ top == pytest.approx([0.1, 0.0, 0.0], abs=1e-12)
    steered = part_transforms(model, np.array([30.0, 30.0, 0.0, 0.0]), np.zeros(4), 0.0, 0.0)
    ahead = steered[index, :, :3] @ np.array([1.0, 0.0, 0.0])
    assert ahead == pytest.approx([np.cos(np.pi / 6), 0.5, 0.0])
    assert (still[index, :, 3] == model.wheels[0].centre).all()


@settings(max_examples=30, deadline=None)
@given(phase=st.floats(-20.0, 20.0), speed=st.floats(0.0, 7.0))
def test_transforms_are_rigid_and_the_lower_foot_is_near_the_ground(phase: float, speed: float) -> None:
    model = _of("walker.pedestrian.0002")
    transforms = part_transforms(model, np.zeros(4), np.zeros(4), phase, speed)
    for transform in transforms:
        assert transform[:, :3] @ transform[:, :3].T == pytest.approx(np.eye(3), abs=1e-9)
        assert np.linalg.det(transform[:, :3]) == pytest.approx(1.0)
    lowest = min(
        float((part.mesh.vertices @ t[:, :3].T + t[:, 3])[:, 2].min()) for part, t in zip(model.parts, transforms, strict=True)
    )
    assert -0.93 - 0.12 <= lowest <= -0.93 + 0.06


def test_arm_swings_against_the_leg_of_its_side() -> None:
    model = _of("walker.pedestrian.0002")
    joints = {part.joint: i for i, part in enumerate(model.parts)}
    transforms = part_transforms(model, np.zeros(4), np.zeros(4), 0.0, 1.4)
    down = np.array([0.0, 0.0, -1.0])
    leg, arm = (float((transforms[joints[j], :, :3] @ down)[0]) for j in (Joint.LEFT_HIP, Joint.LEFT_SHOULDER))
    assert leg > 0.2
    assert arm < -0.2


def test_many_equals_one_by_one() -> None:
    model = _of("carlite.animal.deer")
    rng = np.random.default_rng(5)
    steer, spin, phase, speed = rng.normal(size=(6, 4)), rng.normal(size=(6, 4)), rng.normal(size=6), rng.uniform(0, 6, 6)
    many = part_transforms_many(model, steer, spin, phase, speed)
    for i in range(6):
        assert many[i] == pytest.approx(part_transforms(model, steer[i], spin[i], phase[i], speed[i]))
