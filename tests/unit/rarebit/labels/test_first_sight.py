"""Which sensor sees a hazard first: by pixels, or by points where there is no camera."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rarebit.labels.first_sight import sensors_that_see
from rarebit.snapshot import ActorState, EgoBody, EgoMotion, LabelImages, LidarSweep, Snapshot


def actor(number: int, name: str, instance: int | None) -> ActorState:
    return ActorState(
        actor_id=number, instance_id=instance, name=name, type_id="", base_type="", special_type="", tag=0,
        world_from_box=np.eye(4), size_lwh_m=np.ones(3), velocity_mps=np.zeros(3), angular_velocity_radps=np.zeros(3),
    )  # fmt: skip


def images(*counts: tuple[int, int]) -> LabelImages:
    """(instance, pixels) pairs on 10 x 20 pixels."""
    row = np.zeros(200, np.uint16)
    row[: sum(n for _, n in counts)] = np.concatenate([np.full(n, instance) for instance, n in counts])
    blank = np.zeros((10, 20))
    return LabelImages(tag=blank.astype(np.uint8), instance=row.reshape(10, 20), depth_m=blank.astype(np.float32))


def sweep(*counts: tuple[int, int]) -> LidarSweep:
    ids = np.concatenate([np.full(n, number, np.uint32) for number, n in counts])
    flat = np.zeros(len(ids))
    return LidarSweep(
        xyz_m=np.zeros((len(ids), 3), np.float32), intensity=flat.astype(np.float32), ring=flat.astype(np.uint8),
        tag=flat.astype(np.uint8), object_id=ids,
    )  # fmt: skip


KEY_FRAME = Snapshot(
    is_key_frame=True,
    ego=(EgoMotion(time_us=0, world_from_ego=np.eye(4), velocity_mps=np.zeros(3), angular_velocity_radps=np.zeros(3)),),
    ego_body=EgoBody(wheelbase_m=2.9, track_m=1.6, wheel_radius_m=0.35),
    actors=(actor(2, "child", 12), actor(3, "van", 13), actor(4, "wheel", None)),
    data={"LIDAR_TOP": sweep((2, 6), (3, 40))},
    labels={},
)


@pytest.mark.parametrize(
    ("names", "seen"),
    [
        (("child",), [("CAM_LEFT", 45), ("CAM_BACK", 30)]),
        (("child", "van"), [("CAM_FRONT", 120), ("CAM_LEFT", 45), ("CAM_BACK", 30)]),
        (("van",), [("CAM_FRONT", 91)]),
        (("wheel",), []),
        (("nobody",), []),
    ],
)
def test_cameras_by_their_pixels_most_first_and_slivers_left_out(names: tuple[str, ...], seen: list[tuple[str, int]]) -> None:
    labels = {"CAM_BACK": images((12, 30)), "CAM_FRONT": images((12, 29), (13, 91), (99, 5)), "CAM_LEFT": images((12, 45))}
    assert sensors_that_see(replace(KEY_FRAME, labels=labels), names) == seen


def test_of_equal_views_the_first_by_name() -> None:
    labels = {"CAM_B": images((12, 40)), "CAM_A": images((12, 40))}
    assert [channel for channel, _ in sensors_that_see(replace(KEY_FRAME, labels=labels), ("child",))] == ["CAM_A", "CAM_B"]


def test_without_cameras_lidars_by_their_points() -> None:
    assert sensors_that_see(KEY_FRAME, ("child",)) == [("LIDAR_TOP", 6)]
    two = replace(KEY_FRAME, data={"LIDAR_TOP": sweep((2, 4), (3, 40)), "LIDAR_LEFT": sweep((2, 5))})
    assert sensors_that_see(two, ("child",)) == [("LIDAR_LEFT", 5)]
