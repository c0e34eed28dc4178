"""Keeps on disk what takes long to build: arrays and text, in files that are whole or absent.

A kept file is named by everything that its content depends on, the code that builds it included, so a stale one is never
used. What is kept only saves time: a file that is damaged is built anew, a disk that refuses is told and passed over. Those
that were not used for longest go when a folder grows too large. Several processes may use one folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)
_ROOT = Path(__file__).parent
_MOST_BYTES = 2 << 30
_LEFT_SHARE = 0.75  # of that, after tidying up
_KEPT = (".npz", ".bin", ".part")
_BUILDS = (".py", ".csv", ".yaml")
_Built = TypeVar("_Built")
Arrays = Mapping[str, NDArray[Any]]


def user_folder(variable: str, default: str) -> Path | None:
    """The user's folder for carlite as the XDG base directory standard names it; None for a user without a home.

    Args:
        variable: of the environment: "XDG_CACHE_HOME", "XDG_DATA_HOME".
        default: below the home directory, where the variable names no absolute path.
    """
    base = os.environ.get(variable, "")
    try:
        return (Path(base) if os.path.isabs(base) else Path.home() / default) / "carlite"
    except RuntimeError:
        return None


def key(sources: tuple[str, ...], *values: object) -> str:
    """32 hex digits that name what the code in ``sources`` builds from ``values``.

    Args:
        sources: files of this package, or folders of which every module and data file counts.
        values: told apart by their ``repr``.
    """
    digest = hashlib.sha256(_code_hash(sources))
    digest.update(repr((np.__version__, *values)).encode())
    return digest.hexdigest()[:32]


def kept(
    path: Path, build: Callable[[], _Built], pack: Callable[[_Built], Arrays], unpack: Callable[[Arrays], _Built]
) -> _Built:
    """What ``build`` makes: read from the npz file ``path``, else built and stored there.

    Args:
        build: called when there is no such file, or a damaged one.
        pack: to arrays without objects; ``unpack`` undoes it.
    """
    built = _read(path, unpack)
    if built is None:
        built = build()
        arrays = pack(built)
        write(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]
    return built


@cache
def _code_hash(sources: tuple[str, ...]) -> bytes:
    digest = hashlib.sha256()
    for file in _files(sources):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.digest()


def _files(sources: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for source in sources:
        path = _ROOT / source
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [file for file in found if file.suffix in _BUILDS]


def _read(path: Path, unpack: Callable[[Arrays], _Built]) -> _Built | None:
    """What is stored at ``path``; None if there is nothing or it cannot be read."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            found = unpack({name: file[name] for name in file.files})
        touch(path)
        return found
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile, EOFError) as error:
        _log.warning("%s: cannot be read (%s); it is built anew", path, error)
        return None


def write(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Keeps what ``fill`` writes into a file, all of it or nothing; a disk that refuses is told and passed over."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            temporary = file.name
            fill(file)
        os.replace(temporary, path)
        bound(path.parent)
    except OSError as error:
        _log.warning("%s: cannot be kept (%s)", path, error)
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def touch(path: Path) -> None:
    """Notes that a kept file was used."""
    with contextlib.suppress(OSError):
        os.utime(path)


def bound(folder: Path, most_bytes: int = _MOST_BYTES) -> None:
    """Removes the files that were not used for longest from a folder and its subfolders if they hold too much.

    Args:
        folder: files of other kinds in it are left alone.
        most_bytes: what they may hold together.
    """
    files: list[tuple[float, str, int, Path]] = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # another process may have been faster
            if path.suffix in _KEPT and path.is_file():
                state = path.stat()
                files.append((state.st_mtime, str(path), state.st_size, path))
    total = sum(size for _, _, size, _ in files)
    if total <= most_bytes:
        return
    for _, _, size, path in sorted(files)[:-1]:  # the newest stays whatever its size
        if total <= _LEFT_SHARE * most_bytes:
            return
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size
