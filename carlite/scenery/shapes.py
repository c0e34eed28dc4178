"""Building blocks of ground meshes: grids, walls and polygons that know their look."""

from __future__ import annotations

from dataclasses import dataclass

import mapbox_earcut
import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Material, Mesh, merged
from carlite.models.materials import LOOKS
from carlite.tags import Tag

Array = NDArray[np.float64]

_QUAD = np.array([[0, 1, 2], [0, 2, 3]])


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece of ground looks: material, semantic tag and linear albedo."""

    material: Material
    tag: Tag
    colour: tuple[float, float, float]


ASPHALT = Look(Material.ASPHALT, Tag.ROADS, (0.10, 0.10, 0.105))
GUTTER = Look(Material.CONCRETE, Tag.ROADS, (0.26, 0.26, 0.25))
BIKE_LANE = Look(Material.ASPHALT, Tag.ROADS, (0.22, 0.085, 0.07))
SIDEWALK = Look(Material.CONCRETE, Tag.SIDEWALKS, (0.30, 0.29, 0.275))
KERB = Look(Material.CONCRETE, Tag.SIDEWALKS, (0.40, 0.39, 0.37))
ISLAND = Look(Material.GRASS, Tag.TERRAIN, (0.11, 0.155, 0.06))
GRASS = Look(Material.GRASS, Tag.TERRAIN, (0.105, 0.145, 0.055))
GRAVEL = Look(Material.SOIL, Tag.TERRAIN, (0.24, 0.21, 0.17))
DECK = Look(Material.CONCRETE, Tag.BRIDGE, (0.33, 0.33, 0.32))
ROOF = Look(Material.CONCRETE, Tag.WALL, (0.34, 0.335, 0.32))
WHITE = Look(Material.MARKING, Tag.ROAD_LINE, (0.78, 0.78, 0.76))
YELLOW = Look(Material.MARKING, Tag.ROAD_LINE, (0.75, 0.50, 0.07))
BLUE = Look(Material.MARKING, Tag.ROAD_LINE, (0.08, 0.20, 0.55))
RED = Look(Material.MARKING, Tag.ROAD_LINE, (0.55, 0.06, 0.05))


def mesh(vertices: Array, triangles: NDArray[np.integer], normals: Array, look: Look, uvs: Array | None = None) -> Mesh:
    """A mesh of one look; uvs default to the horizontal position over the texture's size."""
    if uvs is None:
        uvs = vertices[:, :2] / LOOKS[look.material].metres_per_repeat
    return Mesh(
        vertices=vertices.astype(np.float32),
        triangles=triangles.astype(np.uint32).reshape(-1, 3),
        normals=normals.astype(np.float32),
        uvs=uvs.astype(np.float32),
        colours=np.tile(np.array(look.colour, np.float32), (len(vertices), 1)),
        materials=np.full(len(triangles), look.material, np.uint8),
        tags=np.full(len(triangles), look.tag, np.uint8),
    )


def grid(points: Array, look: Look) -> Mesh:
    """A sheet over (rows, columns, 3) points with smooth normals that look up; quads without area are left out."""
    rows, columns, _ = points.shape
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    flat = points.reshape(-1, 3)
    sides = flat[triangles[:, 1]] - flat[triangles[:, 0]], flat[triangles[:, 2]] - flat[triangles[:, 0]]
    faces = np.cross(*sides)
    keep = np.linalg.norm(faces, axis=1) > 1e-4
    faces *= np.where(faces[:, 2:] < 0.0, -1.0, 1.0)
    normals = np.zeros_like(flat)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(triangles[:, corner], faces[:, axis], len(flat))
    return mesh(flat, triangles[keep], _unit(normals), look)


def wall(top: Array, bottom: Array, look: Look) -> Mesh:
    """A ribbon between two (n, 3) polylines, flat-shaded along its length; steps without height are left out."""
    along = top[1:] - top[:-1]
    down = 0.5 * (bottom[1:] + bottom[:-1] - top[1:] - top[:-1])
    faces = np.cross(along, down)
    keep = np.linalg.norm(faces, axis=1) > 1e-4
    along, faces = along[keep], faces[keep]
    count = len(faces)
    corners = np.stack([top[:-1][keep], bottom[:-1][keep], bottom[1:][keep], top[1:][keep]], 1).reshape(-1, 3)
    triangles = quads(count)
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(top[1:] - top[:-1], axis=1))])
    u = np.stack([walked[:-1][keep], walked[:-1][keep], walked[1:][keep], walked[1:][keep]], 1).reshape(-1)
    uvs = np.stack([u, corners[:, 2]], -1) / LOOKS[look.material].metres_per_repeat
    return mesh(corners, triangles, np.repeat(_unit(faces), 4, axis=0), look, uvs)


def quads(count: int) -> NDArray[np.int64]:
    """Triangles (2 count, 3) of ``count`` quads whose corners follow each other, four by four."""
    return np.asarray((4 * np.arange(count)[:, None, None] + _QUAD).reshape(-1, 3))


def earcut(exterior: Array, holes: list[Array]) -> tuple[Array, NDArray[np.uint32]]:
    """Triangles of a polygon with holes: vertices (n, 2) and indices (m, 3). Rings are open (no repeated last point)."""
    rings = [exterior, *holes]
    vertices = np.ascontiguousarray(np.concatenate(rings), np.float64)
    ends = np.cumsum([len(ring) for ring in rings]).astype(np.uint32)
    triangles: NDArray[np.uint32] = mapbox_earcut.triangulate_float64(vertices, ends).reshape(-1, 3)
    return vertices, triangles


def joined(meshes: list[Mesh]) -> Mesh | None:
    """All of ``meshes`` that hold triangles as one, None if there is none."""
    full = [part for part in meshes if len(part.triangles)]
    return merged(full) if full else None


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > 1e-12, vectors / np.maximum(length, 1e-12), np.array([0.0, 0.0, 1.0]))
