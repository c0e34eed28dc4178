"""Which pixels of a picture lie on edges and want more samples."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

from numba import float32, int32, prange, uint8, uint32

from carlite.jit import inlined, inner, kernel
from carlite.mesh import Material
from carlite.rays.kernels import NO_HIT, floats, octets, words

_LEAVES = int(Material.LEAVES)
_ID_STEP, _STEP, _BEND = 20, 60, 0.08  # of 255, of 255, of inverse depth


@inlined
def green_of(bgra, k):
    """Green of a pixel, 0..255."""
    return int32((bgra[k] >> uint32(8)) & uint32(255))


@inlined
def edge_between(ids, depth, bgra, here, step):
    """1 where three pixels in a line show different things, a step in brightness or in depth, and where that shows at all.

    Inverse depth is linear over a plane, however it is slanted. The leaves of one tree hide each other without edges.
    Without branches, so that LLVM does eight pixels at once.
    """
    own = ids[here]
    other = (ids[here - step] ^ own) | (ids[here + step] ^ own)
    green = green_of(bgra, here)
    contrast = max(abs(green_of(bgra, here - step) - green), abs(green_of(bgra, here + step) - green))
    a = depth[here - step]
    b = depth[here + step]
    bend = abs(depth[here] * (a + b) - float32(2) * a * b)
    smooth = (bend <= float32(_BEND) * a * b) & (contrast <= int32(_STEP))
    rough = (own != NO_HIT) & ((own & uint32(255)) != uint32(_LEAVES)) & (smooth ^ True)
    return uint8((contrast > int32(_ID_STEP)) if other != uint32(0) else rough)


@inner()
def mark_row(y, width, height, ids_at, depth_at, bgra_at, marks_at):
    """One row of ``mark_edges``; apart, because numba takes writes through pointers in a parallel loop for dead."""
    ids = words(ids_at)
    depth = floats(depth_at)
    bgra = words(bgra_at)
    marks = octets(marks_at)
    down = width if 0 < y < height - 1 else 0  # a pixel compared with itself is no edge
    start = y * width
    for k in range(start + 1, start + width - 1):
        marks[k] = edge_between(ids, depth, bgra, k, 1) | edge_between(ids, depth, bgra, k, down)
    marks[start] = edge_between(ids, depth, bgra, start, down)
    marks[start + width - 1] = edge_between(ids, depth, bgra, start + width - 1, down)


@kernel(parallel=True)
def mark_edges(width, height, ids_at, depth_at, bgra_at, marks_at):
    """Marks the pixels on edges with 1, all others with 0.

    Args:
        width, height: of the picture.
        ids_at, depth_at, bgra_at, marks_at: addresses of uint32, float32, four bytes and uint8 a pixel.
    """
    for y in prange(height):
        mark_row(y, width, height, ids_at, depth_at, bgra_at, marks_at)
