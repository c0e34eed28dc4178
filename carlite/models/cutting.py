"""Cutting finished meshes: splitting along planes, taking pieces out, turning them, giving a skin its inner side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Material, Mesh
from carlite.models.build import Colour, MeshBuilder
from carlite.tags import Tag

Floats = NDArray[np.float64]


def faces(mesh: Mesh) -> tuple[Floats, Floats]:
    """(m, 3) centres and unit normals of the triangles."""
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return corners.mean(1), normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]


def split(mesh: Mesh, axis: int, value: float, low: Floats, high: Floats) -> Mesh:
    """The mesh with the triangles that cross a plane cut in three along it.

    Args:
        mesh: to be cut.
        axis: the plane's normal.
        value: where it lies on that axis, metres.
        low, high: (3,) corners of a box; triangles that do not reach into it stay as they are.
    """
    over = mesh.vertices[:, axis][mesh.triangles] > np.float32(value)
    corners = mesh.vertices[mesh.triangles]
    near = ((corners.min(1) < high) & (corners.max(1) > low)).all(1)
    crossing = over.any(1) & ~over.all(1) & near
    if not crossing.any():
        return mesh
    cut, above = mesh.triangles[crossing].astype(np.int64), over[crossing]
    alone = np.where(above.sum(1)[:, None] == 1, above, ~above).argmax(1)  # the corner that is alone on its side
    start, n = len(mesh.vertices), len(cut)
    a, b, c = (cut[np.arange(n), (alone + k) % 3] for k in range(3))
    ab, ac = start + np.arange(n), start + n + np.arange(n)
    fields = {}
    for name in ("vertices", "normals", "uvs", "colours"):
        values = getattr(mesh, name)
        new = []
        for other in (b, c):
            p, q = mesh.vertices[a, axis], mesh.vertices[other, axis]
            share = ((np.float32(value) - p) / (q - p))[:, None]
            new.append((values[a] + share * (values[other] - values[a])).astype(np.float32))
        fields[name] = np.concatenate([values, *new])
    pieces = np.concatenate([np.stack([a, ab, ac], -1), np.stack([ab, b, c], -1), np.stack([ab, c, ac], -1)])
    return Mesh(
        **fields,
        triangles=np.concatenate([mesh.triangles[~crossing], pieces.astype(np.uint32)]),
        materials=np.concatenate([mesh.materials[~crossing], np.tile(mesh.materials[crossing], 3)]),
        tags=np.concatenate([mesh.tags[~crossing], np.tile(mesh.tags[crossing], 3)]),
    )


def part_of(mesh: Mesh, chosen: NDArray[np.bool_]) -> Mesh:
    """Some triangles of a mesh with the corners that they use."""
    used, triangles = np.unique(mesh.triangles[chosen], return_inverse=True)
    return Mesh(
        vertices=mesh.vertices[used],
        triangles=triangles.reshape(-1, 3).astype(np.uint32),
        normals=mesh.normals[used],
        uvs=mesh.uvs[used],
        colours=mesh.colours[used],
        materials=mesh.materials[chosen],
        tags=mesh.tags[chosen],
    )


def turned(mesh: Mesh, hinge: Floats, turn: Floats) -> Mesh:
    """The mesh turned about a point by a (3, 3) rotation."""
    return Mesh(
        vertices=((mesh.vertices - hinge) @ turn.T + hinge).astype(np.float32),
        triangles=mesh.triangles,
        normals=np.ascontiguousarray(mesh.normals @ turn.T, np.float32),
        uvs=mesh.uvs,
        colours=mesh.colours,
        materials=mesh.materials,
        tags=mesh.tags,
    )


def lining(skin: Mesh, inward: Floats, tag: Tag, colour: Colour) -> Mesh | None:
    """The inner side of a painted skin, ``inward`` metres (3,) behind it, and the rim around it; windows stay open.

    Returns:
        None where the skin has no paint.
    """
    outer = skin.vertices[skin.triangles[skin.materials == Material.PAINT]].astype(np.float64)
    if not len(outer):
        return None
    corners, numbers = np.unique(np.round(outer.reshape(-1, 3), 4), axis=0, return_inverse=True)
    triangles = numbers.reshape(-1, 3).astype(np.int64)
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    _, first, counts = np.unique(np.sort(sides, axis=1), axis=0, return_index=True, return_counts=True)
    rim = sides[first[counts == 1]]  # a side of one triangle alone is the skin's edge
    count = len(corners)
    strips = np.concatenate(
        [np.stack([rim[:, 0], rim[:, 1], rim[:, 1] + count], -1), np.stack([rim[:, 0], *(rim + count).T[::-1]], -1)]
    )
    builder = MeshBuilder(tag)
    builder.add((corners + inward, triangles), colour, Material.PLASTIC)
    builder.add((np.concatenate([corners, corners + inward]), strips), colour, Material.PLASTIC)
    return builder.mesh()


def about_z(angle_rad: float) -> Floats:
    """x towards y for positive angles."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def about_y(angle_rad: float) -> Floats:
    """z towards x for positive angles."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
