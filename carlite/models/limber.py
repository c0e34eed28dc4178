"""Walkers that bend and nod: the looks of a person with chest and head as parts of their own, for those who are posed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import ActorModel, Joint, Material, Mesh, Part, merged
from carlite.models.build import MeshBuilder
from carlite.models.cutting import faces, part_of
from carlite.models.shapes import sphere
from carlite.tags import Tag

_WAIST, _COLLAR = 0.166, 1.06  # where chest and neck begin, over the way from the hips to the shoulders
_made: dict[int, tuple[ActorModel, ActorModel]] = {}  # the model itself is kept for its identity


def limber(model: ActorModel) -> ActorModel:
    """The same person, the trunk cut at waist and neck; the same object for the same model.

    Args:
        model: of ``carlite.models.people``; its first part is the trunk. Others come back as they are.
    """
    if id(model) not in _made:
        _made[id(model)] = (model, _cut(model))
    return _made[id(model)][1]


def _cut(model: ActorModel) -> ActorModel:
    pivots = {part.joint: part.pivot for part in model.parts}
    if Joint.LEFT_HIP not in pivots or Joint.LEFT_SHOULDER not in pivots:
        return model
    hips, shoulders = pivots[Joint.LEFT_HIP][2], pivots[Joint.LEFT_SHOULDER][2]
    waist, collar = (hips + share * (shoulders - hips) for share in (_WAIST, _COLLAR))
    trunk = model.parts[0]
    height = faces(trunk.mesh)[0][:, 2]
    pelvis = part_of(trunk.mesh, height <= waist)
    chest = _lowered(part_of(trunk.mesh, (height > waist) & (height <= collar)), waist)
    head = _lowered(part_of(trunk.mesh, height > collar), collar)
    return replace(
        model,
        parts=(
            replace(trunk, mesh=pelvis),
            *model.parts[1:],
            Part(mesh=merged([chest, _belly(chest)]), pivot=(0.0, 0.0, waist), joint=Joint.CHEST),
            Part(mesh=head, pivot=(0.0, 0.0, collar), joint=Joint.HEAD),
        ),
    )


def _lowered(mesh: Mesh, by_m: float) -> Mesh:
    offset: NDArray[np.float32] = np.array([0.0, 0.0, by_m], np.float32)
    return replace(mesh, vertices=mesh.vertices - offset)


def _belly(chest: Mesh) -> Mesh:
    """A ball in the lower end of a chest, which closes the gap that bending opens."""
    hem = np.flatnonzero(chest.vertices[:, 2] < 0.015)
    low, high = chest.vertices[hem].min(0).astype(np.float64), chest.vertices[hem].max(0).astype(np.float64)
    depth, width = 0.49 * (high - low)[:2]
    builder = MeshBuilder(Tag(int(chest.tags[0])))
    ball = sphere((depth, width, depth), rings=10, segments=16)
    builder.add(ball, chest.colours[hem].mean(0), Material.CLOTH, at=(0.5 * (low[0] + high[0]), 0.0, 0.0))
    return builder.mesh()
