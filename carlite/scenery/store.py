"""Keeps built worlds on disk: arrays and text only, keyed by everything that they depend on."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import zipfile
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Mesh
from carlite.scenery.placement import Placement

_LOG = logging.getLogger(__name__)
_PACKAGES = ("opendrive", "scenery", "models", "library")
_MESH_ARRAYS = tuple(field.name for field in fields(Mesh))


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A built world before its models are made."""

    ground: tuple[Mesh, ...]
    placements: tuple[Placement, ...]
    spawn_points: NDArray[np.float64]


def key(text: str, seed: int) -> str:
    """Hash of the map's text, the seed, and the code and data files that build it."""
    digest = hashlib.sha256(_code_hash())
    digest.update(f"{seed}\0{np.__version__}\0".encode())
    digest.update(text.encode())
    return digest.hexdigest()[:32]


def read(path: Path) -> Built | None:
    """The world stored at ``path``; None if there is none or it cannot be read."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return _unpack(arrays)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        _LOG.warning("%s: cannot be read (%s); the world is built anew", path, error)
        return None


def write(path: Path, built: Built) -> None:
    """Stores a world under ``path``, all of it or nothing; a disk that refuses costs only the next start's time."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            temporary = file.name
            np.savez(file, **_pack(built))  # type: ignore[arg-type]
        os.replace(temporary, path)
    except OSError as error:
        _LOG.warning("%s: the built world is not kept (%s)", path, error)
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


@cache
def _code_hash() -> bytes:
    digest = hashlib.sha256()
    root = Path(__file__).parent.parent
    files = [
        root / "mesh.py",
        root / "geometry.py",
        *(file for package in _PACKAGES for file in sorted((root / package).glob("*"))),
    ]
    for file in files:
        if file.suffix in (".py", ".csv", ".yaml"):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.digest()


def _pack(built: Built) -> dict[str, NDArray[np.generic]]:
    arrays = {f"{name}_{number}": getattr(mesh, name) for number, mesh in enumerate(built.ground) for name in _MESH_ARRAYS}
    of = built.placements
    arrays["kinds"] = np.array([p.kind for p in of], dtype=np.str_)
    arrays["names"] = np.array([p.name for p in of], dtype=np.str_)
    arrays["variants"] = np.array([p.variant for p in of], np.int64)
    arrays["poses"] = np.array([[*p.location, *p.rotation_deg, *p.tint] for p in of], np.float64).reshape(-1, 9)
    arrays["spawn_points"] = built.spawn_points
    return arrays


def _unpack(arrays: dict[str, NDArray[np.generic]]) -> Built:
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
