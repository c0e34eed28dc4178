"""From a road network to the bytes of its navigation mesh."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carlite.navigation import detour
from carlite.navigation.detour import Area, PolygonMesh
from carlite.navigation.faces import walking_areas
from carlite.navigation.polygons import convex_polygons
from carlite.opendrive import RoadNetwork

Array = NDArray[np.float64]
GroundHeights = Callable[[Array], Array]
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
    faces = areas.faces
    flat, polygons, labels = convex_polygons(faces)
    if len(polygons) > detour.MOST_POLYGONS or len(flat) > detour.MOST_VERTICES:
        _LOG.warning("navigation mesh: %d polygons are too many; walkers will not know the roads", len(polygons))
        flat, polygons, labels = convex_polygons([face for face in faces if face[1] is not Area.ROAD])
    if not polygons:
        return None
    _, nearest = cKDTree(areas.points[:, :2]).query(flat)
    guess = areas.points[nearest, 2]
    z = ground_heights(np.concatenate([flat, guess[:, None]], 1))
    vertices = np.concatenate([flat, np.where(np.abs(z - guess) < 1.0, z, guess)[:, None]], 1)
    return PolygonMesh(vertices=vertices, polygons=polygons, areas=labels)
