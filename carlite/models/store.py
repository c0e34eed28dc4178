"""Keeps built models on disk, each in a file of its own, in a folder named by the code that builds them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carlite import store
from carlite.mesh import ActorModel, Joint, Mesh, Part, Wheel

_ARRAYS = tuple(field.name for field in fields(Mesh))
_CODE = ("mesh.py", "geometry.py", "tags.py", "models", "library")
_folder: list[Path] = []  # of this process; what a model looks like does not depend on it


def keep_models_in(folder: Path | None) -> None:
    """Where this process keeps models that it has built and looks for them; None keeps none, which is how it starts."""
    _folder[:] = [] if folder is None else [folder]


def kept(name: str, build: Callable[[], ActorModel]) -> ActorModel:
    """The model called ``name``: from the folder, else built and kept there.

    Args:
        name: everything that ``build`` depends on but the code; any text.
        build: makes the model.
    """
    if not _folder:
        return build()
    file = hashlib.sha256(name.encode()).hexdigest()[:24] + ".npz"
    return store.kept(_folder[0] / f"models-{store.key(_CODE)[:16]}" / file, build, _pack, _unpack)


def kept_array(name: str, sources: tuple[str, ...], build: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """The array called ``name``: from the folder, else built by the code in ``sources`` and kept there; read-only."""

    def unpack(arrays: store.Arrays) -> NDArray[Any]:
        return arrays["array"]

    if _folder:
        file = f"{name}-{store.key((*_CODE, *sources))[:16]}.npz"
        array = store.kept(_folder[0] / file, build, lambda array: {"array": array}, unpack)
    else:
        array = build()
    array.setflags(write=False)
    return array


def _pack(model: ActorModel) -> dict[str, NDArray[Any]]:
    meshes = [part.mesh for part in model.parts]
    arrays: dict[str, NDArray[Any]] = {name: np.concatenate([getattr(mesh, name) for mesh in meshes]) for name in _ARRAYS}
    arrays["sizes"] = np.array([(len(mesh.vertices), len(mesh.triangles)) for mesh in meshes], np.int64)
    arrays["pivots"] = np.array([part.pivot for part in model.parts], np.float64)
    arrays["joints"] = np.array([(part.joint, part.index, part.parent) for part in model.parts], np.int64)
    wheels = [(*wheel.centre, wheel.radius_m, wheel.steers) for wheel in model.wheels]
    arrays["wheels"] = np.array(wheels, np.float64).reshape(-1, 5)
    arrays["head_lamps"] = np.array(model.head_lamps, np.float64).reshape(-1, 3)
    return arrays


def _unpack(arrays: store.Arrays) -> ActorModel:
    ends = np.cumsum(arrays["sizes"], axis=0)
    parts = []
    for number, (vertices, triangles) in enumerate(arrays["sizes"].tolist()):
        corners, faces = (
            slice(int(end) - size, int(end)) for end, size in zip(ends[number], (vertices, triangles), strict=True)
        )
        joint, index, parent = arrays["joints"][number].tolist()
        mesh = Mesh(
            **{name: arrays[name][faces if name in ("triangles", "materials", "tags") else corners] for name in _ARRAYS}
        )
        pivot = arrays["pivots"][number].tolist()
        parts.append(Part(mesh=mesh, pivot=(pivot[0], pivot[1], pivot[2]), joint=Joint(joint), index=index, parent=parent))
    return ActorModel(
        parts=tuple(parts),
        wheels=tuple(
            Wheel(centre=(x, y, z), radius_m=r, steers=bool(steers)) for x, y, z, r, steers in arrays["wheels"].tolist()
        ),
        head_lamps=tuple((x, y, z) for x, y, z in arrays["head_lamps"].tolist()),
    )
