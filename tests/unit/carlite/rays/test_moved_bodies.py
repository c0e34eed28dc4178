"""Open doors and poses of clients, as rays meet them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carlite import geometry
from carlite.actors import Actor, ActorStates
from carlite.library import find
from carlite.mesh import StaticWorld
from carlite.models import actor_model, skeleton
from carlite.models.limber import limber
from carlite.models.pose import part_transforms
from carlite.rays import RayScene
from carlite.rays.posed import posed_parts
from carlite.world import spawning

_AHEAD = np.array([[1.0, 0.0, 0.0]])


class _Stage:
    def __init__(self, scene: RayScene) -> None:
        self.scene, self.states, self.actors = scene, ActorStates(), []
        self._frame = 0

    def add(self, type_id: str, **wanted: str) -> Actor:
        blueprint = find(type_id)
        assert blueprint is not None
        attributes, number = blueprint.defaults() | wanted, len(self.actors) + 1
        box = spawning.box_of(blueprint, attributes)
        actor = Actor(
            id=number, kind=blueprint.kind, type_id=type_id, attributes=attributes, row=self.states.allocate(number), box=box
        )
        actor.model = actor_model(type_id, attributes, box.half_extent, box.centre)
        self.actors.append(actor)
        return actor

    def ahead_m(self, y: float, z: float, x: float = -10.0) -> float:
        """How far a ray along x flies in the present state."""
        self._frame += 1
        self.scene.update(self.actors, self.states, self._frame)
        return float(self.scene.cast(np.array([[x, y, z]]), _AHEAD, 30.0).distance_m[0])


@pytest.fixture
def stage() -> Iterator[_Stage]:
    with RayScene(StaticWorld(ground=(), objects=()), threads=1) as scene:
        yield _Stage(scene)


def test_a_door_is_in_the_way_while_it_is_open(stage: _Stage) -> None:
    car = stage.add("vehicle.lincoln.mkz_2020")
    beside = -(car.box.half_extent[1] + 0.15)
    assert stage.ahead_m(beside, 0.7) == np.inf
    car.open_doors = 1
    hit = stage.ahead_m(beside, 0.7)
    assert 8.0 < hit < 12.0
    assert stage.ahead_m(-beside, 0.7) == np.inf
    car.open_doors = 0
    assert stage.ahead_m(beside, 0.7) == np.inf


def test_an_arm_that_is_held_out_is_in_the_way(stage: _Stage) -> None:
    walker = stage.add("walker.pedestrian.0010")
    height = 2.0 * walker.box.half_extent[2]
    shoulder_z = walker.box.centre[2] - 0.5 * height + 0.81 * height
    around = [shoulder_z + dz for dz in np.linspace(-0.08, 0.08, 9)]

    def arm_is_out() -> bool:
        return any(np.isfinite(stage.ahead_m(-0.42, z)) for z in around)

    assert not arm_is_out()
    pose = skeleton.gait_of(walker, stage.states)
    pose[skeleton.INDEX["crl_arm__L"], :, :3] = geometry.rotation_matrices((0.0, 0.0, 90.0))
    walker.custom_pose, walker.pose_blend = pose, 1.0
    assert arm_is_out()
    walker.pose_blend = 0.0
    assert not arm_is_out()


def test_a_pose_equal_to_the_gait_changes_nothing_much(stage: _Stage) -> None:
    walker = stage.add("walker.pedestrian.0010")
    heights = np.linspace(0.2, 1.6, 15) + walker.box.centre[2] - walker.box.half_extent[2]
    before = [stage.ahead_m(0.0, z) for z in heights] + [stage.ahead_m(0.1, z) for z in heights]
    walker.custom_pose, walker.pose_blend = skeleton.gait_of(walker, stage.states), 1.0
    after = [stage.ahead_m(0.0, z) for z in heights] + [stage.ahead_m(0.1, z) for z in heights]
    np.testing.assert_allclose(after, before, atol=0.05)


def test_a_bowed_head_is_no_longer_on_top(stage: _Stage) -> None:
    walker = stage.add("walker.pedestrian.0010")
    top = walker.box.centre[2] + walker.box.half_extent[2] - 0.04
    assert np.isfinite(stage.ahead_m(0.0, top))
    pose = skeleton.gait_of(walker, stage.states)
    pose[skeleton.INDEX["crl_Head__C"], :, :3] = geometry.rotation_matrices((-90.0, 0.0, 0.0))
    walker.custom_pose, walker.pose_blend = pose, 1.0
    assert stage.ahead_m(0.0, top) == np.inf
    walker.custom_pose = None
    assert np.isfinite(stage.ahead_m(0.0, top))


def test_a_pose_does_not_bend_a_wheelchair(stage: _Stage) -> None:
    walker = stage.add("walker.pedestrian.0010", use_wheelchair="true")
    heights = np.linspace(0.1, 1.4, 14) + walker.box.centre[2] - walker.box.half_extent[2]
    before = [stage.ahead_m(0.1, z) for z in heights]
    assert np.isfinite(before).any()
    pose = skeleton.gait_of(walker, stage.states)
    pose[:, :, :3] = geometry.rotation_matrices((70.0, 20.0, 0.0))
    walker.custom_pose, walker.pose_blend = pose, 1.0
    assert [stage.ahead_m(0.1, z) for z in heights] == before


def _walker(phase_rad: float, speed_mps: float) -> tuple[Actor, ActorStates]:
    stage = _Stage.__new__(_Stage)
    stage.states, stage.actors = ActorStates(), []
    walker = stage.add("walker.pedestrian.0010")
    stage.states.gait_phase_rad[walker.row] = phase_rad
    stage.states.velocity[walker.row] = (speed_mps, 0.0, 0.0)
    return walker, stage.states


_ANGLES = st.tuples(*[st.floats(-89.0, 89.0)] * 3)


@settings(max_examples=25, deadline=None)
@given(phase=st.floats(0.0, 6.3), speed=st.floats(0.0, 5.0), angles=_ANGLES)
def test_a_pose_that_hardly_shows_is_the_gait(phase: float, speed: float, angles: tuple[float, float, float]) -> None:
    walker, states = _walker(phase, speed)
    assert walker.model is not None
    walker.custom_pose = skeleton.gait_of(walker, states)
    walker.custom_pose[:, :, :3] = geometry.rotation_matrices(angles)
    walker.pose_blend = 1e-9
    model = limber(walker.model)
    walking = part_transforms(model, np.zeros(4), np.zeros(4), float(states.gait_phase_rad[walker.row]), speed)
    np.testing.assert_allclose(posed_parts(model, walker, states), walking, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(angles=_ANGLES, shift=st.tuples(*[st.floats(-2.0, 2.0)] * 3))
def test_a_moved_root_moves_all_parts_rigidly(angles: tuple[float, float, float], shift: tuple[float, float, float]) -> None:
    walker, states = _walker(0.0, 0.0)
    assert walker.model is not None
    model = limber(walker.model)
    walker.custom_pose, walker.pose_blend = skeleton.gait_of(walker, states), 1.0
    before = posed_parts(model, walker, states)
    root = geometry.world_from_local(shift, angles)
    walker.custom_pose[0] = root
    feet = np.array([0.0, 0.0, walker.box.centre[2] - walker.box.half_extent[2]])
    expected = before.copy()
    expected[:, :, :3] = root[:, :3] @ before[:, :, :3]
    expected[:, :, 3] = (before[:, :, 3] - feet) @ root[:, :3].T + root[:, 3] + feet
    np.testing.assert_allclose(posed_parts(model, walker, states), expected, atol=1e-9)
