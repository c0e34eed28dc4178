"""The land around the roads: height grids that stay below every road, and run on without a seam from one to the next.

A map up to some kilometres across lies on one grid. Of a larger one only the squares near a road are made, so that what a map
costs follows its roads and not the empty land between them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, zoom
from scipy.spatial import cKDTree

from carlite.mesh import Mesh, merged
from carlite.scenery.field import SurfaceSamples
from carlite.scenery.shapes import GRASS, grid

Array = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
LEVEL_M = 3.0
_CELL_M = 4.0
_MARGIN_M = 260.0
_NEAR_CELLS = 1.75
_WHOLE_NODES = 1_200_000  # of one grid: 4.4 km by 4.4 km
_MOST_NODES = 2_000_000  # of all squares; a map with more road gets coarser ones
_SQUARE_CELLS = 128
_SMOOTH_CELLS, _SMOOTH_REACH = 4.0, 16
_COARSE, _FINE_WITHIN_M = 4, 70.0
_BELOW_M = 0.22
_HILL_FROM_M, _HILL_TO_M = 45.0, 240.0
_NOISE = ((36, 0.6), (11, 0.4))  # (cells, share): features of about 150 and 40 m


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A height grid.

    Attributes:
        origin: (x, y) of node (0, 0), metres.
        heights: (rows over x, columns over y) metres.
        tint: (rows, columns, 2) noise 0..1 of the grass: brightness, dryness.
        cell_m: between neighbouring nodes.
    """

    origin: tuple[float, float]
    heights: Array
    tint: Array
    cell_m: float

    @property
    def bounds(self) -> Bounds:
        """(x low, y low, x high, y high) metres."""
        rows, columns = self.heights.shape
        x, y = self.origin
        return x, y, x + self.cell_m * (rows - 1), y + self.cell_m * (columns - 1)

    def at(self, xy: Array) -> Array:
        """Heights (n,) at (n, 2), bilinear; beyond the grid those of its edge."""
        rows, columns = self.heights.shape
        u = np.clip((xy[:, 0] - self.origin[0]) / self.cell_m, 0.0, rows - 1.001)
        v = np.clip((xy[:, 1] - self.origin[1]) / self.cell_m, 0.0, columns - 1.001)
        i, j = u.astype(np.int64), v.astype(np.int64)
        fu, fv = u - i, v - j
        h = self.heights
        near = h[i, j] * (1.0 - fv) + h[i, j + 1] * fv
        far = h[i + 1, j] * (1.0 - fv) + h[i + 1, j + 1] * fv
        return np.asarray(near * (1.0 - fu) + far * fu)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """The land: one patch, or squares of one size that share their edges."""

    patches: tuple[Patch, ...]

    def at(self, xy: Array) -> Array:
        """Heights (n,) at (n, 2), bilinear; beyond the land those of its nearest edge."""
        if len(self.patches) == 1:
            return self.patches[0].at(xy)
        middles = np.array([[0.5 * (b[0] + b[2]), 0.5 * (b[1] + b[3])] for b in (patch.bounds for patch in self.patches)])
        # The nearest by the larger of both distances is the square that holds a point.
        _, index = cKDTree(middles).query(xy, p=np.inf)
        heights = np.empty(len(xy))
        for at in np.unique(index):
            of = index == at
            heights[of] = self.patches[at].at(xy[of])
        return heights


def split_levels(samples: SurfaceSamples, cell: float) -> NDArray[np.bool_]:
    """True for samples that lie above another road: bridges, which shape no terrain. ``cell`` is about 4 m."""
    low = samples.points[:, :2].min(0)
    index = ((samples.points[:, :2] - low) / cell).astype(np.int64) + 3
    stride = int(index[:, 1].max()) + 4
    cells, of = np.unique(index[:, 0] * stride + index[:, 1], return_inverse=True)
    floor = np.full(len(cells), np.inf)
    np.minimum.at(floor, of, samples.points[:, 2])
    around = floor.copy()
    for i, j in itertools.product(range(-3, 4), repeat=2):
        beside = cells + i * stride + j
        at = np.minimum(np.searchsorted(cells, beside), len(cells) - 1)
        around = np.where(cells[at] == beside, np.minimum(around, floor[at]), around)
    result: NDArray[np.bool_] = samples.points[:, 2] > around[of] + LEVEL_M
    return result


def make_terrain(samples: SurfaceSamples, *, hill_m: float, rng: np.random.Generator) -> Terrain:
    """Terrain that follows the ground-level roads of ``samples``, with hills up to ``hill_m`` far from all of them."""
    low, high = samples.points[:, :2].min(0) - _MARGIN_M, samples.points[:, :2].max(0) + _MARGIN_M
    if np.prod(np.ceil((high - low) / _CELL_M)) <= _WHOLE_NODES:
        return Terrain(patches=(_whole(samples, low, high, hill_m, rng),))
    seed = int(rng.integers(2**62))
    cell = max(_CELL_M, _CELL_M * float(np.ceil(np.sqrt(len(_squares(samples, _CELL_M)) * _SQUARE_CELLS**2 / _MOST_NODES))))
    shape = _Shape(samples, cell)
    return Terrain(patches=tuple(_square(shape, i, j, hill_m, seed) for i, j in _squares(samples, cell)))


def terrain_mesh(terrain: Terrain) -> Mesh:
    """The grids as a mesh, their grass mottled."""
    return merged([_patch_mesh(patch) for patch in terrain.patches])


class _Shape:
    """What gives the land its height: the roads on the ground."""

    def __init__(self, samples: SurfaceSamples, cell_m: float) -> None:
        self.cell_m, self.near_m = cell_m, _NEAR_CELLS * cell_m
        self.grounded = samples.subset(~split_levels(samples, cell_m))
        self.tree = cKDTree(self.grounded.points[:, :2])
        # One sample a 6 m cell is enough away from the roads, and keeps dense junctions from outweighing straight roads.
        cells = np.floor(self.grounded.points[:, :2] / 6.0).astype(np.int64)
        _, first = np.unique(cells, axis=0, return_index=True)
        self._sparse = self.grounded.points[np.sort(first)]
        self._sparse_tree = cKDTree(self._sparse[:, :2])

    def far_heights(self, nodes: Array) -> Array:
        """A blend (n,) of the nearest roads' heights at (n, 2)."""
        count = min(16, len(self._sparse))
        distance, index = self._sparse_tree.query(nodes, k=range(1, count + 1))
        weights = 1.0 / (distance**2 + 4.0) ** 1.5
        return np.asarray((weights * self._sparse[index, 2]).sum(1) / weights.sum(1))

    def below_roads(self, nodes: Array) -> Array:
        """Height just below every road within a cell of each node."""
        samples, count = self.grounded, min(24, len(self.grounded.points))
        distance, index = self.tree.query(nodes, k=range(1, count + 1), distance_upper_bound=self.near_m)
        found = np.isfinite(distance)
        index = np.where(found, index, 0)
        offset = nodes[:, None] - samples.points[index, :2]
        planes = samples.points[index, 2] + np.einsum("nkd,nkd->nk", offset, samples.gradients[index])
        lowest = np.min(np.where(found, planes, np.inf), axis=1)
        return np.asarray(lowest - _BELOW_M)

    def heights(self, low: Array, rows: int, columns: int, hill_m: float, noise: Array, *, coarse: bool = False) -> Array:
        """(rows, columns) of a grid whose first node is ``low``; ``noise`` (rows, columns) shapes its hills.

        ``coarse`` asks the roads at every fourth node only where none is near; the size must be a multiple of that, and one.
        """
        nodes = low + self.cell_m * np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), -1)
        if coarse:
            distance, heights = self._mostly_coarse(nodes)
        else:
            distance, heights = self.tree.query(nodes.reshape(-1, 2), k=1)[0], self.far_heights(nodes.reshape(-1, 2))
        nodes, heights, away = nodes.reshape(-1, 2), heights.reshape(rows, columns), distance.reshape(rows, columns)
        smooth = gaussian_filter(heights, _SMOOTH_CELLS, mode="nearest")
        share = np.clip((away - 12.0) / 40.0, 0.0, 1.0)
        heights = heights * (1.0 - share) + smooth * share - _BELOW_M + 0.08
        rise = np.clip((away - _HILL_FROM_M) / (_HILL_TO_M - _HILL_FROM_M), 0.0, 1.0)
        heights += hill_m * rise * rise * (3.0 - 2.0 * rise) * noise
        near = np.flatnonzero(distance < self.near_m)
        heights.reshape(-1)[near] = np.minimum(heights.reshape(-1)[near], self.below_roads(nodes[near]))
        return np.asarray(heights)

    def _mostly_coarse(self, nodes: Array) -> tuple[Array, Array]:
        """Distances to the nearest road and heights (rows * columns,) at nodes (rows, columns, 2)."""
        few = nodes[::_COARSE, ::_COARSE]
        distance, height = self.tree.query(few.reshape(-1, 2), k=1)[0], self.far_heights(few.reshape(-1, 2))
        at = np.indices(nodes.shape[:2]) / _COARSE
        between = (map_coordinates(of.reshape(few.shape[:2]), at, order=1, mode="nearest") for of in (distance, height))
        distance, height = (of.reshape(-1) for of in between)
        near = np.flatnonzero(distance < _FINE_WITHIN_M)
        distance[near] = self.tree.query(nodes.reshape(-1, 2)[near], k=1)[0]
        height[near] = self.far_heights(nodes.reshape(-1, 2)[near])
        return distance, height


def _whole(samples: SurfaceSamples, low: Array, high: Array, hill_m: float, rng: np.random.Generator) -> Patch:
    low = np.floor(low / _CELL_M) * _CELL_M
    rows, columns = (int(n) for n in np.ceil((high - low) / _CELL_M).astype(np.int64) + 1)
    heights = _Shape(samples, _CELL_M).heights(low, rows, columns, hill_m, _noise(rows, columns, rng))
    tint = np.stack([_noise(rows, columns, rng), _noise(rows, columns, rng)], -1)
    return Patch(origin=(float(low[0]), float(low[1])), heights=heights, tint=tint, cell_m=_CELL_M)


def _squares(samples: SurfaceSamples, cell_m: float) -> list[tuple[int, int]]:
    """Numbers (i, j) of the squares that are near a road, counted from the map's origin."""
    size = _SQUARE_CELLS * cell_m
    reach = np.array(list(itertools.product((-_MARGIN_M, 0.0, _MARGIN_M), repeat=2)))
    spots = np.unique(np.round(samples.points[:, :2] / 16.0), axis=0) * 16.0
    keys = np.floor((spots[:, None] + reach) / size).astype(np.int64).reshape(-1, 2)
    return [(int(i), int(j)) for i, j in np.unique(keys, axis=0)]


def _square(shape: _Shape, i: int, j: int, hill_m: float, seed: int) -> Patch:
    """One square, made a little larger than it is so that smoothing meets no edge."""
    first = np.array([i, j]) * _SQUARE_CELLS - _SMOOTH_REACH
    count = _SQUARE_CELLS + 1 + 2 * _SMOOTH_REACH
    nodes = first[:, None] + np.arange(count)
    hills, bright, dry = (_lattice_noise(nodes[0], nodes[1], seed + number) for number in range(3))
    heights = shape.heights(first * shape.cell_m, count, count, hill_m, hills, coarse=True)
    inside = (slice(_SMOOTH_REACH, -_SMOOTH_REACH),) * 2
    x, y = ((first + _SMOOTH_REACH) * shape.cell_m).tolist()
    return Patch(origin=(x, y), heights=heights[inside], tint=np.stack([bright, dry], -1)[inside], cell_m=shape.cell_m)


def _patch_mesh(patch: Patch) -> Mesh:
    rows, columns = patch.heights.shape
    x = patch.origin[0] + patch.cell_m * np.arange(rows)
    y = patch.origin[1] + patch.cell_m * np.arange(columns)
    points = np.stack([*np.meshgrid(x, y, indexing="ij"), patch.heights], -1)
    plain = grid(points, GRASS)
    patches = (0.75 + 0.5 * patch.tint[..., 0]).reshape(-1, 1)
    dry = np.array([1.25, 1.02, 0.8])
    share = patch.tint[..., 1].reshape(-1, 1)
    colours = plain.colours * patches * (1.0 + share * (dry - 1.0))
    return Mesh(
        vertices=plain.vertices,
        triangles=plain.triangles,
        normals=plain.normals,
        uvs=plain.uvs,
        colours=colours.astype(np.float32),
        materials=plain.materials,
        tags=plain.tags,
    )


def _noise(rows: int, columns: int, rng: np.random.Generator) -> Array:
    """Smooth noise 0..1."""
    total = np.zeros((rows, columns))
    for cells, share in _NOISE:
        coarse = rng.random((rows // cells + 3, columns // cells + 3))
        fine = zoom(coarse, cells, order=3, mode="nearest", grid_mode=True)
        total += share * fine[:rows, :columns]
    return np.clip(total, 0.0, 1.0)


def _lattice_noise(rows: NDArray[np.int64], columns: NDArray[np.int64], seed: int) -> Array:
    """Smooth noise 0..1 at nodes of an endless grid, (rows, columns): the same for a node in whatever square."""
    total = np.zeros((len(rows), len(columns)))
    for number, (cells, share) in enumerate(_NOISE):
        (i, u), (j, v) = (np.divmod(of / cells, 1.0) for of in (rows, columns))
        u, v = (3.0 * of**2 - 2.0 * of**3 for of in (u, v))
        corner = [[_random(i + a, j + b, seed + 8 * number) for b in (0, 1)] for a in (0, 1)]
        near = corner[0][0] * (1.0 - v) + corner[0][1] * v
        far = corner[1][0] * (1.0 - v) + corner[1][1] * v
        total += share * (near * (1.0 - u[:, None]) + far * u[:, None])
    return total


def _random(rows: Array, columns: Array, seed: int) -> Array:
    """Numbers 0..1 (rows, columns) that follow from a place and a seed (the finaliser of SplitMix64)."""
    mixed = np.add.outer(
        rows.astype(np.int64).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15), columns.astype(np.int64).astype(np.uint64)
    )
    mixed = mixed * np.uint64(0xD1342543DE82EF95) + np.uint64(seed)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))).astype(np.float64) / 2.0**64)
