"""The triangles of the ground, tile by tile: what loose props fall, roll and slide on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.jit import kernel
from carlite.mesh import Mesh
from carlite.physics.tables import Floats, Integers
from carlite.physics.types import GroundSource
from carlite.tags import Tag

TILE_M = 16.0
_SAMPLE_M = 0.25
_FLAT_M = 1e-6
_WELD_M = 1e-3
_PAINT = int(Tag.ROAD_LINE)  # lies a few millimetres over the road: nothing trips over it
_WALL = 1e-3  # upward part of a normal below which a triangle stands upright


@dataclass(frozen=True, slots=True)
class Patch:
    """One tile's share of the ground.

    Attributes:
        vertices: (n, 3) float64, world, metres; shared by neighbouring triangles.
        triangles: (m, 3) uint32, wound so that their normals point up, or out of what they enclose.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.uint32]


class Terrain:
    """Finds the triangles near a place. A triangle belongs to the one tile in which its centre lies.

    Args:
        meshes: of the ground, in world coordinates. Without any the ground is sampled.
        ground: the same ground seen from above.
    """

    def __init__(self, meshes: Sequence[Mesh], ground: GroundSource) -> None:
        self._ground = ground
        corners = [mesh.vertices[mesh.triangles[mesh.tags != _PAINT]] for mesh in meshes]
        normals = [mesh.normals[mesh.triangles[mesh.tags != _PAINT, 0]] for mesh in meshes]
        self._sampled = not sum(len(part) for part in corners)
        if self._sampled:
            return
        self._corners = np.concatenate(corners)
        self._normals = np.concatenate(normals)
        low = self._corners.reshape(-1, 3)[:, :2].min(0).astype(np.float64)
        high = self._corners.reshape(-1, 3)[:, :2].max(0).astype(np.float64)
        self._first = np.floor(low / TILE_M).astype(np.int64)
        self._size = np.floor(high / TILE_M).astype(np.int64) - self._first + 1
        tiles = int(self._size[0] * self._size[1])
        self._starts = np.zeros(tiles + 1, np.int64)
        self._members = np.zeros(len(self._corners), np.int64)
        self._bounds = np.full((tiles, 4), np.inf)
        sort_triangles(self._corners, self._first, self._size, TILE_M, self._starts, self._members, self._bounds)
        # How far a tile's triangles reach over its border, at most.
        self._overhang_m = float(max(_overhang(self._bounds, self._first, self._size), 0.0))

    def tiles_near(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> list[tuple[int, int]]:
        """Tiles with triangles in the rectangle from ``low`` to ``high`` (world x and y), in rising order."""
        reach = 0.0 if self._sampled else self._overhang_m
        x0, y0 = math.floor((low[0] - reach) / TILE_M), math.floor((low[1] - reach) / TILE_M)
        x1, y1 = math.floor((high[0] + reach) / TILE_M), math.floor((high[1] + reach) / TILE_M)
        around = [(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
        if self._sampled:
            return around
        near = []
        for x, y in around:
            index = self._index(x, y)
            if index >= 0:
                left, right, back, front = self._bounds[index]
                if left <= high[0] and right >= low[0] and back <= high[1] and front >= low[1]:
                    near.append((x, y))
        return near

    def patch(self, x: int, y: int, near_m: float) -> Patch | None:
        """The triangles of a tile; ``near_m`` is a height at which to look for the ground where it is sampled."""
        if self._sampled:
            return self._sample(x, y, near_m)
        index = self._index(x, y)
        members = self._members[self._starts[index] : self._starts[index + 1]] if index >= 0 else self._members[:0]
        if not len(members):
            return None
        corners = self._corners[members].astype(np.float64)
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area = np.linalg.norm(across, axis=1)
        upright = np.abs(across[:, 2]) < _WALL * area
        facing = np.where(upright, (across * self._normals[members]).sum(1), across[:, 2])
        corners[facing < 0.0] = corners[facing < 0.0][:, ::-1]
        return _welded(corners)

    def _index(self, x: int, y: int) -> int:
        column, row = x - int(self._first[0]), y - int(self._first[1])
        if not (0 <= column < self._size[0] and 0 <= row < self._size[1]):
            return -1
        return int(column * self._size[1] + row)

    def _sample(self, x: int, y: int, near_m: float) -> Patch | None:
        side = round(TILE_M / _SAMPLE_M) + 1
        offset = np.linspace(0.0, TILE_M, side)
        gx, gy = np.meshgrid(x * TILE_M + offset, y * TILE_M + offset, indexing="ij")
        points = np.stack([gx.ravel(), gy.ravel(), np.full(gx.size, near_m)], -1)
        points[:, 2] = np.asarray(self._ground.ground_below(points).height_m)
        grid = points.reshape(side, side, 3)
        outer = grid[:: side - 1, :: side - 1].reshape(4, 3)
        if np.isfinite(points).all():
            plane = np.linalg.lstsq(np.c_[outer[:, :2], np.ones(4)], outer[:, 2], rcond=None)[0]
            if np.abs(points[:, :2] @ plane[:2] + plane[2] - points[:, 2]).max() < _FLAT_M:
                return Patch(outer, np.array([[0, 2, 1], [1, 2, 3]], np.uint32))
        index = np.arange(side * side, dtype=np.uint32).reshape(side, side)
        a, b, c, d = index[:-1, :-1].ravel(), index[1:, :-1].ravel(), index[:-1, 1:].ravel(), index[1:, 1:].ravel()
        triangles = np.concatenate([np.stack([a, b, c], -1), np.stack([c, b, d], -1)])
        triangles = triangles[np.isfinite(points[triangles, 2]).all(1)]
        points[~np.isfinite(points)] = 0.0
        return Patch(points, triangles) if len(triangles) else None


def _welded(corners: NDArray[np.float64]) -> Patch | None:
    """Triangles that share corners closer than a millimetre, without those that have none left."""
    points = corners.reshape(-1, 3)
    x, y, z = np.round((points - points.min(0)) / _WELD_M).astype(np.int64).T
    _, chosen, index = np.unique((x << 40) + (y << 20) + z, return_index=True, return_inverse=True)
    triangles = index.reshape(-1, 3).astype(np.uint32)
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (c != a)]
    return Patch(points[chosen], triangles) if len(triangles) else None


def _overhang(bounds: NDArray[np.float64], first: NDArray[np.int64], size: NDArray[np.int64]) -> float:
    column, row = np.divmod(np.arange(len(bounds)), size[1])
    left, back = (column + first[0]) * TILE_M, (row + first[1]) * TILE_M
    over = np.stack([left - bounds[:, 0], bounds[:, 1] - left - TILE_M, back - bounds[:, 2], bounds[:, 3] - back - TILE_M], -1)
    return float(over[np.isfinite(bounds[:, 0])].max())


@kernel()
def sort_triangles(
    corners: NDArray[np.float32],
    first: Integers,
    size: Integers,
    tile_m: float,
    starts: Integers,
    members: Integers,
    bounds: Floats,
) -> None:
    """A counting sort of triangles into the tiles of their centres.

    Args:
        corners: (n, 3, 3) world, metres.
        first, size: number of the corner tile, and how many there are along x and y.
        starts: (tiles + 1,) zeros; becomes the first member of each tile, which are numbered along y, then x.
        members: (n,) becomes the triangles, tile after tile.
        bounds: (tiles, 4) becomes least and greatest x, least and greatest y of each tile's triangles; inf where none are.
    """
    tiles = np.empty(len(corners), np.int64)
    for k in range(len(corners)):
        x = (corners[k, 0, 0] + corners[k, 1, 0] + corners[k, 2, 0]) / 3.0
        y = (corners[k, 0, 1] + corners[k, 1, 1] + corners[k, 2, 1]) / 3.0
        column = min(max(math.floor(x / tile_m) - first[0], 0), size[0] - 1)
        row = min(max(math.floor(y / tile_m) - first[1], 0), size[1] - 1)
        t = column * size[1] + row
        tiles[k] = t
        starts[t + 1] += 1
        if starts[t + 1] == 1:
            bounds[t, 1] = bounds[t, 3] = -np.inf
        for c in range(3):
            bounds[t, 0], bounds[t, 1] = min(bounds[t, 0], corners[k, c, 0]), max(bounds[t, 1], corners[k, c, 0])
            bounds[t, 2], bounds[t, 3] = min(bounds[t, 2], corners[k, c, 1]), max(bounds[t, 3], corners[k, c, 1])
    for t in range(len(starts) - 1):
        starts[t + 1] += starts[t]
    free = starts[:-1].copy()
    for k in range(len(corners)):
        members[free[tiles[k]]] = k
        free[tiles[k]] += 1
