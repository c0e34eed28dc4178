"""Verges: strips of grass that tie the roads to the land."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from carlite.mesh import Mesh
from carlite.scenery.shapes import GRASS, mesh, quads
from carlite.scenery.terrain import LEVEL_M, Terrain

Array = NDArray[np.float64]
_VERGE_WIDTHS_M = (3.0, 1.2, 0.4)


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
    blocked |= edge[:, 2] - below > LEVEL_M
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
