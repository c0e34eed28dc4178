"""CARLA's images as arrays: pictures, and the label images that its instance and depth cameras make."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from rarebit.rig.numbers import Numbers
from rarebit.rig.request import RawData
from rarebit.snapshot import LabelImages

# Depth is 24 bits over this range (CARLA's encoding).
_DEPTH_RANGE_M = 1000.0
_AS_THEY_ARE: NDArray[np.uint16] = np.arange(1 << 16, dtype=np.uint16)

PLAIN = {
    "motion_blur_intensity": "0.0",
    "lens_circle_multiplier": "0.0",
    "lens_flare_intensity": "0.0",
    "chromatic_aberration_intensity": "0.0",
}
"""Attributes of an RGB camera without what would let the picture differ from the lens model, or depend on earlier frames."""


def pixels(raw: RawData, width_px: int, height_px: int, channel: str) -> NDArray[np.uint8]:
    """(height, width, 4) BGRA; a view on ``raw``, nothing is copied.

    Args:
        raw: of an image.
        width_px, height_px: that it has to have.
        channel: for the error.

    Raises:
        ValueError: ``raw`` has not that size.
    """
    data = np.frombuffer(raw, np.uint8)
    expected = width_px * height_px * 4
    if data.size != expected:
        raise ValueError(f"{channel}: got an image of {data.size} bytes, expected {expected} ({width_px}x{height_px} BGRA)")
    return data.reshape(height_px, width_px, 4)


def label_images(instance: NDArray[np.uint8], depth: NDArray[np.uint8], numbers: Numbers | None = None) -> LabelImages:
    """Tag, instance and depth images from the (h, w, 4) pixels of an instance and a depth camera.

    Args:
        numbers: what the server's ids become; None keeps them.
    """
    shape = instance.shape[:2]
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
