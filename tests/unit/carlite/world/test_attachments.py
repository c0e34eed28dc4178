from __future__ import annotations

import carla
import numpy as np
import pytest

from carlite import geometry
from carlite.actors import Actor, ActorStates, Kind
from carlite.mesh import Box
from carlite.world.attachments import Attachments
from carlite.world.spring_arm import Attachment, SpringArm

_BOX = Box(centre=(0.0, 0.0, 0.0), half_extent=(0.0, 0.0, 0.0))


def _actor(states: ActorStates, number: int, parent: Actor | None = None, offset: tuple[object, object] | None = None) -> Actor:
    actor = Actor(id=number, kind=Kind.SENSOR, type_id="x", attributes={}, row=states.allocate(number), box=_BOX, parent=parent)
    if offset is not None:
        actor.parent_from_actor = geometry.world_from_local(*offset)
    return actor


def test_pose_of_a_chain_is_that_of_the_wheel() -> None:
    states = ActorStates()
    root = _actor(states, 1)
    states.location[root.row], states.rotation_deg[root.row] = (10.0, -4.0, 2.0), (5.0, 70.0, -3.0)
    child = _actor(states, 2, root, ((1.0, 2.0, 3.0), (10.0, 20.0, 30.0)))
    grandchild = _actor(states, 3, child, ((0.5, 0.0, 0.25), (0.0, -40.0, 0.0)))
    attachments = Attachments(states)
    attachments.rebuild([grandchild, root, child])
    attachments.follow()

    outer = carla.Transform(carla.Location(10.0, -4.0, 2.0), carla.Rotation(5.0, 70.0, -3.0))
    middle = carla.Transform(carla.Location(1.0, 2.0, 3.0), carla.Rotation(10.0, 20.0, 30.0))
    inner = carla.Transform(carla.Location(0.5, 0.0, 0.25), carla.Rotation(0.0, -40.0, 0.0))
    expected = np.array(outer.get_matrix()) @ np.array(middle.get_matrix()) @ np.array(inner.get_matrix())
    found = geometry.world_from_local(states.location[grandchild.row], states.rotation_deg[grandchild.row])
    np.testing.assert_allclose(found, expected[:3], atol=1e-5)


def test_velocity_is_that_of_the_point_on_the_turning_parent() -> None:
    states = ActorStates()
    root = _actor(states, 1)
    states.velocity[root.row] = (3.0, 0.0, 0.0)
    states.angular_velocity_dps[root.row] = (0.0, 0.0, 90.0)
    child = _actor(states, 2, root, ((2.0, 0.0, 1.0), (0.0, 0.0, 0.0)))
    attachments = Attachments(states)
    attachments.rebuild([root, child])
    before = states.location[root.row] + (2.0, 0.0, 1.0)
    attachments.follow()
    velocity = states.velocity[child.row].copy()

    step_s = 1e-6  # the closed form against a finite difference
    states.location[root.row] += states.velocity[root.row] * step_s
    states.rotation_deg[root.row, 1] += 90.0 * step_s
    attachments.follow()
    assert velocity == pytest.approx((states.location[child.row] - before) / step_s, abs=1e-4)


def _sprung(
    offset: tuple[float, float, float], kind: Attachment = Attachment.SPRING_ARM_GHOST
) -> tuple[ActorStates, Actor, Actor, Attachments]:
    states = ActorStates()
    root = _actor(states, 1)
    child = _actor(states, 2, root, ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)))
    attachments = Attachments(states)
    attachments.arms[child.id] = SpringArm(np.array(offset), kind)
    attachments.rebuild([root, child])
    return states, root, child, attachments


def test_a_spring_arm_looks_at_its_parent_whose_pitch_it_ignores() -> None:
    states, root, child, attachments = _sprung((-4.0, 0.0, 3.0))
    states.location[root.row], states.rotation_deg[root.row] = (10.0, 5.0, 1.0), (20.0, 90.0, 0.0)
    attachments.follow()
    assert states.location[child.row] == pytest.approx((10.0, 1.0, 4.0))
    ahead = geometry.rotation_matrices(states.rotation_deg[child.row])[:, 0]
    assert states.location[child.row] + 5.0 * ahead == pytest.approx(states.location[root.row], abs=1e-9)
    assert states.rotation_deg[child.row, 0] == pytest.approx(-np.degrees(np.arctan2(3.0, 4.0)))
    assert states.rotation_deg[child.row, 2] == pytest.approx(0.0, abs=1e-9)


def test_the_arm_that_minds_the_ground_hangs_higher() -> None:
    states, _, child, attachments = _sprung((-4.0, 0.0, 3.0), Attachment.SPRING_ARM)
    attachments.follow()
    assert states.location[child.row] == pytest.approx((-4.0, 0.0, 3.3))


def test_a_spring_arm_turns_after_its_parent_and_arrives() -> None:
    states, root, child, attachments = _sprung((-4.0, 0.0, 0.0))
    attachments.follow()
    states.rotation_deg[root.row, 1] = 60.0
    yaws = []
    for _ in range(40):
        attachments.follow(0.05)
        yaws.append(float(states.rotation_deg[child.row, 1]))
    assert 5.0 < yaws[0] < 30.0
    assert yaws == sorted(yaws)
    assert yaws[-1] == pytest.approx(60.0, abs=0.5)


def test_a_spring_arms_lag_is_that_of_unreal_in_small_steps() -> None:
    states, root, child, attachments = _sprung((-4.0, 0.0, 0.0))
    attachments.follow()
    states.rotation_deg[root.row, 1] = 40.0
    for _ in range(3):
        attachments.follow(0.01)
    assert states.rotation_deg[child.row, 1] == pytest.approx(40.0 * (1.0 - (1.0 - 0.08) ** 3))
