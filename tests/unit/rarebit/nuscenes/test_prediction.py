"""Which objects a prediction can be asked for."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from rarebit.labels.annotations import Box
from rarebit.nuscenes.prediction import prediction_list
from rarebit.nuscenes.scene_rows import Frame, SceneFacts


def box(actor_id: int, category: str, attribute: str) -> Box:
    return Box(
        actor_id=actor_id,
        name=f"thing_{actor_id}",
        category=category,
        attribute=attribute,
        fine_class="",
        world_from_box=np.eye(4),
        world_from_actor_box=np.eye(4),
        size_lwh_m=np.ones(3),
        velocity_mps=np.zeros(3),
        angular_velocity_radps=np.zeros(3),
        visible_fraction=1.0,
        visible_pixels=1,
        num_lidar_points=1,
        num_radar_points=0,
    )


@pytest.fixture
def facts(synthetic: ModuleType) -> SceneFacts:
    return SceneFacts(key="k", location="l", rig=synthetic.small_rig(), shift_m=(0.0, 0.0), story={})


def samples(count: int, boxes: dict[int, Box], absent: dict[int, set[int]]) -> list[Frame]:
    """``absent``: by actor, the samples in which it is not annotated."""
    return [
        Frame(
            time_us=i * 500_000,
            is_key_frame=True,
            world_from_ego=np.eye(4),
            boxes=tuple(box for actor, box in boxes.items() if i not in absent.get(actor, set())),
        )
        for i in range(count)
    ]


def test_vehicles_with_six_seconds_to_come(facts: SceneFacts) -> None:
    """Of 15 samples the first three have twelve after them."""
    boxes = {
        1: box(1, "vehicle.car", "vehicle.moving"),
        2: box(2, "vehicle.bicycle", "cycle.with_rider"),
        3: box(3, "vehicle.car", "vehicle.parked"),
        4: box(4, "human.pedestrian.adult", "pedestrian.moving"),
        5: box(5, "vehicle.truck", "vehicle.stopped"),
        6: box(6, "vehicle.bicycle", "cycle.without_rider"),
    }
    # The truck is not annotated in sample 13: that lies in the future of samples 1 and 2, not of sample 0.
    made = prediction_list(facts, samples(15, boxes, {5: {13}}))
    expected = [(0, 1), (0, 2), (0, 5), (1, 1), (1, 2), (2, 1), (2, 2)]
    assert made == [f"{facts.token('instance', actor)}_{facts.token('sample', i * 500_000)}" for i, actor in expected]


def test_a_short_scene_has_none(facts: SceneFacts) -> None:
    assert prediction_list(facts, samples(12, {1: box(1, "vehicle.car", "vehicle.moving")}, {})) == []
