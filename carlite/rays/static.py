"""Ground and placed objects in one flat Embree scene, so that rays meet one hierarchy instead of hundreds of instances.

Models that would blow the flat scene up (trees: thousands of triangles, hundreds of copies) stay instances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import ActorModel, Mesh, PlacedObject, merged
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


def flatten(parts: Sequence[FlatPart]) -> tuple[Mesh, NDArray[np.int32]]:
    """All parts as one mesh in world coordinates, and the slot of each of its triangles."""
    owners = np.repeat(
        np.asarray([part.slot for part in parts], np.int32), np.asarray([len(part.mesh.triangles) for part in parts])
    )
    return merged([part.mesh if part.world_from_local is None else _placed(part) for part in parts]), owners


def _placed(part: FlatPart) -> Mesh:
    matrix = part.world_from_local
    assert matrix is not None
    mesh = part.mesh
    return Mesh(
        vertices=(mesh.vertices @ matrix[:, :3].T + matrix[:, 3]).astype(np.float32),
        triangles=mesh.triangles,
        normals=(mesh.normals @ matrix[:, :3].T).astype(np.float32),
        uvs=mesh.uvs,
        colours=mesh.colours,
        materials=mesh.materials,
        tags=mesh.tags,
    )
