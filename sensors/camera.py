"""Cameras: an RGB camera at its own rate, and instance and depth cameras at key frames for the labels.

The instance image carries the semantic tag in its red channel, so no semantic camera is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.snapshot import LabelImages, Picture
from sensors.request import RawData, SensorRequest, every_ticks, sensor_tick
from sensors.rig import Mount

# Depth is 24 bits over this range (CARLA's encoding).
_DEPTH_RANGE_M = 1000.0

# What would let the picture differ from the pinhole model that the labels use, or depend on earlier frames.
_PLAIN = {
    "motion_blur_intensity": "0.0",
    "lens_circle_multiplier": "0.0",
    "lens_flare_intensity": "0.0",
    "chromatic_aberration_intensity": "0.0",
}


def requests(mount: Mount, tick_s: float, key_tick_s: float) -> tuple[SensorRequest, ...]:
    """RGB at the mount's rate; instance and depth every ``key_tick_s``.

    Args:
        tick_s: length of a simulator tick.
        key_tick_s: time between two key frames.

    Raises:
        ValueError: a rate does not divide the tick rate.
    """
    lens = {"image_size_x": str(mount.width_px), "image_size_y": str(mount.height_px), "fov": repr(mount.fov_deg)}
    ticks, key_ticks = every_ticks(mount.rate_hz, tick_s), every_ticks(1.0 / key_tick_s, tick_s)
    rgb = lens | _PLAIN | mount.attributes | {"sensor_tick": sensor_tick(ticks, tick_s)}
    label = lens | {"sensor_tick": sensor_tick(key_ticks, tick_s)}
    return (
        SensorRequest(channel=mount.channel, role="rgb", blueprint="sensor.camera.rgb", attributes=rgb, every_ticks=ticks),
        SensorRequest(
            channel=mount.channel,
            role="instance",
            blueprint="sensor.camera.instance_segmentation",
            attributes=dict(label),
            every_ticks=key_ticks,
        ),
        SensorRequest(
            channel=mount.channel,
            role="depth",
            blueprint="sensor.camera.depth",
            attributes=dict(label),
            every_ticks=key_ticks,
        ),
    )


def decode_picture(raw: RawData, mount: Mount) -> Picture:
    """An RGB image; a view on ``raw``, nothing is copied.

    Raises:
        ValueError: ``raw`` has not the size of the mount's image.
    """
    return Picture(bgra=_pixels(raw, mount))


def decode_labels(instance_raw: RawData, depth_raw: RawData, mount: Mount) -> LabelImages:
    """Tag, instance id and depth images of one camera; copies.

    Raises:
        ValueError: a buffer has not the size of the mount's image.
    """
    instance, depth = _pixels(instance_raw, mount), _pixels(depth_raw, mount)
    # CARLA: id = G + 256 B; depth = (R + 256 G + 65536 B) / (2^24 - 1) * 1000 m. As a little-endian word a pixel is
    # 0xAARRGGBB, which gives the tag by a shift and the id by swapping its two low bytes.
    word = instance.view("<u4")[..., 0]
    ids = ((word >> 8) & 0xFF | (word & 0xFF) << 8).astype(np.uint16)
    tags = ((word >> 16) & 0xFF).astype(np.uint8)
    value = depth[..., 2].astype(np.uint32)
    value |= depth[..., 1].astype(np.uint32) << 8
    value |= depth[..., 0].astype(np.uint32) << 16
    depth_m = value.astype(np.float32)
    depth_m *= np.float32(_DEPTH_RANGE_M / (2**24 - 1))
    return LabelImages(tag=tags, instance=ids, depth_m=depth_m)


def _pixels(raw: RawData, mount: Mount) -> NDArray[np.uint8]:
    data = np.frombuffer(raw, np.uint8)
    expected = mount.width_px * mount.height_px * 4
    if data.size != expected:
        raise ValueError(
            f"{mount.channel}: got an image of {data.size} bytes, expected {expected} ({mount.width_px}x{mount.height_px} BGRA)"
        )
    return data.reshape(mount.height_px, mount.width_px, 4)
