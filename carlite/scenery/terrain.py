"""The land around the roads: a height grid that stays below every road, and verges that tie the roads to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, minimum_filter, zoom
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from carlite.mesh import Mesh
from carlite.scenery.field import SurfaceSamples
from carlite.scenery.shapes import GRASS, grid, mesh, quads

Array = NDArray[np.float64]
_CELL_M = 4.0
_MARGIN_M = 260.0
_NEAR_CELLS = 1.75
_MOST_NODES = 4e6  # the land of a map of more than 8 km by 8 km gets a coarser grid
_BELOW_M = 0.22
_VERGE_WIDTHS_M = (3.0, 1.2, 0.4)
_LEVEL_M = 3.0
_HILL_FROM_M, _HILL_TO_M = 45.0, 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """A height grid.

    Attributes:
        origin: (x, y) of node (0, 0), metres.
        heights: (rows over x, columns over y) metres.
        cell_m: between neighbouring nodes.
    """

    origin: tuple[float, float]
    heights: Array
    cell_m: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(x low, y low, x high, y high) metres."""
        rows, columns = self.heights.shape
        x, y = self.origin
        return x, y, x + self.cell_m * (rows - 1), y + self.cell_m * (columns - 1)

    def at(self, xy: Array) -> Array:
        """Heights (n,) at (n, 2), bilinear."""
        rows, columns = self.heights.shape
        u = np.clip((xy[:, 0] - self.origin[0]) / self.cell_m, 0.0, rows - 1.001)
        v = np.clip((xy[:, 1] - self.origin[1]) / self.cell_m, 0.0, columns - 1.001)
        i, j = u.astype(np.int64), v.astype(np.int64)
        fu, fv = u - i, v - j
        h = self.heights
        near = h[i, j] * (1.0 - fv) + h[i, j + 1] * fv
        far = h[i + 1, j] * (1.0 - fv) + h[i + 1, j + 1] * fv
        return np.asarray(near * (1.0 - fu) + far * fu)


def split_levels(samples: SurfaceSamples, cell: float) -> NDArray[np.bool_]:
    """True for samples that lie above another road: bridges, which shape no terrain. ``cell`` is about 4 m."""
    low = samples.points[:, :2].min(0)
    index = ((samples.points[:, :2] - low) / cell).astype(np.int64)
    floor = np.full(index.max(0) + 1, np.inf)
    np.minimum.at(floor, (index[:, 0], index[:, 1]), samples.points[:, 2])
    around = minimum_filter(floor, size=7, mode="nearest")
    result: NDArray[np.bool_] = samples.points[:, 2] > around[index[:, 0], index[:, 1]] + _LEVEL_M
    return result


def make_terrain(samples: SurfaceSamples, *, hill_m: float, rng: np.random.Generator) -> Terrain:
    """Terrain that follows the ground-level roads of ``samples``, with hills up to ``hill_m`` far from all of them."""
    span = samples.points[:, :2].max(0) - samples.points[:, :2].min(0) + 2.0 * _MARGIN_M
    cell = max(_CELL_M, float(np.ceil(np.sqrt(span[0] * span[1] / _MOST_NODES))))
    near_m = _NEAR_CELLS * cell
    grounded = samples.subset(~split_levels(samples, cell))
    low = np.floor((samples.points[:, :2].min(0) - _MARGIN_M) / cell) * cell
    shape = np.ceil((samples.points[:, :2].max(0) + _MARGIN_M - low) / cell).astype(np.int64) + 1
    rows, columns = int(shape[0]), int(shape[1])
    nodes = low + cell * np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), -1).reshape(-1, 2)
    tree = cKDTree(grounded.points[:, :2])
    distance, _ = tree.query(nodes, k=1)
    heights = _far_heights(grounded, nodes).reshape(rows, columns)
    away = distance.reshape(rows, columns)
    smooth = gaussian_filter(heights, 4.0, mode="nearest")
    share = np.clip((away - 12.0) / 40.0, 0.0, 1.0)
    heights = heights * (1.0 - share) + smooth * share - _BELOW_M + 0.08
    rise = np.clip((away - _HILL_FROM_M) / (_HILL_TO_M - _HILL_FROM_M), 0.0, 1.0)
    heights += hill_m * rise * rise * (3.0 - 2.0 * rise) * _noise(rows, columns, rng)
    near = np.flatnonzero(distance < near_m)
    heights.reshape(-1)[near] = np.minimum(heights.reshape(-1)[near], _below_roads(grounded, tree, nodes[near], near_m))
    return Terrain(origin=(float(low[0]), float(low[1])), heights=heights, cell_m=cell)


def terrain_mesh(terrain: Terrain, rng: np.random.Generator) -> Mesh:
    """The grid as a mesh, its grass mottled."""
    rows, columns = terrain.heights.shape
    x = terrain.origin[0] + terrain.cell_m * np.arange(rows)
    y = terrain.origin[1] + terrain.cell_m * np.arange(columns)
    points = np.stack([*np.meshgrid(x, y, indexing="ij"), terrain.heights], -1)
    plain = grid(points, GRASS)
    patches = (0.75 + 0.5 * _noise(rows, columns, rng)).reshape(-1, 1)
    dry = np.array([1.25, 1.02, 0.8])
    share = _noise(rows, columns, rng).reshape(-1, 1)
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


def verge(edge: Array, outward: Array, terrain: Terrain, covered: BaseGeometry) -> list[Mesh]:
    """A strip of grass from a road's edge down into the terrain.

    Args:
        edge: (n, 3) polyline.
        outward: (n, 2) unit vectors away from the road.
        terrain: what it runs into.
        covered: prepared area of all roads; pieces that reach into it are left out.
    """
    outer = edge[:, :2] + _VERGE_WIDTHS_M[0] * outward
    blocked = np.ones(len(edge), bool)
    for width in _VERGE_WIDTHS_M:
        # Never over a neighbouring road: the widest strip that stays clear of all roads.
        reach = edge[:, :2] + width * outward
        half = edge[:, :2] + 0.5 * width * outward
        free = ~shapely.contains_xy(covered, reach[:, 0], reach[:, 1]) & ~shapely.contains_xy(covered, half[:, 0], half[:, 1])
        outer = np.where((blocked & free)[:, None], reach, outer)
        blocked &= ~free
    below = terrain.at(outer)
    z = np.minimum(edge[:, 2] - 0.45, below - 0.25)
    # No curtain of grass under a bridge.
    blocked |= edge[:, 2] - below > _LEVEL_M
    keep = np.flatnonzero(~(blocked[1:] | blocked[:-1]))
    if not len(keep):
        return []
    top = edge - [0.0, 0.0, 0.02]
    low = np.concatenate([outer, z[:, None]], 1)
    corners = np.stack([top[keep], low[keep], low[keep + 1], top[keep + 1]], 1).reshape(-1, 3)
    # Lit as the level ground it should pass for.
    normals = np.tile([0.0, 0.0, 1.0], (len(corners), 1))
    return [mesh(corners, quads(len(keep)), normals, GRASS)]


def outward_normals(edge: Array, inside: Array) -> Array:
    """(n, 2) unit vectors across an edge polyline (n, 3), away from the points ``inside`` (n, 3)."""
    along = np.gradient(edge[:, :2], axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], -1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    side = np.sum(across * (edge[:, :2] - inside[:, :2]), 1, keepdims=True)
    return np.asarray(np.where(side < 0.0, -across, across))


def _far_heights(samples: SurfaceSamples, nodes: Array) -> Array:
    # One sample a 6 m cell is enough away from the roads, and keeps dense junctions from outweighing straight roads.
    cells = np.floor(samples.points[:, :2] / 6.0).astype(np.int64)
    _, first = np.unique(cells, axis=0, return_index=True)
    sparse = samples.points[np.sort(first)]
    count = min(16, len(sparse))
    distance, index = cKDTree(sparse[:, :2]).query(nodes, k=range(1, count + 1))
    weights = 1.0 / (distance**2 + 4.0) ** 1.5
    return np.asarray((weights * sparse[index, 2]).sum(1) / weights.sum(1))


def _below_roads(samples: SurfaceSamples, tree: cKDTree, nodes: Array, near_m: float) -> Array:
    """Height just below every road within a cell of each node."""
    count = min(24, len(samples.points))
    distance, index = tree.query(nodes, k=range(1, count + 1), distance_upper_bound=near_m)
    found = np.isfinite(distance)
    index = np.where(found, index, 0)
    offset = nodes[:, None] - samples.points[index, :2]
    planes = samples.points[index, 2] + np.einsum("nkd,nkd->nk", offset, samples.gradients[index])
    lowest = np.min(np.where(found, planes, np.inf), axis=1)
    return np.asarray(lowest - _BELOW_M)


def _noise(rows: int, columns: int, rng: np.random.Generator) -> Array:
    """Smooth noise 0..1 with features of about 40 and 150 m."""
    total = np.zeros((rows, columns))
    for cells, share in ((36, 0.6), (11, 0.4)):
        coarse = rng.random((rows // cells + 3, columns // cells + 3))
        fine = zoom(coarse, cells, order=3, mode="nearest", grid_mode=True)
        total += share * fine[:rows, :columns]
    return np.clip(total, 0.0, 1.0)
