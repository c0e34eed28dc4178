"""Pinhole cameras: an RGB camera at its own rate, and instance and depth cameras at key frames for the labels.

The instance image carries the semantic tag in its red channel, so no semantic camera is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit.nuscenes.blobs import jpeg
from rarebit.reading.marks import Within
from rarebit.rig.carla_images import PLAIN, label_images, pixels
from rarebit.rig.modality import Blob, Capture, Decoded, Modality
from rarebit.rig.projection import Pinhole
from rarebit.rig.request import SensorRequest, every_ticks, sensor_tick
from rarebit.rig.rig import Mount
from rarebit.snapshot import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """A pinhole camera.

    Attributes:
        width_px: of the image.
        height_px: of the image.
        fov_rad: horizontal field of view.
    """

    width_px: Annotated[int, Within(16, 8192)]
    height_px: Annotated[int, Within(16, 8192)]
    fov_rad: Annotated[float, Within(math.radians(1), math.radians(170))]


def lens(settings: CameraSettings) -> Pinhole:
    """Its projection."""
    return Pinhole(width_px=settings.width_px, height_px=settings.height_px, fov_rad=settings.fov_rad)


def requests(mount: Mount, tick_s: float, key_tick_s: float) -> tuple[SensorRequest, ...]:
    """RGB at the mount's rate; instance and depth every ``key_tick_s``.

    Args:
        tick_s: length of a simulator tick.
        key_tick_s: time between two key frames.

    Raises:
        ValueError: a rate does not divide the tick rate.
    """
    settings: CameraSettings = mount.settings
    size = {"image_size_x": str(settings.width_px), "image_size_y": str(settings.height_px)}
    frame = size | {"fov": f"{math.degrees(settings.fov_rad):.9g}"}
    ticks, key_ticks = every_ticks(mount.rate_hz, tick_s), every_ticks(1.0 / key_tick_s, tick_s)
    rgb = frame | PLAIN | mount.attributes | {"sensor_tick": sensor_tick(ticks, tick_s)}
    label = frame | {"sensor_tick": sensor_tick(key_ticks, tick_s)}
    streams = (
        ("rgb", "sensor.camera.rgb", rgb, ticks),
        ("instance", "sensor.camera.instance_segmentation", label, key_ticks),
        ("depth", "sensor.camera.depth", dict(label), key_ticks),
    )
    return tuple(
        SensorRequest(
            channel=mount.channel,
            role=role,
            blueprint=blueprint,
            attributes=attributes,
            every_ticks=interval,
            fires_every_ticks=interval,
        )
        for role, blueprint, attributes, interval in streams
    )


def decode(capture: Capture) -> Decoded:
    """The picture, a view on what came; at key frames its labels.

    Raises:
        ValueError: an image has not the size of the mount's.
    """
    settings: CameraSettings = capture.mount.settings
    images = {
        role: pixels(message.data, settings.width_px, settings.height_px, capture.mount.channel)
        for role, message in capture.raw.items()
    }
    picture = Picture(bgra=images["rgb"])
    if not capture.is_key_frame:
        return Decoded(data=picture)
    labels = label_images(images["instance"], images["depth"], capture.numbers)
    own = capture.ego.instance_id if capture.ego is not None else None
    return Decoded(data=picture, labels=labels, own_share=float(np.mean(labels.instance == own)) if own else None)


MODALITY = Modality(
    name="camera",
    sensor="camera",
    settings=CameraSettings,
    body_from_sensor=np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]),  # x right, y down, z forward
    requests=requests,
    decode=decode,
    blob=Blob(ending=".jpg", fileformat="jpg", encode=jpeg),
    projection=lens,
)
