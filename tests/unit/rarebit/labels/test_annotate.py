"""Labels of a world of boxes whose truth is known."""

from __future__ import annotations

import math
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rarebit.core.boxes import points_in_boxes
from rarebit.core.frames import apply, box_corners, inverse, rotation_from_rpy, transform
from rarebit.labels.annotate import LEAST_PIXELS, annotate
from rarebit.labels.annotations import Annotations, Box
from rarebit.labels.upright import upright_box
from rarebit.labels.vocabulary import INDEX
from rarebit.rig.rig import Rig
from rarebit.snapshot import ActorState, LidarSweep, Snapshot


@pytest.fixture(scope="module")
def rig(synthetic: ModuleType) -> Rig:
    result: Rig = synthetic.small_rig(200, 240)
    return result


@pytest.fixture(scope="module")
def key_frame(synthetic: ModuleType, rig: Rig) -> Snapshot:
    # After one second the child has come out from behind the van.
    result: Snapshot = synthetic.snapshot(rig, 20)
    return result


@pytest.fixture(scope="module")
def labels(key_frame: Snapshot, rig: Rig) -> Annotations:
    return annotate(key_frame, rig)


def box(labels: Annotations, actor_id: int) -> Box:
    return next(found for found in labels.boxes if found.actor_id == actor_id)


def test_all_that_a_sensor_sees_has_a_box_and_nothing_else(synthetic: ModuleType, labels: Annotations) -> None:
    ids = [found.actor_id for found in labels.boxes]
    assert ids == sorted(
        thing.actor_id for thing in synthetic.THINGS if not thing.is_ego and thing.actor_id != synthetic.HIDDEN_ID
    )
    assert all(
        found.num_lidar_points or found.num_radar_points or found.visible_pixels >= LEAST_PIXELS for found in labels.boxes
    )


def test_points_in_boxes_are_those_that_hit(key_frame: Snapshot, labels: Annotations) -> None:
    sweep = key_frame.data["LIDAR_TOP"]
    assert isinstance(sweep, LidarSweep)
    for found in labels.boxes:
        if found.actor_id < 2**32:
            hits = int(np.sum(sweep.object_id == found.actor_id))
            # Range noise carries some points out of their box.
            assert 0.2 * hits <= found.num_lidar_points <= hits + 1


def test_lidarseg_and_panoptic_follow_the_objects(synthetic: ModuleType, key_frame: Snapshot, labels: Annotations) -> None:
    sweep = key_frame.data["LIDAR_TOP"]
    assert isinstance(sweep, LidarSweep)
    semantic, panoptic = labels.lidarseg["LIDAR_TOP"], labels.panoptic["LIDAR_TOP"]
    child = sweep.object_id == 4
    assert set(semantic[child]) == {INDEX["human.pedestrian.child"]}
    assert set(panoptic[child]) == {1000 * INDEX["human.pedestrian.child"] + labels.memory.numbers[4]}
    ground = sweep.tag == 1
    assert set(semantic[ground]) == {INDEX["flat.driveable_surface"]}
    assert set(panoptic[ground]) == {1000 * INDEX["flat.driveable_surface"]}
    # The parked car of the map has no id in the sweep; its points are found by its box.
    of_map = (sweep.tag == 14) & (sweep.object_id == 0)
    number = labels.memory.numbers[synthetic.MAP_CAR_ID]
    assert of_map.any()
    assert np.sum(panoptic[of_map] == 17000 + number) == box(labels, synthetic.MAP_CAR_ID).num_lidar_points


def test_instance_numbers_are_stable_and_unique(synthetic: ModuleType, rig: Rig, labels: Annotations) -> None:
    after = annotate(synthetic.snapshot(rig, 30), rig, labels)
    assert labels.memory.numbers.items() <= after.memory.numbers.items()
    assert len(set(after.memory.numbers.values())) == len(after.memory.numbers)


def moved_out_of(synthetic: ModuleType, rig: Rig, ids: set[int]) -> Snapshot:
    things = tuple(thing for thing in synthetic.THINGS if thing.actor_id not in ids)
    result: Snapshot = synthetic.snapshot(rig, 20, things)
    return result


@pytest.mark.parametrize("actor_id", [2, 3, 4, 7, 8, 12])
def test_visibility_agrees_with_rendering_the_object_alone(
    synthetic: ModuleType, rig: Rig, labels: Annotations, actor_id: int
) -> None:
    """Boxes fill their silhouettes, so the truth is pixels seen over pixels seen with nothing else around."""
    alone = moved_out_of(synthetic, rig, {thing.actor_id for thing in synthetic.THINGS} - {1, actor_id})
    full = box(annotate(alone, rig), actor_id)
    assert full.visible_fraction == pytest.approx(1.0, abs=0.05)
    truth = box(labels, actor_id).visible_pixels / full.visible_pixels
    assert box(labels, actor_id).visible_fraction == pytest.approx(truth, abs=0.08)


def test_visibility_of_objects_that_images_do_not_name(synthetic: ModuleType, rig: Rig, labels: Annotations) -> None:
    assert box(labels, synthetic.MAP_CAR_ID).visible_fraction == pytest.approx(1.0, abs=0.1)
    wall = synthetic.Thing(50, "static.prop.container", 21, synthetic._placed(3, 4.5), synthetic.HEADING, 0.0, (9.0, 0.3, 4.0))
    behind = annotate(synthetic.snapshot(rig, 0, (*synthetic.THINGS, wall)), rig)
    seen = [found.visible_fraction for found in behind.boxes if found.actor_id == synthetic.MAP_CAR_ID]
    assert not seen or seen[0] < 0.4


@pytest.mark.parametrize(
    ("fraction", "token"), [(0.0, "1"), (0.39, "1"), (0.4, "2"), (0.6, "3"), (0.79, "3"), (0.8, "4"), (1.0, "4")]
)
def test_visibility_tokens(labels: Annotations, fraction: float, token: str) -> None:
    assert replace(labels.boxes[0], visible_fraction=fraction).visibility_token == token


def test_moving_has_hysteresis(synthetic: ModuleType, rig: Rig, key_frame: Snapshot) -> None:
    def at(speed_mps: float, before: Annotations | None) -> Annotations:
        actors = tuple(
            replace(actor, velocity_mps=np.array([speed_mps, 0.0, 0.0])) if actor.actor_id == 2 else actor
            for actor in key_frame.actors
        )
        return annotate(replace(key_frame, actors=actors), rig, before)

    states, before = [], None
    for speed_mps in (0.4, 0.6, 0.3, 0.1, 0.4):
        before = at(speed_mps, before)
        states.append(box(before, 2).attribute)
    assert states == ["vehicle.stopped", "vehicle.moving", "vehicle.moving", "vehicle.stopped", "vehicle.stopped"]


def test_sweeps_have_no_labels(synthetic: ModuleType, rig: Rig) -> None:
    with pytest.raises(ValueError, match="no key frame"):
        annotate(synthetic.snapshot(rig, 1), rig)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-math.pi, math.pi),
    st.floats(-0.4, 0.4),
    st.floats(-0.4, 0.4),
    st.tuples(st.floats(0.2, 9), st.floats(0.2, 4), st.floats(0.2, 4)),
    st.integers(0, 2**31),
)
def test_points_in_boxes_agrees_with_the_definition(
    yaw: float, pitch: float, roll: float, size: tuple[float, ...], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-6, 6, (300, 3))
    pose = transform(rng.uniform(-3, 3, 3), rotation_from_rpy(roll, pitch, yaw))
    local = apply(inverse(pose), points)
    expected = np.flatnonzero(np.all(np.abs(local) <= np.array(size) / 2, axis=1))
    (got,) = points_in_boxes(points, [pose], [np.array(size)])
    np.testing.assert_array_equal(got, expected)


def test_flat_boxes_ignore_height() -> None:
    points = np.array([[0.0, 0.0, 50.0], [0.0, 1.2, 0.0], [3.0, 0.0, 0.0]])
    (got,) = points_in_boxes(
        points, [transform([0, 0, 0], rotation_from_rpy(0, 0, math.pi / 2))], [np.array([4.0, 1.0, 1.0])], flat=True
    )
    assert got.tolist() == [0, 1]


@given(st.floats(-3.0, 3.0), st.floats(0.0, 6.28))
def test_a_rolling_wheel_keeps_heading_and_size(yaw: float, angle: float) -> None:
    pose = transform([1, 2, 0.3], rotation_from_rpy(0, 0, yaw) @ rotation_from_rpy(0, angle, 0))
    upright, size = upright_box(pose, np.array([0.65, 0.22, 0.65]))
    np.testing.assert_allclose(upright, transform([1, 2, 0.3], rotation_from_rpy(0, 0, yaw)), atol=1e-9)
    np.testing.assert_allclose(size, [0.65, 0.22, 0.65])


def test_upright_box_of_a_car_on_a_slope_and_of_a_fallen_walker() -> None:
    car, size = upright_box(transform([0, 0, 0], rotation_from_rpy(0.05, -0.1, 1.2)), np.array([4.5, 1.9, 1.5]))
    assert math.atan2(car[1, 0], car[0, 0]) == pytest.approx(1.2, abs=0.02)
    assert size.tolist() == [4.5, 1.9, 1.5]
    _, size = upright_box(transform([0, 0, 0], rotation_from_rpy(0, math.pi / 2, 0)), np.array([0.4, 0.5, 1.8]))
    assert size.tolist() == [1.8, 0.5, 0.4]
    _, size = upright_box(transform([0, 0, 0], rotation_from_rpy(math.pi / 2, 0, 0)), np.array([0.4, 0.5, 1.8]))
    assert size.tolist() == [0.4, 1.8, 0.5]


def test_corners_of_actor_states_are_where_the_world_put_them(synthetic: ModuleType) -> None:
    """The synthetic world itself stands on the ground."""
    state: ActorState = synthetic.THINGS[1].state(0.0)
    corners = apply(state.world_from_box, box_corners(state.size_lwh_m))
    assert corners[:, 2].min() == pytest.approx(0.0)
