"""Ground and placed objects in one flat Embree scene, so that rays meet one hierarchy instead of hundreds of instances.

Models that would blow the flat scene up (trees: thousands of triangles, hundreds of copies) stay instances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import ActorModel, Mesh, PlacedObject
from carlite.rays.store import rest_mesh

# Embree builds about a million triangles a second on one slow core; the load of a street may not wait longer for it.
_MOST_TRIANGLES = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatPart:
    """A mesh on its way into the flat scene: what it is in the tables, and where it stands (None: in world coordinates)."""

    slot: int
    mesh: Mesh
    world_from_local: NDArray[np.float64] | None = None


def choose_flat(objects: Sequence[PlacedObject]) -> dict[int, Mesh]:
    """Rest meshes of the models to flatten by ``id`` of the model: those of the least total size first."""
    models: dict[int, ActorModel] = {}
    copies: dict[int, int] = {}
    for placed in objects:
        models[id(placed.model)] = placed.model
        copies[id(placed.model)] = copies.get(id(placed.model), 0) + 1
    sizes = {key: copies[key] * sum(len(part.mesh.triangles) for part in model.parts) for key, model in models.items()}
    order = {key: index for index, key in enumerate(models)}
    flat: dict[int, Mesh] = {}
    total = 0
    for key in sorted(models, key=lambda key: (sizes[key], order[key])):
        total += sizes[key]
        if total > _MOST_TRIANGLES:
            break
        flat[key] = rest_mesh(models[key])
    return flat


def flatten(parts: Sequence[FlatPart]) -> tuple[NDArray[np.float32], NDArray[np.uint32], NDArray[np.int32]]:
    """World vertices (n, 3), triangles (m, 3) and owners (m, 2): the slot of each triangle and its number within that slot."""
    vertex_starts = np.cumsum([0] + [len(part.mesh.vertices) for part in parts])
    triangle_starts = np.cumsum([0] + [len(part.mesh.triangles) for part in parts])
    vertices = np.empty((int(vertex_starts[-1]), 3), np.float32)
    triangles = np.empty((int(triangle_starts[-1]), 3), np.uint32)
    owners = np.empty((int(triangle_starts[-1]), 2), np.int32)
    for part, vertex, triangle in zip(parts, vertex_starts[:-1], triangle_starts[:-1], strict=True):
        mesh, matrix = part.mesh, part.world_from_local
        where = slice(int(triangle), int(triangle) + len(mesh.triangles))
        world = mesh.vertices if matrix is None else mesh.vertices @ matrix[:, :3].T + matrix[:, 3]
        vertices[vertex : vertex + len(mesh.vertices)] = world
        triangles[where] = mesh.triangles + np.uint32(vertex)
        owners[where, 0] = part.slot
        owners[where, 1] = np.arange(len(mesh.triangles))
    return vertices, triangles, owners
