"""Kinds of sensors are found in packs: one module, and a mount in a rig."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from rarebit.core.errors import SpecError
from rarebit.core.rng import stream
from rarebit.packs import pack_of, packs_with, using
from rarebit.rig.load import rig_from_mapping
from rarebit.rig.modalities import modalities
from rarebit.rig.modality import Capture
from rarebit.rig.plan import faults_of_rates, plan
from rarebit.rig.request import RawMessage
from rarebit.scenario import Weather

NIGHT_CAMERA = '''
"""A camera that sees heat: one number a pixel, from the tags of the instance image."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit.nuscenes.blobs import jpeg
from rarebit.reading.marks import Within
from rarebit.rig.carla_images import pixels
from rarebit.rig.modality import Blob, Decoded, Modality
from rarebit.rig.projection import Pinhole
from rarebit.rig.request import SensorRequest, every_ticks
from rarebit.snapshot import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A thermal camera.

    Attributes:
        side_px: of its square image.
        warmth: grey value of people.
    """

    side_px: Annotated[int, Within(8, 1024)]
    warmth: Annotated[int, Within(0, 255)] = 200


def lens(settings):
    return Pinhole(width_px=settings.side_px, height_px=settings.side_px, fov_rad=math.radians(60))


def requests(mount, tick_s, key_tick_s):
    ticks = every_ticks(mount.rate_hz, tick_s)
    size = str(mount.settings.side_px)
    attributes = {"image_size_x": size, "image_size_y": size, "fov": "60"}
    blueprint = "sensor.camera.semantic_segmentation"
    return (SensorRequest(channel=mount.channel, role="heat", blueprint=blueprint, attributes=attributes, every_ticks=ticks),)


def decode(capture):
    side = capture.mount.settings.side_px
    tags = pixels(capture.raw["heat"].data, side, side, capture.mount.channel)[..., 2]
    grey = np.where(tags == 12, capture.mount.settings.warmth, 20).astype(np.uint8)
    return Decoded(data=Picture(bgra=np.dstack([grey, grey, grey, np.full_like(grey, 255)])))


MODALITY = Modality(
    name="thermal",
    sensor="camera",
    settings=Settings,
    body_from_sensor=np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]),
    requests=requests,
    decode=decode,
    blob=Blob(ending=".jpg", fileformat="jpg", encode=jpeg),
    projection=lens,
)
'''


def rig_data(**block: int) -> dict[str, object]:
    mount = {"thermal": block, "at": {"x_m": 1.7, "y_m": 0, "z_m": 1.4}, "rate_hz": 10}
    return {"name": "night", "sensors": {"CAM_HEAT": mount}}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "sensors").mkdir()
    (tmp_path / "sensors" / "thermal.py").write_text(NIGHT_CAMERA)
    return tmp_path


def test_the_built_in_pack_has_four_kinds() -> None:
    assert list(modalities()) == ["camera", "fisheye", "lidar", "radar"]


def test_one_module_of_a_pack_is_a_new_kind_of_sensor(pack: Path, synthetic: ModuleType) -> None:
    with using(packs_with([pack_of(pack).folder])):
        rig = rig_from_mapping(rig_data(side_px=16))
        (mount,) = rig.mounts
        assert (mount.modality.name, mount.modality.sensor, mount.settings.warmth) == ("thermal", "camera", 200)
        assert mount.lens.width_px == 16
        assert faults_of_rates(rig, 0.05) == []
        (request,) = plan(rig, 0.05)
        assert (request.role, request.every_ticks) == ("heat", 2)
        with pytest.raises(SpecError, match="warmth"):
            rig_from_mapping(rig_data(side_px=16, warmth=300))
    tags = np.zeros((16, 16, 4), np.uint8)
    tags[4:8, 4:8, 2] = 12
    capture = Capture(
        mount=mount,
        raw={"heat": RawMessage(frame=1, data=tags.tobytes())},
        is_key_frame=True,
        world_from_ego=np.eye(4),
        before_from_ego=np.eye(4),
        tick_s=0.05,
        ego_velocity_mps=np.zeros(3),
        ego_angular_velocity_radps=np.zeros(3),
        actors=(),
        weather=Weather(),
        rng=stream(0, "heat"),
    )
    picture = mount.modality.decode(capture).data
    assert set(np.unique(picture.bgra[..., 0])) == {20, 200}
    assert mount.modality.blob.encode(picture).startswith(b"\xff\xd8")


def test_without_the_pack_the_kind_is_unknown_and_the_known_ones_are_named() -> None:
    with pytest.raises(SpecError, match=r"thermal.*(camera|fisheye)"):
        rig_from_mapping(rig_data(side_px=16))


def test_two_kinds_of_one_name_are_an_error(pack: Path) -> None:
    (pack / "sensors" / "second.py").write_text(NIGHT_CAMERA.replace("warmth: Annotated", "heat: Annotated"))
    with using(packs_with([pack_of(pack).folder])), pytest.raises(SpecError, match="thermal"):
        modalities()
