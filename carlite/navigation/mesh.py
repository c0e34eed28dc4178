"""From a road network to the bytes of its navigation mesh."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carlite.navigation import detour
from carlite.navigation.detour import Area, PolygonMesh
from carlite.navigation.faces import walking_areas
from carlite.navigation.polygons import convex_polygons
from carlite.opendrive import RoadNetwork

Array = NDArray[np.float64]
GroundHeights = Callable[[Array], Array]
Sheet = tuple[list[tuple[shapely.Polygon, Area]], Array]
_GRID = 1000.0
_SAME_LEVEL_M = 1.0
_LOG = logging.getLogger(__name__)


def build(network: RoadNetwork, ground_heights: GroundHeights) -> bytes:
    """The file that the client's walker AI loads; empty when the map has nowhere to walk.

    Args:
        network: the map.
        ground_heights: heights (n,) in metres of the ground below points (n, 3), -inf where there is none.
    """
    mesh = polygon_mesh(network, ground_heights)
    return b"" if mesh is None else detour.encode(mesh)


def polygon_mesh(network: RoadNetwork, ground_heights: GroundHeights) -> PolygonMesh | None:
    """The convex polygons of a map's walking areas on the ground; None when there are none.

    Roads, which few walkers use, are left out of a map that has too many polygons for one tile of Detour.
    """
    areas = walking_areas(network)
    sheets = [(areas.faces, areas.points), (areas.upper_faces, areas.upper_points)]
    vertices, polygons, labels = _welded(sheets, ground_heights)
    if len(polygons) > detour.MOST_POLYGONS or len(vertices) > detour.MOST_VERTICES:
        _LOG.warning("navigation mesh: %d polygons are too many; walkers will not know the roads", len(polygons))
        sheets = [([face for face in faces if face[1] is not Area.ROAD], points) for faces, points in sheets]
        vertices, polygons, labels = _welded(sheets, ground_heights)
    if not polygons:
        return None
    return PolygonMesh(vertices=vertices, polygons=polygons, areas=labels)


def _welded(sheets: list[Sheet], ground_heights: GroundHeights) -> tuple[Array, list[list[int]], list[Area]]:
    """The polygons of all sheets with their heights; corners of two sheets that fall together are one."""
    index: dict[tuple[int, int], list[int]] = {}
    corners: list[Array] = []
    polygons: list[list[int]] = []
    labels: list[Area] = []
    for faces, points in sheets:
        if not faces:
            continue
        flat, own, areas = convex_polygons(faces)
        numbers = []
        for corner in _lifted(flat, points, ground_heights):
            key = (round(corner[0] * _GRID), round(corner[1] * _GRID))
            near = [
                number
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
                for number in index.get((key[0] + i, key[1] + j), ())
                if abs(corners[number][2] - corner[2]) < _SAME_LEVEL_M
            ]
            if near and len(polygons):
                numbers.append(near[0])
                continue
            index.setdefault(key, []).append(len(corners))
            numbers.append(len(corners))
            corners.append(corner)
        polygons += [[numbers[at] for at in polygon] for polygon in own]
        labels += areas
    return np.array(corners).reshape(-1, 3), polygons, labels


def _lifted(flat: Array, points: Array, ground_heights: GroundHeights) -> Array:
    """Corners (n, 2) at the height of the ground where it is near that of the nearest of ``points``, else at that."""
    _, nearest = cKDTree(points[:, :2]).query(flat)
    guess = points[nearest, 2]
    z = ground_heights(np.concatenate([flat, guess[:, None]], 1))
    return np.concatenate([flat, np.where(np.abs(z - guess) < 1.0, z, guess)[:, None]], 1)
