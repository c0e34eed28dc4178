"""Polygons of the ground and meshes over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from carlite.mesh import Mesh
from carlite.scenery.shapes import Look, earcut, mesh, quads, wall
from carlite.scenery.strips import LaneStrip

Array = NDArray[np.float64]
Heights = Callable[[Array], tuple[Array, Array]]
_CELL_M = 2.0
_SLIVER_M2 = 1e-4


def strip_polygon(strip: LaneStrip) -> BaseGeometry:
    """The ground that a lane strip covers, as a valid polygon (or several)."""
    ring = np.concatenate([strip.inner[:, :2], strip.outer[::-1, :2]])
    polygon = shapely.Polygon(ring)
    if polygon.is_valid:
        return polygon
    # A border tighter than its offset folds back: take the quads one by one.
    a, b, c, d = strip.inner[:-1, :2], strip.inner[1:, :2], strip.outer[1:, :2], strip.outer[:-1, :2]
    pieces = shapely.polygons(np.stack([a, b, c, d, a], 1))
    return shapely.union_all(shapely.make_valid(pieces))


def polygons_of(area: BaseGeometry, *, least_m2: float = 0.0) -> list[shapely.Polygon]:
    """The polygons of an area that are larger than ``least_m2``, in a fixed order."""
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and part.area > least_m2]
    return sorted(parts, key=lambda part: part.bounds)


def closed(area: BaseGeometry, *, gap_m: float, largest_hole_m2: float) -> BaseGeometry:
    """``area`` with gaps narrower than ``gap_m`` and small holes filled."""
    grown = area.buffer(0.5 * gap_m, quad_segs=3).buffer(-0.5 * gap_m, quad_segs=3).union(area)
    filled = []
    for part in polygons_of(grown):
        holes = [hole for hole in part.interiors if shapely.Polygon(hole).area > largest_hole_m2]
        filled.append(shapely.Polygon(part.exterior, holes))
    return shapely.union_all(filled)


def sheet(area: BaseGeometry, heights: Heights, look: Look, *, raise_m: float = 0.0, cell_m: float = _CELL_M) -> list[Mesh]:
    """A mesh over ``area`` that follows ``heights`` at the corners of a square grid and along the area's edges."""
    if area.is_empty:
        return []
    shapely.prepare(area)
    x0, y0, x1, y1 = (np.floor(v / cell_m) for v in area.bounds)
    columns, rows = np.meshgrid(np.arange(x0, x1 + 1), np.arange(y0, y1 + 1))
    corner = np.stack([columns.ravel(), rows.ravel()], -1) * cell_m
    boxes = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + cell_m, corner[:, 1] + cell_m)
    inside = shapely.contains_properly(area, boxes)
    edge = ~inside & shapely.intersects(area, boxes)
    meshes = []
    full = corner[inside]
    if len(full):
        corners = full[:, None] + np.array([[0.0, 0.0], [cell_m, 0.0], [cell_m, cell_m], [0.0, cell_m]])
        meshes.append(_draped(corners.reshape(-1, 2), quads(len(full)), heights, look, raise_m))
    pieces = [
        cut(part) for whole in shapely.intersection(boxes[edge], area) for part in polygons_of(whole, least_m2=_SLIVER_M2)
    ]
    if pieces:
        starts = np.cumsum([0] + [len(vertices) for vertices, _ in pieces[:-1]])
        flat = np.concatenate([vertices for vertices, _ in pieces])
        triangles = np.concatenate([tri.astype(np.int64) + start for (_, tri), start in zip(pieces, starts, strict=True)])
        meshes.append(_draped(flat, triangles, heights, look, raise_m))
    return meshes


def edge_walls(area: BaseGeometry, heights: Heights, look: Look, *, raise_m: float, depth_m: float) -> list[Mesh]:
    """Walls along all edges of an area, from its surface down by ``depth_m``."""
    meshes = []
    for part in polygons_of(area):
        for ring in (part.exterior, *part.interiors):
            points = shapely.get_coordinates(shapely.segmentize(ring, _CELL_M))
            z, _ = heights(points)
            top = np.concatenate([points, (z + raise_m)[:, None]], 1)
            meshes.append(wall(top, top - [0.0, 0.0, depth_m], look))
    return meshes


def cut(polygon: shapely.Polygon) -> tuple[Array, NDArray[np.uint32]]:
    """Vertices (n, 2) and triangles (m, 3) of one polygon."""
    exterior, *holes = (shapely.get_coordinates(ring)[:-1] for ring in (polygon.exterior, *polygon.interiors))
    return earcut(exterior, holes)


def union(areas: Iterable[BaseGeometry]) -> BaseGeometry:
    """The union of areas, snapped to millimetres so that borders drawn twice fall together."""
    return shapely.union_all(list(areas), grid_size=0.001)


def _draped(flat: Array, triangles: NDArray[np.integer], heights: Heights, look: Look, raise_m: float) -> Mesh:
    z, normals = heights(flat)
    return mesh(np.concatenate([flat, (z + raise_m)[:, None]], 1), triangles, normals, look)
