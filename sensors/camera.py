"""Cameras: an RGB camera at its own rate, and instance and depth cameras at key frames for the labels.

The instance image carries the semantic tag in its red channel, so no semantic camera is needed.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from rarebit.rig.numbers import Numbers
from rarebit.rig.request import RawData, SensorRequest, every_ticks, sensor_tick
from rarebit.rig.rig import Mount
from rarebit.snapshot import LabelImages, Picture

# Depth is 24 bits over this range (CARLA's encoding).
_DEPTH_RANGE_M = 1000.0
_AS_THEY_ARE: NDArray[np.uint16] = np.arange(1 << 16, dtype=np.uint16)

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


def decode_labels(instance_raw: RawData, depth_raw: RawData, mount: Mount, numbers: Numbers | None = None) -> LabelImages:
    """Tag, instance and depth images of one camera; copies.

    Args:
        numbers: what the server's ids become; None keeps them.

    Raises:
        ValueError: a buffer has not the size of the mount's image.
    """
    instance, depth = _pixels(instance_raw, mount), _pixels(depth_raw, mount)
    shape = (mount.height_px, mount.width_px)
    tags, ids, depth_m = np.empty(shape, np.uint8), np.empty(shape, np.uint16), np.empty(shape, np.float32)
    table = _AS_THEY_ARE if numbers is None else numbers.image_table
    _decode(instance.reshape(-1, 4), depth.reshape(-1, 4), table, tags.reshape(-1), ids.reshape(-1), depth_m.reshape(-1))
    return LabelImages(tag=tags, instance=ids, depth_m=depth_m)


@numba.njit(cache=True, nogil=True)
def _decode(
    instance: NDArray[np.uint8],
    depth: NDArray[np.uint8],
    table: NDArray[np.uint16],
    tags: NDArray[np.uint8],
    ids: NDArray[np.uint16],
    depth_m: NDArray[np.float32],
) -> None:
    """Fills the last three (n,) from the (n, 4) BGRA pixels of an instance and a depth image, in one pass over memory.

    CARLA's encoding: tag = R, id = G + 256 B (its number is in ``table``, (65536,)),
    depth = (R + 256 G + 65536 B) / (2^24 - 1) * 1000 m.
    """
    scale = np.float32(_DEPTH_RANGE_M / (2**24 - 1))
    for i in range(len(tags)):
        tags[i] = instance[i, 2]
        ids[i] = table[np.uint16(instance[i, 1]) | (np.uint16(instance[i, 0]) << np.uint16(8))]
        value = np.uint32(depth[i, 2]) | (np.uint32(depth[i, 1]) << np.uint32(8)) | (np.uint32(depth[i, 0]) << np.uint32(16))
        depth_m[i] = np.float32(value) * scale


def _pixels(raw: RawData, mount: Mount) -> NDArray[np.uint8]:
    data = np.frombuffer(raw, np.uint8)
    expected = mount.width_px * mount.height_px * 4
    if data.size != expected:
        raise ValueError(
            f"{mount.channel}: got an image of {data.size} bytes, expected {expected} ({mount.width_px}x{mount.height_px} BGRA)"
        )
    return data.reshape(mount.height_px, mount.width_px, 4)
