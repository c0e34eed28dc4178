"""From shapes to a Mesh: collects surfaces, then computes normals with creases and welds vertices."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carlite.mesh import Material, Mesh
from carlite.models.materials import LOOKS
from carlite.tags import Tag

Points = NDArray[np.float64]
Triangles = NDArray[np.int64]
Colour = tuple[float, float, float]


@dataclass(slots=True)
class _Surface:
    points: Points
    triangles: Triangles
    colours: NDArray[np.float64]
    materials: NDArray[np.uint8]
    tags: NDArray[np.uint8]
    uvs: Points | None
    crease_deg: float
    normals: Points | None = None


@dataclass(slots=True)
class MeshBuilder:
    """Collects surfaces for one rigid part.

    Attributes:
        tag: semantic tag of what is added without one.
    """

    tag: Tag
    _surfaces: list[_Surface] = field(default_factory=list)

    def add(
        self,
        shape: tuple[Points, Triangles],
        colour: ArrayLike,
        material: Material | NDArray[np.uint8] = Material.MATTE,
        *,
        tag: Tag | None = None,
        at: ArrayLike = (0.0, 0.0, 0.0),
        turn: Points | None = None,
        scale: ArrayLike = 1.0,
        uvs: Points | None = None,
        crease_deg: float = 40.0,
        normals: Points | None = None,
    ) -> None:
        """Adds a shape.

        Args:
            shape: (n, 3) points in metres and (m, 3) corner indices.
            colour: linear albedo, (3,) or (m, 3).
            material: one, or (m,).
            tag: the builder's own where None.
            at: offset, metres, after turning.
            turn: (3, 3) rotation.
            scale: applied first.
            uvs: (n, 2) texture coordinates; by box projection where None.
            crease_deg: faces that meet at more than this keep a hard edge.
            normals: (n, 3) unit, in the place of computed ones; they are not turned.
        """
        points, triangles = shape
        points = np.asarray(points, np.float64) * np.asarray(scale, np.float64)
        if turn is not None:
            points = points @ turn.T
        points = points + np.asarray(at, np.float64)
        count = len(triangles)
        materials = np.full(count, material, np.uint8) if isinstance(material, Material) else material.astype(np.uint8)
        colours = np.broadcast_to(np.asarray(colour, np.float64), (count, 3))
        tags = np.full(count, self.tag if tag is None else tag, np.uint8)
        self._surfaces.append(
            _Surface(points, np.asarray(triangles, np.int64), colours, materials, tags, uvs, crease_deg, normals)
        )

    def absorb(self, other: MeshBuilder, at: ArrayLike = (0.0, 0.0, 0.0), turn: Points | None = None) -> None:
        """Adds everything of another builder, turned, then shifted."""
        for s in other._surfaces:
            points = (s.points if turn is None else s.points @ turn.T) + np.asarray(at, np.float64)
            self._surfaces.append(_Surface(points, s.triangles, s.colours, s.materials, s.tags, s.uvs, s.crease_deg, s.normals))

    def bounds(self) -> tuple[Points, Points]:
        """Lowest and highest corner of all surfaces so far."""
        everything = np.concatenate([surface.points[surface.triangles.ravel()] for surface in self._surfaces])
        return everything.min(0), everything.max(0)

    def fit(self, low: ArrayLike, high: ArrayLike) -> None:
        """Stretches everything so that the bounds become exactly ``low`` and ``high``."""
        old_low, old_high = self.bounds()
        new_low, new_high = np.asarray(low, np.float64), np.asarray(high, np.float64)
        factor = (new_high - new_low) / np.maximum(old_high - old_low, 1e-9)
        for surface in self._surfaces:
            surface.points = (surface.points - old_low) * factor + new_low

    def triangles(self) -> Points:
        """(m, 3, 3) corners of everything added so far."""
        return np.concatenate([surface.points[surface.triangles] for surface in self._surfaces])

    def mesh(self) -> Mesh:
        """The finished mesh."""
        surfaces = self._surfaces
        counts = [len(surface.triangles) for surface in surfaces]
        corners = np.concatenate([surface.points[surface.triangles] for surface in surfaces])
        materials = np.concatenate([surface.materials for surface in surfaces])
        colours = np.concatenate([surface.colours for surface in surfaces])
        tags = np.concatenate([surface.tags for surface in surfaces])
        owner = np.repeat(np.arange(len(surfaces)), counts)
        crease = np.repeat([surface.crease_deg for surface in surfaces], counts)
        area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        size = np.linalg.norm(area, axis=1)
        keep = size > 1e-10  # slivers have no direction
        unit = area / np.maximum(size, 1e-30)[:, None]
        normals = np.zeros((len(corners), 3, 3))
        normals[keep] = smooth_normals(corners[keep], area[keep], unit[keep], crease[keep], owner[keep]).reshape(-1, 3, 3)
        uvs = _box_uvs(corners, area, materials)
        for start, surface in zip(np.cumsum([0, *counts[:-1]]), surfaces, strict=True):
            end = start + len(surface.triangles)
            if surface.uvs is not None:
                uvs[start:end] = surface.uvs[surface.triangles]
            if surface.normals is not None:
                normals[start:end] = surface.normals[surface.triangles]
        spread = np.broadcast_to(colours[:, None], normals.shape)
        packed = np.concatenate([corners, normals, uvs, spread], 2)[keep].reshape(-1, 11).astype(np.float32)
        keys = np.ascontiguousarray(np.round(packed, 4) + 0.0).view(
            np.dtype((np.void, packed.dtype.itemsize * packed.shape[1]))
        )
        _, first, inverse = np.unique(keys.ravel(), return_index=True, return_inverse=True)
        merged = packed[first]
        return Mesh(
            vertices=np.ascontiguousarray(merged[:, 0:3]),
            triangles=inverse.reshape(-1, 3).astype(np.uint32),
            normals=np.ascontiguousarray(merged[:, 3:6]),
            uvs=np.ascontiguousarray(merged[:, 6:8]),
            colours=np.ascontiguousarray(merged[:, 8:11]),
            materials=materials[keep],
            tags=tags[keep],
        )


def smooth_normals(
    corners: Points, area: Points, unit: Points, crease_deg: Points, owner: NDArray[np.int64] | None = None
) -> Points:
    """(3 m, 3) unit normals: per corner the area-weighted mean of the faces around it within the crease angle.

    Args:
        corners: (m, 3, 3) of the faces, metres.
        area: (m, 3) cross products of their edges; ``unit`` the same of length one.
        crease_deg: (m,) angle beyond which an edge stays hard.
        owner: (m,) surface of each face; only corners of one surface are joined.
    """
    count = 3 * len(corners)
    if not count:
        return np.zeros((0, 3))
    cells = np.round(corners.reshape(-1, 3) * 1e4).astype(np.int64)
    keys = (cells[:, 0] * 73856093) ^ (cells[:, 1] * 19349663) ^ (cells[:, 2] * 83492791)
    if owner is not None:
        keys = keys ^ (np.repeat(owner, 3) * 2654435761 << 8)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, count])
    group = np.repeat(np.arange(len(starts)), sizes)
    # every ordered pair of corners that share a point
    pair_counts = sizes[group]
    left = np.repeat(np.arange(count), pair_counts)
    offsets = np.arange(len(left)) - np.repeat(np.cumsum(pair_counts) - pair_counts, pair_counts)
    right = np.repeat(starts[group], pair_counts) + offsets
    left_face, right_face = order[left] // 3, order[right] // 3
    together = np.einsum("ij,ij->i", unit[left_face], unit[right_face]) > np.cos(np.radians(crease_deg))[left_face]
    target = order[left[together]]
    weight = area[right_face[together]]
    total = np.stack([np.bincount(target, weight[:, axis], count) for axis in range(3)], -1)
    length = np.linalg.norm(total, axis=1)
    flat = np.repeat(unit, 3, axis=0)
    result: Points = np.where(length[:, None] > 1e-12, total / np.maximum(length, 1e-12)[:, None], flat)
    return result


_REPEATS = np.asarray([1.0 / look.metres_per_repeat for look in LOOKS])


def _box_uvs(corners: Points, area: Points, materials: NDArray[np.uint8]) -> Points:
    """(m, 3, 2) projection along the axis that each face looks at most, in repeats of its material's texture."""
    axis = np.argmax(np.abs(area), axis=1)
    horizontal = np.where(axis == 0, 1, 0)
    vertical = np.where(axis == 2, 1, 2)
    rows = np.arange(len(corners))[:, None]
    columns = np.arange(3)[None]
    uv = np.stack([corners[rows, columns, horizontal[:, None]], corners[rows, columns, vertical[:, None]]], -1)
    scaled: Points = uv * _REPEATS[materials][:, None, None]
    return scaled
