"""Images in CARLA's pixel codes (section C.3 of the wire reference): four bytes a pixel, blue, green, red, alpha."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np
from numba import float32, int32, prange, uint8, uint32

from carlite.jit import kernel

FARTHEST_M = 1000.0
CODES = 4096  # steps of 0..1 in the tables of ``encode_values``
_DEPTHS = (1 << 24) - 1


@kernel(parallel=True)
def encode_depth(depth, out):
    """24-bit planar depth, red lowest: code / (2^24 - 1) * 1000 m; at 1000 m and beyond, sky included, all ones.

    Args:
        depth: (n,) float32 metres.
        out: (4 n,) uint8.
    """
    for k in prange(depth.shape[0]):
        code = uint32(np.rint(min(np.float64(depth[k]), FARTHEST_M) / FARTHEST_M * _DEPTHS))
        out[4 * k] = uint8(code >> uint32(16))
        out[4 * k + 1] = uint8((code >> uint32(8)) & uint32(255))
        out[4 * k + 2] = uint8(code & uint32(255))
        out[4 * k + 3] = uint8(255)


@kernel(parallel=True)
def encode_labels(tag, instance, with_instance, out):
    """The tag in red; the 16-bit instance id in green (low) and blue (high), or zero."""
    for k in prange(tag.shape[0]):
        identity = uint32(instance[k]) if with_instance else uint32(0)
        out[4 * k] = uint8(identity >> uint32(8))
        out[4 * k + 1] = uint8(identity & uint32(255))
        out[4 * k + 2] = tag[k]
        out[4 * k + 3] = uint8(255)


@kernel(parallel=True)
def encode_normals(normal, out):
    """World normals: component = 2 code / 255 - 1; x in red, y in green, z in blue."""
    for k in prange(normal.shape[0] // 3):
        for axis in range(3):
            out[4 * k + 2 - axis] = uint8(np.rint((normal[3 * k + axis] + 1.0) * 127.5))
        out[4 * k + 3] = uint8(255)


@kernel(parallel=True)
def encode_values(values, gain, bias, codes, out):
    """The bytes of two or three values a pixel, red first; what is missing, and not a number, is zero.

    Args:
        values: (n, 2) or (n, 3) float32.
        gain, bias: (3,) or (2,) float32 that bring them to 0..1; beyond these they are clipped.
        codes: (CODES,) uint8 bytes of 0..1.
        out: (4 n,) uint8.
    """
    for k in prange(values.shape[0]):
        out[4 * k] = uint8(0)
        for axis in range(values.shape[1]):
            value = values[k, axis] * gain[axis] + bias[axis]
            share = min(value, float32(1)) if value > float32(0) else float32(0)
            out[4 * k + 2 - axis] = codes[int32(share * float32(CODES - 1) + float32(0.5))]
        out[4 * k + 3] = uint8(255)


@kernel(parallel=True)
def encode_again(image, codes, out):
    """Other bytes for those of an image.

    Args:
        image: (n, 4) uint8 blue, green, red, alpha.
        codes: (3, 256) uint8 new bytes of red, green and blue.
        out: (4 n,) uint8.
    """
    for k in prange(image.shape[0]):
        for channel in range(3):
            out[4 * k + channel] = codes[2 - channel, image[k, channel]]
        out[4 * k + 3] = uint8(255)
