"""Casts against shapes whose answer is known in closed form."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates, Kind
from carlite.mesh import ActorModel, Box, Joint, Material, Mesh, Part, PlacedObject, StaticWorld
from carlite.rays import RayScene
from carlite.tags import Tag

_UNIT_BOX = Box(centre=(0, 0, 0), half_extent=(1, 1, 1))


def plane(half_m: float, height_m: float, tag: Tag, slope: float = 0.0) -> Mesh:
    """A square of ground; z rises by ``slope`` per metre of x."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half_m
    vertices = np.column_stack([corners, height_m + slope * corners[:, 0]]).astype(np.float32)
    return _mesh(vertices, [[0, 1, 2], [0, 2, 3]], tag)


def cuboid(half: tuple[float, float, float], tag: Tag, material: Material = Material.MATTE) -> Mesh:
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    faces = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    triangles = [[f[0], f[1], f[2]] for f in faces] + [[f[0], f[2], f[3]] for f in faces]
    return _mesh((signs * half).astype(np.float32), triangles, tag, material)


def _mesh(vertices: NDArray[np.float32], triangles: list[list[int]], tag: Tag, material: Material = Material.MATTE) -> Mesh:
    n = len(vertices)
    return Mesh(
        vertices=vertices,
        triangles=np.asarray(triangles, np.uint32),
        normals=np.tile(np.float32([0, 0, 1]), (n, 1)),
        uvs=np.zeros((n, 2), np.float32),
        colours=np.full((n, 3), 0.5, np.float32),
        materials=np.full(len(triangles), material, np.uint8),
        tags=np.full(len(triangles), tag, np.uint8),
    )


def box_actor(states: ActorStates, actor_id: int, location: tuple[float, float, float], model: ActorModel) -> Actor:
    row = states.allocate(actor_id)
    states.location[row] = location
    return Actor(id=actor_id, kind=Kind.VEHICLE, type_id="vehicle.test", attributes={}, row=row, box=_UNIT_BOX, model=model)


@pytest.fixture
def empty() -> Iterator[RayScene]:
    with RayScene(StaticWorld(ground=(plane(100.0, 0.0, Tag.ROADS),), objects=()), threads=1) as scene:
        yield scene


def one_part(tag: Tag = Tag.CAR) -> ActorModel:
    return ActorModel(parts=(Part(mesh=cuboid((1, 1, 1), tag)),))


def test_cast_reports_distance_identity_and_facing_normal(empty: RayScene) -> None:
    states = ActorStates()
    actor = box_actor(states, 70_001, (10.0, 0.0, 1.0), one_part())
    empty.update([actor], states, 1)
    hits = empty.cast([0, 0, 1], [[1, 0, 0], [0, 0, -1], [0, 1, 0]], 50.0)
    np.testing.assert_allclose(hits.distance_m, [9.0, 1.0, np.inf], atol=1e-5)
    assert hits.tag.tolist() == [Tag.CAR, Tag.ROADS, 0]
    assert hits.actor_id.tolist() == [70_001, 0, 0]
    assert hits.instance_id.tolist() == [(70_001 - 1) % 32767 + 1, 0, 0]
    assert hits.row.tolist() == [actor.row, -1, -1]
    np.testing.assert_allclose(hits.normal, [[-1, 0, 0], [0, 0, 1], [0, 0, 0]], atol=1e-6)


def test_rays_end_at_the_greatest_distance(empty: RayScene) -> None:
    assert np.isinf(empty.cast([0, 0, 5], [[0, 0, -1]], 4.9).distance_m[0])
    assert empty.cast([0, 0, 5], [[0, 0, -1]], 5.1).distance_m[0] == pytest.approx(5.0)


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(*[st.floats(-8, 8)] * 2, st.floats(2, 6)),
    st.tuples(*[st.floats(-80, 80)] * 3),
    st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda d: np.linalg.norm(d) > 0.2),
)
def test_turned_box_agrees_with_the_slab_test(
    location: tuple[float, float, float], rotation: tuple[float, float, float], direction: tuple[float, float, float]
) -> None:
    from carlite.geometry import rotation_matrices

    half = np.array([2.0, 0.7, 1.2])
    scene = _shared_box_scene()
    states, actor = _BOX_STATE
    states.location[actor.row], states.rotation_deg[actor.row] = location, rotation
    scene.update([actor], states, None)
    towards = np.asarray(direction) / np.linalg.norm(direction)
    origin = np.array([0.0, 0.0, 20.0])
    turn = rotation_matrices(rotation)
    start, along = turn.T @ (origin - location), turn.T @ towards
    with np.errstate(divide="ignore"):
        near, far = np.sort(np.stack([(-half - start) / along, (half - start) / along]), axis=0)
    entry, leave = near.max(), far.min()
    hit = scene.cast(origin, towards[None], 200.0)
    if abs(entry - leave) < 1e-2 or entry < 0:
        return  # a graze, where rounding decides, or behind
    expected = entry if entry < leave else np.inf
    assert hit.distance_m[0] == pytest.approx(expected, abs=2e-3)


_BOX_STATE: tuple[ActorStates, Actor]
_BOX_SCENE: list[RayScene] = []


def _shared_box_scene() -> RayScene:
    global _BOX_STATE
    if not _BOX_SCENE:
        states = ActorStates()
        actor = box_actor(states, 3, (0, 0, 0), ActorModel(parts=(Part(mesh=cuboid((2.0, 0.7, 1.2), Tag.CAR)),)))
        _BOX_STATE = (states, actor)
        _BOX_SCENE.append(RayScene(StaticWorld(ground=(), objects=()), threads=1))
    return _BOX_SCENE[0]


def test_actors_come_and_go_and_updates_are_idempotent_within_a_frame(empty: RayScene) -> None:
    states = ActorStates()
    model = one_part()
    actors = [box_actor(states, 1 + k, (10.0, 5.0 * k, 1.0), model) for k in range(3)]
    rays = np.array([[10.0, 5.0 * k, 9.0] for k in range(3)])
    down = np.tile([0.0, 0.0, -1.0], (3, 1))
    empty.update(actors, states, 1)
    assert empty.cast(rays, down, 50.0).actor_id.tolist() == [1, 2, 3]
    states.location[actors[2].row, 0] = 40.0
    empty.update(actors[:1] + actors[2:], states, 1)
    assert empty.cast(rays, down, 50.0).actor_id.tolist() == [1, 2, 3]
    empty.update(actors[:1] + actors[2:], states, 2)
    assert empty.cast(rays, down, 50.0).actor_id.tolist() == [1, 0, 0]
    fresh = box_actor(states, 9, (10.0, 5.0, 1.0), model)
    empty.update([*actors[:1], fresh], states, 3)
    assert empty.cast(rays, down, 50.0).actor_id.tolist() == [1, 9, 0]


def test_what_stood_still_is_seen_again_where_it_moves(empty: RayScene) -> None:
    states = ActorStates()
    wheel = Part(mesh=cuboid((0.2, 0.1, 0.4), Tag.CAR), pivot=(0, -1.5, 0), joint=Joint.WHEEL)
    model = ActorModel(parts=(*one_part().parts, wheel))
    moving = box_actor(states, 5, (10.0, 0.0, 1.0), model)
    standing = box_actor(states, 6, (0.0, 20.0, 1.0), model)

    def seen(frame: int) -> list[float]:
        empty.update([moving, standing], states, frame)
        rays = [[1, 0, 0], [0, 1, 0]]
        above_axle = empty.cast([10.0, -1.5, 5.0], [[0, 0, -1]], 50.0)
        return [*empty.cast([0, 0, 1], rays, 50.0).distance_m.tolist(), float(above_axle.distance_m[0])]

    np.testing.assert_allclose(seen(1), [9.0, 18.4, 3.6], atol=1e-5)
    np.testing.assert_allclose(seen(2), [9.0, 18.4, 3.6], atol=1e-5)
    states.wheel_spin_rad[moving.row] = np.pi / 2
    np.testing.assert_allclose(seen(3), [9.0, 18.4, 3.8], atol=1e-5)
    states.location[moving.row, 0] = 12.0
    np.testing.assert_allclose(seen(4), [11.0, 18.4, 5.0], atol=1e-5)
    np.testing.assert_allclose(seen(5), [11.0, 18.4, 5.0], atol=1e-5)


def test_ignored_actors_are_seen_through_and_come_back(empty: RayScene) -> None:
    states = ActorStates()
    model = one_part()
    near, far = box_actor(states, 1, (10.0, 0.0, 1.0), model), box_actor(states, 2, (20.0, 0.0, 1.0), model)
    empty.update([near, far], states, 1)

    def seen(*ignore: int) -> int:
        return int(empty.cast([0, 0, 1], [[1, 0, 0]], 100.0, ignore=ignore).actor_id[0])

    assert [seen(), seen(1), seen(1, 2), seen(2), seen()] == [1, 2, 0, 1, 1]


def test_hidden_flat_objects_are_gone_and_come_back() -> None:
    placed = tuple(
        PlacedObject(
            object_id=100 + k, name=f"box {k}", tag=Tag.BUILDING, model=one_part(Tag.BUILDING), box=_UNIT_BOX,
            world_from_local=np.column_stack([np.eye(3), [10.0 * (k + 1), 0.0, 1.0]]),
        )
        for k in range(2)
    )  # fmt: skip
    with RayScene(StaticWorld(ground=(plane(100.0, 0.0, Tag.ROADS),), objects=placed), threads=1) as scene:

        def seen() -> tuple[float, int, int]:
            hits = scene.cast([0, 0, 1], [[1, 0, 0]], 50.0)
            return round(float(hits.distance_m[0]), 4), int(hits.tag[0]), int(hits.instance_id[0])

        assert seen() == (9.0, Tag.BUILDING, 100)
        scene.hide_objects(frozenset({100}))
        assert seen() == (19.0, Tag.BUILDING, 101)
        scene.hide_objects(frozenset({100, 101}))
        assert seen()[0] == np.inf
        scene.hide_objects(frozenset())
        assert seen() == (9.0, Tag.BUILDING, 100)


def test_wheels_turn_about_their_axle() -> None:
    wheel = Part(mesh=cuboid((0.5, 0.1, 0.05), Tag.CAR), pivot=(1.0, 0.0, 0.5), joint=Joint.WHEEL, index=0)
    model = ActorModel(parts=(Part(mesh=cuboid((0.1, 0.1, 0.1), Tag.CAR), pivot=(0.0, 0.0, 3.0)), wheel))
    states = ActorStates()
    actor = box_actor(states, 1, (0.0, 0.0, 0.0), model)
    with RayScene(StaticWorld(ground=(), objects=()), threads=1) as scene:
        scene.update([actor], states, 1)
        down = scene.cast([1.0, 0.0, 2.0], [[0, 0, -1]], 9.0).distance_m[0]
        states.wheel_spin_rad[actor.row, 0] = np.pi / 2
        scene.update([actor], states, 2)
        turned = scene.cast([1.0, 0.0, 2.0], [[0, 0, -1]], 9.0).distance_m[0]
    assert (down, turned) == (pytest.approx(1.45), pytest.approx(1.0))


def test_ground_is_the_ground_meshes_alone() -> None:
    tree = PlacedObject(
        object_id=5, name="Tree", tag=Tag.VEGETATION, model=ActorModel(parts=(Part(mesh=cuboid((2, 2, 2), Tag.VEGETATION)),)),
        world_from_local=np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]), box=_UNIT_BOX,
    )  # fmt: skip
    slope = plane(50.0, 1.0, Tag.ROADS, slope=0.1)
    with RayScene(StaticWorld(ground=(slope,), objects=(tree,)), threads=1) as scene:
        below = scene.ground_below([[0.0, 0.0, 1.0], [10.0, 3.0, 2.0], [60.0, 0.0, 9.0]])
        np.testing.assert_allclose(below.height_m, [1.0, 2.0, -np.inf], atol=1e-5)
        assert below.tag.tolist() == [Tag.ROADS, Tag.ROADS, 0]
        np.testing.assert_allclose(below.normal[1], np.array([-0.1, 0, 1]) / np.hypot(0.1, 1), atol=1e-5)
        assert scene.cast([0, 0, 10], [[0, 0, -1]], 50.0).instance_id[0] == 5


def test_segment_lists_each_thing_once_in_order(empty: RayScene) -> None:
    states = ActorStates()
    near, far = (box_actor(states, number, (10.0 * number, 0.0, 1.0), one_part()) for number in (1, 2))
    empty.update([near, far], states, 1)
    hits = empty.cast_segment([0, 0, 1], [30, 0, 1])
    np.testing.assert_allclose(hits.points[:, 0], [9.0, 19.0], atol=1e-3)
    assert hits.tags.tolist() == [Tag.CAR, Tag.CAR]
    assert empty.cast_segment([0, 0, 1], [0, 0, 1]).points.shape == (0, 3)


def test_one_and_two_threads_give_the_same_bytes(empty: RayScene) -> None:
    rng = np.random.default_rng(4)
    directions = rng.normal(size=(5000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    with RayScene(empty.static_world, threads=2) as other:
        a, b = (scene.cast([0, 0, 3], directions, 500.0) for scene in (empty, other))
    assert a.distance_m.tobytes() == b.distance_m.tobytes()
    assert a.normal.tobytes() == b.normal.tobytes()


def test_wrong_shapes_are_named(empty: RayScene) -> None:
    with pytest.raises(ValueError, match=r"got origins \(2, 3\) and directions \(3, 3\)"):
        empty.cast(np.zeros((2, 3)), np.ones((3, 3)), 10.0)
