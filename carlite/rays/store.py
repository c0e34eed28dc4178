"""Models baked for tracing: one Embree scene a rigid group of parts, and flat shading arrays that kernels index.

Models are deduplicated by identity: a thousand equal trees are one tree in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import ActorModel, Joint, Mesh, merged
from carlite.rays.embree import HIGH, MEDIUM, Device

_DENSITY_STEP = 1024.0  # log2 of texture repeats per metre is kept in steps of 1/1024, offset 16
_DENSITY_OFFSET = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parts of one model that move as one.

    Attributes:
        scene: Embree scene.
        first_triangle: where its triangles start in the store.
        leader: index of the part whose transform moves the group, -1 for the actor itself.
        leader_pivot: rest position of the leader in the actor's frame, metres.
        member: a part that moves with the group: the leader, or any part for leader -1.
        member_pivot: rest position of that part in the group's frame, metres.
    """

    scene: int
    first_triangle: int
    leader: int
    leader_pivot: tuple[float, float, float]
    member: int
    member_pivot: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BakedModel:
    """A model's groups; ``model`` keeps the key of the deduplication alive."""

    model: ActorModel
    groups: tuple[Group, ...]

    @property
    def moves_inside(self) -> bool:
        """Whether some part moves against the actor."""
        return any(group.leader >= 0 for group in self.groups)


def density_codes(mesh: Mesh) -> NDArray[np.int32]:
    """(m,) texture repeats per metre of each triangle as a 16-bit logarithm, for mip-mapping."""
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    uvs = mesh.uvs[mesh.triangles].astype(np.float64)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    first, second = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    uv_area = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    density = 0.5 * np.log2(np.maximum(uv_area, 1e-9) / np.maximum(area, 1e-9))
    codes: NDArray[np.int32] = np.clip((density + _DENSITY_OFFSET) * _DENSITY_STEP, 0, 65535).astype(np.int32)
    return codes


def _moved(mesh: Mesh, offset: NDArray[np.float64]) -> Mesh:
    return Mesh(
        vertices=(mesh.vertices + offset).astype(np.float32),
        triangles=mesh.triangles,
        normals=mesh.normals,
        uvs=mesh.uvs,
        colours=mesh.colours,
        materials=mesh.materials,
        tags=mesh.tags,
    )


def _triple(vector: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])


def rest_positions(model: ActorModel) -> NDArray[np.float64]:
    """(parts, 3) position of each part's joint in the actor's frame at rest, metres."""
    positions = np.zeros((len(model.parts), 3))
    for index, part in enumerate(model.parts):
        base = positions[part.parent] if part.parent >= 0 else np.zeros(3)
        positions[index] = base + np.asarray(part.pivot)
    return positions


def rest_mesh(model: ActorModel) -> Mesh:
    """All parts of a model as one mesh in the actor's frame."""
    positions = rest_positions(model)
    return merged([_moved(part.mesh, position) for part, position in zip(model.parts, positions, strict=True)])


class ModelStore:
    """Everything that kernels read of meshes.

    Attributes:
        vertices: (v, 8) float32: normal, uv, linear colour.
        triangles: (t, 4) int32: three rows of ``vertices``; material | tag << 8 | density code << 16.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self.vertices: NDArray[np.float32] = np.zeros((0, 8), np.float32)
        self.triangles: NDArray[np.int32] = np.zeros((0, 4), np.int32)
        self._pending_vertices: list[NDArray[np.float32]] = []
        self._pending_triangles: list[NDArray[np.int32]] = []
        self._vertex_count = self._triangle_count = 0
        self._models: dict[tuple[int, bool], BakedModel] = {}

    def add_mesh(self, mesh: Mesh, *, quality: int = MEDIUM) -> tuple[int, int]:
        """Adds a mesh; returns its Embree scene and its first triangle."""
        return self._device.mesh_scene(mesh.vertices, mesh.triangles, quality=quality), self.add_attributes(mesh)

    def add_attributes(self, mesh: Mesh) -> int:
        """Adds what shading reads of a mesh, without a scene of its own; returns its first triangle."""
        packed = mesh.materials.astype(np.int32) | (mesh.tags.astype(np.int32) << 8)
        packed |= (density_codes(mesh).astype(np.uint32) << np.uint32(16)).view(np.int32)
        indices = mesh.triangles.astype(np.int32) + np.int32(self._vertex_count)
        self._pending_vertices.append(np.concatenate([mesh.normals, mesh.uvs, mesh.colours], 1))
        self._pending_triangles.append(np.concatenate([indices, packed[:, None]], 1))
        first = self._triangle_count
        self._vertex_count += len(mesh.vertices)
        self._triangle_count += len(mesh.triangles)
        return first

    def add_model(self, model: ActorModel, *, rigid: bool) -> BakedModel:
        """The baked form of a model; ``rigid`` bakes all parts as one group in the rest pose."""
        key = (id(model), rigid)
        if key not in self._models:
            self._models[key] = self._bake(model, rigid=rigid)
        return self._models[key]

    def flush(self) -> None:
        """Brings ``vertices`` and ``triangles`` up to date after additions."""
        if self._pending_vertices:
            self.vertices = np.ascontiguousarray(np.concatenate([self.vertices, *self._pending_vertices]))
            self.triangles = np.ascontiguousarray(np.concatenate([self.triangles, *self._pending_triangles]))
            self._pending_vertices.clear()
            self._pending_triangles.clear()

    def _bake(self, model: ActorModel, *, rigid: bool) -> BakedModel:
        positions = rest_positions(model)
        members: dict[int, list[int]] = {}
        leaders: list[int] = []
        for index, part in enumerate(model.parts):
            above = leaders[part.parent] if part.parent >= 0 else -1
            leader = above if rigid or part.joint == Joint.FIXED else index
            leaders.append(leader)
            members.setdefault(leader, []).append(index)
        groups = []
        for leader, indices in members.items():
            origin = positions[leader] if leader >= 0 else np.zeros(3)
            mesh = merged([_moved(model.parts[i].mesh, positions[i] - origin) for i in indices])
            if not len(mesh.triangles):
                continue
            scene, first = self.add_mesh(mesh, quality=HIGH)
            groups.append(
                Group(
                    scene=scene,
                    first_triangle=first,
                    leader=leader,
                    leader_pivot=_triple(origin),
                    member=indices[0],
                    member_pivot=_triple(positions[indices[0]] - origin),
                )
            )
        return BakedModel(model=model, groups=tuple(groups))
