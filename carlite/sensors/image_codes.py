"""Images in CARLA's pixel codes (section C.3 of the wire reference): four bytes a pixel, blue, green, red, alpha."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np
from numba import njit, prange, uint8, uint32

FARTHEST_M = 1000.0
_CODES = (1 << 24) - 1


@njit(parallel=True, nogil=True, cache=True, error_model="numpy")
def encode_depth(depth, out):
    """24-bit planar depth, red lowest: code / (2^24 - 1) * 1000 m; at 1000 m and beyond, sky included, all ones.

    Args:
        depth: (n,) float32 metres.
        out: (4 n,) uint8.
    """
    for k in prange(depth.shape[0]):
        code = uint32(np.rint(min(np.float64(depth[k]), FARTHEST_M) / FARTHEST_M * _CODES))
        out[4 * k] = uint8(code >> uint32(16))
        out[4 * k + 1] = uint8((code >> uint32(8)) & uint32(255))
        out[4 * k + 2] = uint8(code & uint32(255))
        out[4 * k + 3] = uint8(255)


@njit(parallel=True, nogil=True, cache=True, error_model="numpy")
def encode_labels(tag, instance, with_instance, out):
    """The tag in red; the 16-bit instance id in green (low) and blue (high), or zero."""
    for k in prange(tag.shape[0]):
        identity = uint32(instance[k]) if with_instance else uint32(0)
        out[4 * k] = uint8(identity >> uint32(8))
        out[4 * k + 1] = uint8(identity & uint32(255))
        out[4 * k + 2] = tag[k]
        out[4 * k + 3] = uint8(255)


@njit(parallel=True, nogil=True, cache=True, error_model="numpy")
def encode_normals(normal, out):
    """World normals: component = 2 code / 255 - 1; x in red, y in green, z in blue."""
    for k in prange(normal.shape[0] // 3):
        for axis in range(3):
            out[4 * k + 2 - axis] = uint8(np.rint((normal[3 * k + axis] + 1.0) * 127.5))
        out[4 * k + 3] = uint8(255)
