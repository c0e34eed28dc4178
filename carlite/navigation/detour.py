"""Detour's binary navigation mesh, as CARLA's client reads it.

The container is that of the Recast demo ("MSET", version 1): a set header, then tiles, each a ``dtMeshHeader`` of version 7
with vertices, polygons, room for links, detail meshes and a tree of bounds (recastnavigation, ``DetourNavMesh.h`` and
``DetourNavMeshBuilder.cpp``). Everything is little-endian. Detour's axes are (x, up, z), which are CARLA's (x, z, y).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CORNERS = 6
"""The most corners that a polygon of Detour can have."""
MOST_POLYGONS = 0x7FFF
MOST_VERTICES = 0xFFFE
_NONE = 0xFFFFFFFF
_CELL_M = 0.3
_AGENT_HEIGHT_M, _AGENT_RADIUS_M, _AGENT_CLIMB_M = 1.8, 0.3, 0.5
_EDGE_OF_POLYGON = 1
_MARGIN_M = 1.0

_SET = struct.Struct("<4sii3fffii")
_TILE = struct.Struct("<Ii")
_HEADER = struct.Struct("<4siiiiIiiiiiiiiifff3f3ff")
_POLYGON = np.dtype(
    [
        ("first_link", "<u4"),
        ("corners", "<u2", CORNERS),
        ("neighbours", "<u2", CORNERS),
        ("flags", "<u2"),
        ("count", "u1"),
        ("area", "u1"),
    ]
)
_DETAIL = np.dtype([("vertex", "<u4"), ("triangle", "<u4"), ("vertices", "u1"), ("triangles", "u1"), ("pad", "<u2")])
_NODE = np.dtype([("low", "<u2", 3), ("high", "<u2", 3), ("index", "<i4")])
_LINK_BYTES = 12


class Area(IntEnum):
    """What a polygon is; the numbers that CARLA's client knows."""

    SIDEWALK = 1
    CROSSWALK = 2
    ROAD = 3
    GRASS = 4


_FLAGS = {Area.SIDEWALK: 2, Area.CROSSWALK: 4, Area.ROAD: 8, Area.GRASS: 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolygonMesh:
    """Convex polygons that share corners.

    Attributes:
        vertices: (n, 3) metres, CARLA's frame.
        polygons: of each, 3 to 6 vertex indices, counter-clockwise in the plane of x and y as in a textbook, that is
            clockwise as seen from above in CARLA's left-handed frame.
        areas: (m,) of each polygon.
    """

    vertices: Array
    polygons: list[list[int]]
    areas: list[Area]

    def __post_init__(self) -> None:
        if len(self.polygons) != len(self.areas):
            raise ValueError(f"PolygonMesh: got {len(self.polygons)} polygons and {len(self.areas)} areas")
        if not self.polygons:
            raise ValueError("PolygonMesh: got no polygon, expected at least one")
        for number, corners in enumerate(self.polygons):
            if not 3 <= len(corners) <= CORNERS:
                raise ValueError(f"PolygonMesh: polygon {number} has {len(corners)} corners, expected 3 to {CORNERS}")
        if len(self.polygons) > MOST_POLYGONS or len(self.vertices) > MOST_VERTICES:
            raise ValueError(
                f"PolygonMesh: got {len(self.polygons)} polygons and {len(self.vertices)} vertices, "
                f"expected at most {MOST_POLYGONS} and {MOST_VERTICES}; simplify the areas"
            )


def encode(mesh: PolygonMesh) -> bytes:
    """The whole file of a mesh: one tile."""
    tile = _tile(mesh)
    points = _axes(mesh.vertices)
    low, high = points.min(0) - _MARGIN_M, points.max(0) + _MARGIN_M
    bits = max(int(np.ceil(np.log2(len(mesh.polygons)))), 0)
    header = _SET.pack(b"TESM", 1, 1, *low, high[0] - low[0], high[2] - low[2], 1, 1 << bits)
    return header + _TILE.pack(1 << bits, len(tile)) + tile


def neighbours(polygons: list[list[int]]) -> list[list[int]]:
    """Of each polygon, of each edge (from a corner to the next): the polygon beyond it, -1 at the border of the mesh."""
    owner = {
        (first, second): (number, edge)
        for number, corners in enumerate(polygons)
        for edge, (first, second) in enumerate(_edges(corners))
    }
    return [[owner.get((second, first), (-1, 0))[0] for first, second in _edges(corners)] for corners in polygons]


def _edges(corners: list[int]) -> list[tuple[int, int]]:
    return list(zip(corners, [*corners[1:], corners[0]], strict=True))


def _axes(points: Array) -> Array:
    """CARLA's (x, y, z) as Detour's (x, up, z)."""
    return np.ascontiguousarray(points[:, [0, 2, 1]])


def _tile(mesh: PolygonMesh) -> bytes:
    points = _axes(mesh.vertices)
    count = len(mesh.polygons)
    # Detour's triangles have a positive area when they turn clockwise in the plane of x and z.
    turned = [corners[::-1] for corners in mesh.polygons]
    beyond = neighbours(turned)
    polygons = np.zeros(count, _POLYGON)
    polygons["first_link"] = _NONE
    for number, (corners, behind) in enumerate(zip(turned, beyond, strict=True)):
        polygons["corners"][number, : len(corners)] = corners
        polygons["neighbours"][number, : len(behind)] = [other + 1 for other in behind]
    polygons["flags"] = [_FLAGS[area] for area in mesh.areas]
    polygons["count"] = [len(corners) for corners in turned]
    polygons["area"] = mesh.areas
    links = sum(other >= 0 for behind in beyond for other in behind)
    details, triangles = _details([len(corners) for corners in turned])
    tree = _tree(points, turned)
    low, high = points.min(0) - _MARGIN_M, points.max(0) + _MARGIN_M
    header = _HEADER.pack(
        *(b"VAND", 7, 0, 0, 0, 0, count, len(points), links),
        *(count, 0, len(triangles), len(tree), 0, count),
        *(_AGENT_HEIGHT_M, _AGENT_RADIUS_M, _AGENT_CLIMB_M),
        *(*low, *high, 1.0 / _CELL_M),
    )
    parts = (points.astype("<f4"), polygons, np.zeros(links * _LINK_BYTES, np.uint8), details, triangles, tree)
    return header + b"".join(part.tobytes() for part in parts)


def _details(counts: list[int]) -> tuple[NDArray[np.void], NDArray[np.uint8]]:
    """Detail meshes: a fan over the corners of each polygon, and which of the triangles' edges are the polygon's own."""
    details = np.zeros(len(counts), _DETAIL)
    triangles: list[tuple[int, int, int, int]] = []
    for number, count in enumerate(counts):
        details[number] = (0, len(triangles), 0, count - 2, 0)
        for corner in range(2, count):
            outer = _EDGE_OF_POLYGON << 2
            outer |= _EDGE_OF_POLYGON if corner == 2 else 0
            outer |= _EDGE_OF_POLYGON << 4 if corner == count - 1 else 0
            triangles.append((0, corner - 1, corner, outer))
    return details, np.array(triangles, np.uint8)


def _tree(points: Array, polygons: list[list[int]]) -> NDArray[np.void]:
    """Tree of bounds in depth-first order: a leaf holds its polygon, a branch minus the number of nodes to skip past it."""
    origin = points.min(0) - _MARGIN_M
    low = np.array([points[corners].min(0) for corners in polygons]) - origin
    high = np.array([points[corners].max(0) for corners in polygons]) - origin
    lows = np.clip(np.floor(low / _CELL_M), 0, 0xFFFF).astype(np.int64)
    highs = np.clip(np.ceil(high / _CELL_M), 0, 0xFFFF).astype(np.int64)
    nodes = np.zeros(2 * len(polygons) - 1, _NODE)
    filled = 0

    def divide(items: NDArray[np.intp]) -> None:
        nonlocal filled
        at = filled
        filled += 1
        nodes["low"][at], nodes["high"][at] = lows[items].min(0), highs[items].max(0)
        if len(items) == 1:
            nodes["index"][at] = items[0]
            return
        axis = int(np.argmax(highs[items].max(0) - lows[items].min(0)))
        ordered = items[np.argsort(lows[items, axis], kind="stable")]
        divide(ordered[: len(items) // 2])
        divide(ordered[len(items) // 2 :])
        nodes["index"][at] = at - filled

    divide(np.arange(len(polygons)))
    return nodes
