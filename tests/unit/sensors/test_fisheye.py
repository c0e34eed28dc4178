"""The fisheye that is made of pinhole faces, against one that is traced ray by ray."""

from __future__ import annotations

import math
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from rarebit.core.errors import SpecError
from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.core.rng import stream
from rarebit.labels.visibility import visibility
from rarebit.packs import builtin
from rarebit.rig.load import rig_from_mapping
from rarebit.rig.modality import Capture
from rarebit.rig.request import RawMessage
from rarebit.rig.rig import Mount, Rig
from rarebit.scenario import Weather
from rarebit.snapshot import ActorState, LabelImages

camera, fisheye = builtin().module("sensors", "camera"), builtin().module("sensors", "fisheye")
SETTINGS = fisheye.FisheyeSettings(width_px=240, height_px=180, fov_rad=math.radians(190), k1=-0.03, k2=0.002)
MOUNT = Mount(
    channel="CAM_FISHEYE",
    modality=fisheye.MODALITY,
    settings=SETTINGS,
    ego_from_body=transform((3.9, 0.0, 1.0), rotation_from_rpy(0.0, 0.2, 0.1)),
    rate_hz=10,
)


def rig_of(**more: object) -> dict[str, object]:
    block = {"width_px": 240, "height_px": 180, "fov_deg": 190} | more
    mount = {"fisheye": block, "at": {"x_m": 3, "y_m": 0, "z_m": 1}, "rate_hz": 10}
    return {"name": "f", "sensors": {"CAM_FISHEYE": mount}}


def carla_label_bytes(images: LabelImages) -> tuple[bytes, bytes]:
    """What CARLA's instance and depth cameras would send for these labels."""
    instance = np.zeros((*images.tag.shape, 4), np.uint8)
    instance[..., 2], instance[..., 1], instance[..., 0] = images.tag, images.instance & 255, images.instance >> 8
    value = np.round(np.minimum(images.depth_m, 1000.0) / 1000.0 * (2**24 - 1)).astype(np.uint32)
    depth = np.stack([value >> 16, (value >> 8) & 255, value & 255, value * 0], axis=-1).astype(np.uint8)
    return instance.tobytes(), depth.tobytes()


def look_through_faces(synthetic: ModuleType, actors: tuple[ActorState, ...]) -> fisheye.Decoded:
    """The fisheye's decoding of faces that are traced exactly."""
    raw: dict[str, RawMessage] = {}
    for request in fisheye.requests(MOUNT, 0.05, 0.5):
        role, face = request.role.split("_")
        size = int(request.attributes["image_size_x"])
        settings = camera.CameraSettings(width_px=size, height_px=size, fov_rad=math.radians(float(request.attributes["fov"])))
        eye = replace(
            MOUNT,
            modality=camera.MODALITY,
            settings=settings,
            ego_from_body=MOUNT.ego_from_body @ request.body_from_device,
        )
        images = synthetic.look(eye, np.eye(4), actors)
        instance, depth = carla_label_bytes(images)
        data = {"rgb": synthetic.paint(images).tobytes(), "instance": instance, "depth": depth}[role]
        raw[f"{role}_{face}"] = RawMessage(frame=1, data=data)
    return fisheye.decode(
        Capture(
            mount=MOUNT,
            raw=raw,
            is_key_frame=True,
            world_from_ego=np.eye(4),
            before_from_ego=np.eye(4),
            tick_s=0.05,
            ego_velocity_mps=np.zeros(3),
            ego_angular_velocity_radps=np.zeros(3),
            actors=actors,
            weather=Weather(),
            rng=stream(0, "fisheye"),
        )
    )


@pytest.fixture(scope="module")
def actors(synthetic: ModuleType) -> tuple[ActorState, ...]:
    """Boxes all around the eye: ahead, beside it, obliquely behind, one overhead."""
    places = {7: (12.0, 1.0, 0.8), 8: (3.5, 6.0, 0.9), 9: (2.5, -5.0, 1.2), 10: (9.0, -6.0, 0.6), 11: (6.0, 0.0, 6.0)}
    template = synthetic.THINGS[1].state(0.0)
    return tuple(
        replace(template, actor_id=i, instance_id=i, world_from_box=transform(place, rotation_from_rpy(0, 0, 0.3 * i)))
        for i, place in places.items()
    )


@pytest.mark.slow
def test_faces_make_the_fisheye_that_rays_make(synthetic: ModuleType, actors: tuple[ActorState, ...]) -> None:
    got = look_through_faces(synthetic, actors)
    want = synthetic.look(MOUNT, np.eye(4), actors)
    assert got.labels is not None
    shown = np.isfinite(MOUNT.lens.rays(*np.meshgrid(np.arange(240) + 0.5, np.arange(180) + 0.5))[..., 0])
    assert 0.75 < shown.mean() < 0.95  # corners are outside the circle
    assert set(np.unique(want.instance)) >= {0, 7, 8, 9, 10, 11}
    # Pixels on an edge may fall to either side.
    assert (got.labels.instance == want.instance).mean() > 0.985
    same = (got.labels.tag == want.tag) & shown
    assert same[shown].mean() > 0.985
    apart = np.abs(got.labels.depth_m - want.depth_m)[same & (want.depth_m < 40.0)]
    assert np.quantile(apart / 1.0, 0.9) < 0.15
    assert not got.labels.instance[~shown].any()
    assert (got.labels.depth_m[~shown] == 1000.0).all()
    picture = got.data.bgra
    assert not picture[~shown][:, :3].any()
    smooth = np.abs(picture[..., 1].astype(int) - synthetic.paint(want)[..., 1])[shown]  # the tag's channel is flat on things
    assert (smooth < 3).mean() > 0.95


def test_boxes_beside_and_behind_are_seen_through_it(synthetic: ModuleType, actors: tuple[ActorState, ...]) -> None:
    """Visible pixels by projecting through the lens are those of the image; what stands free is wholly visible."""
    images = synthetic.look(MOUNT, np.eye(4), actors)
    fraction, pixels = visibility(actors, Rig(name="f", mounts=(MOUNT,)), np.eye(4), {"CAM_FISHEYE": images})
    for row, actor in enumerate(actors):
        assert pixels[row] == np.sum(images.instance == actor.instance_id)
        assert fraction[row] > 0.9, actor.actor_id
    wall = replace(
        actors[0], actor_id=20, instance_id=20, world_from_box=transform((3.9, 3.0, 1.0)), size_lwh_m=np.array([1.6, 0.2, 4.0])
    )
    images = synthetic.look(MOUNT, np.eye(4), (*actors, wall))
    fraction, _ = visibility((*actors, wall), Rig(name="f", mounts=(MOUNT,)), np.eye(4), {"CAM_FISHEYE": images})
    assert fraction[1] < 0.8  # the one to the left stands behind the wall in part
    assert fraction[0] > 0.95


def test_only_faces_that_are_looked_into_are_asked_for() -> None:
    narrow = replace(MOUNT, settings=replace(SETTINGS, fov_rad=math.radians(80), k1=0.0, k2=0.0))
    assert {request.role.split("_")[1] for request in fisheye.requests(narrow, 0.05, 0.5)} == {"front"}
    assert len(fisheye.requests(MOUNT, 0.05, 0.5)) == 3 * 5
    for request in fisheye.requests(MOUNT, 0.05, 0.5):
        assert float(request.attributes["fov"]) > 90.0


def test_settings_come_from_a_rig_file_and_a_lens_that_folds_back_is_refused() -> None:
    mount = rig_from_mapping(rig_of(k1=-0.03, k2=0.002)).mounts[0]
    assert mount.settings == SETTINGS
    assert mount.lens.model == "kannala_brandt"
    with pytest.raises(SpecError, match="fold back"):
        rig_from_mapping(rig_of(k1=-0.5))
    with pytest.raises(SpecError, match="fov_deg"):
        rig_from_mapping(rig_of(fov_deg=300))
