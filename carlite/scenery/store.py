"""Keeps built worlds on disk, named by everything that they depend on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carlite import store
from carlite.mesh import Mesh
from carlite.scenery.placement import Placement

_CODE = ("mesh.py", "geometry.py", "opendrive", "scenery", "models", "library")
_MESH_ARRAYS = tuple(field.name for field in fields(Mesh))


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A built world before its models are made."""

    ground: tuple[Mesh, ...]
    placements: tuple[Placement, ...]
    spawn_points: NDArray[np.float64]


def kept(folder: Path, text: str, wanted: tuple[object, ...], build: Callable[[], Built]) -> Built:
    """The world of a text and of what else it depends on (told apart by its ``repr``): from ``folder``, else built."""
    return store.kept(folder / f"world-{store.key(_CODE, wanted, text)}.npz", build, _pack, _unpack)


def _pack(built: Built) -> dict[str, NDArray[np.generic]]:
    arrays = {f"{name}_{number}": getattr(mesh, name) for number, mesh in enumerate(built.ground) for name in _MESH_ARRAYS}
    of = built.placements
    arrays["kinds"] = np.array([p.kind for p in of], dtype=np.str_)
    arrays["names"] = np.array([p.name for p in of], dtype=np.str_)
    arrays["variants"] = np.array([p.variant for p in of], np.int64)
    arrays["poses"] = np.array([[*p.location, *p.rotation_deg, *p.tint] for p in of], np.float64).reshape(-1, 9)
    arrays["spawn_points"] = built.spawn_points
    return arrays


def _unpack(arrays: store.Arrays) -> Built:
    count = sum(name.startswith("vertices_") for name in arrays)
    ground = tuple(Mesh(**{name: arrays[f"{name}_{number}"] for name in _MESH_ARRAYS}) for number in range(count))  # type: ignore[arg-type]
    placements = tuple(
        Placement(
            kind=str(kind),
            variant=int(variant),
            location=(pose[0], pose[1], pose[2]),
            rotation_deg=(pose[3], pose[4], pose[5]),
            tint=(pose[6], pose[7], pose[8]),
            name=str(name),
        )
        for kind, name, variant, pose in zip(
            arrays["kinds"], arrays["names"], arrays["variants"].tolist(), arrays["poses"].tolist(), strict=True
        )
    )
    return Built(ground=ground, placements=placements, spawn_points=np.asarray(arrays["spawn_points"], np.float64))
