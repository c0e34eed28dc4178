"""How kernels are compiled, and where the compiled ones are kept.

Numba keeps compiled code beside the sources and looks at the file of a kernel alone, so that after an edit of a constant, or of
a function in another file, yesterday's picture stays. Here compiled kernels lie in the user's cache folder, in a folder named
by the hash of every source file that a kernel can depend on: another text is another folder, and two copies of the sources
share one. What is kept only saves time: a file that is damaged is compiled anew, a disk that refuses is told and passed over.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import pickle
import re
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding
import numba
import numpy as np
from numba.core import serialize
from numba.core.compiler import CompileResult

from carlite import store

_log = logging.getLogger(__name__)
_PACKAGE = Path(__file__).parent
_FOLDERS_KEPT = 12  # of other sources, versions and processors; one takes 3 MB
_IMPORT = re.compile(r"^ *(?:from +(carlite[\w.]*) +import +(\([^)]*\)|.*)|import +(carlite[\w.]*))", re.MULTILINE)
_USES_JIT = re.compile(r"^from carlite\.jit import ", re.MULTILINE)
_folder: list[Path | None] = []  # of this process; what a kernel computes does not depend on it

# Contracted and rearranged by LLVM, but never summed in another order: bytes stay the same from run to run.
_LOOSE = frozenset({"nsz", "arcp", "contract"})


def kernel(*, parallel: bool = False, nogil: bool = False, loose: bool = False) -> Any:
    """Decorates what Python calls; compiled on first use and kept on disk with the functions that it calls.

    The numpy error model divides without a check and a branch for zero, which is a fifth of the code of such loops.

    Args:
        parallel: its ``prange`` loops run on all threads.
        nogil: other Python threads run on meanwhile; so they do beside a parallel one.
        loose: with LLVM's freedom to contract and to multiply by reciprocals.
    """
    options = {
        "parallel": parallel,
        "nogil": nogil or parallel,
        "error_model": "numpy",
        "fastmath": set(_LOOSE) if loose else False,
    }

    def decorate(function: Any) -> Any:
        dispatcher = numba.njit(**options)(function)
        dispatcher._cache = _KernelCache(function)
        return dispatcher

    return decorate


def inner(*, loose: bool = False) -> Any:
    """Decorates what only kernels call. ``loose`` as in ``kernel``."""
    return numba.njit(error_model="numpy", no_cpython_wrapper=True, fastmath=set(_LOOSE) if loose else False)


inlined = numba.njit(forceinline=True, error_model="numpy", fastmath=set(_LOOSE))
"""Decorates a part of a loop, which LLVM puts in its place: with the freedom of ``loose``."""

spliced = numba.njit(inline="always")
"""Decorates what numba itself puts in its place, before it looks at types."""


def keep_kernels_in(folder: Path | None) -> None:
    """Where this process keeps compiled kernels and looks for them: in the user's cache folder if not told; None keeps none."""
    _folder[:] = [folder]


def is_kept(dispatcher: Any) -> bool:
    """Whether a kernel lies compiled for this machine in the cache."""
    return bool(dispatcher._cache.files())


def kernel_sources(package: Path = _PACKAGE) -> list[Path]:
    """The files that kernels can depend on: those with kernels, and what they import from the package, all the way.

    Numba takes constants of other modules into the code, so these count as well.

    Args:
        package: folder of a copy of this package.
    """
    todo = [file for file in package.rglob("*.py") if _USES_JIT.search(file.read_text(encoding="utf-8"))]
    found = {package / "jit.py"}
    while todo:
        file = todo.pop()
        if file not in found:
            found.add(file)
            todo += _imports(file, package)
    return sorted(found)


def fingerprint(package: Path = _PACKAGE) -> str:
    """32 hex digits that name what the kernels of a copy of this package compile to, on this machine."""
    binding = llvmlite.binding
    cpu = (binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())
    digest = hashlib.sha256(repr((sys.version_info[:2], numba.__version__, llvmlite.__version__, np.__version__, cpu)).encode())
    for file in kernel_sources(package):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:32]


def _imports(file: Path, package: Path) -> Iterator[Path]:
    for module, names, plain in _IMPORT.findall(file.read_text(encoding="utf-8")):
        if plain:
            yield from _files_of(plain, package)
        for name in re.findall(r"(\w+)(?: +as +\w+)?", names):
            yield from _files_of(f"{module}.{name}", package) or _files_of(module, package)


def _files_of(module: str, package: Path) -> list[Path]:
    path = package.joinpath(*module.split(".")[1:])
    return [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]


@cache
def _own_fingerprint() -> str:
    return fingerprint()


def _kernels_folder() -> Path | None:
    """The folder of today's kernels."""
    if not _folder:
        keep_kernels_in(store.user_folder("XDG_CACHE_HOME", ".cache"))
    base = _folder[0]
    return None if base is None else base / "kernels" / _own_fingerprint()


class _KernelCache:
    """Keeps the compiled signatures of one kernel, a file each; what numba's dispatcher asks of a cache.

    One file a signature, named by everything that it depends on, so that processes that compile at the same time cannot
    take each other's code for their own, as they can through numba's index.
    """

    def __init__(self, function: Any) -> None:
        self._function = function

    @property
    def cache_path(self) -> str | None:
        """The folder, for numba's statistics."""
        folder = _kernels_folder()
        return None if folder is None else str(folder)

    def files(self) -> list[Path]:
        """The files kept of this kernel."""
        folder = _kernels_folder()
        return [] if folder is None else sorted(folder.glob(f"{self._name()}-*.bin"))

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """The compiled signature; None where it is not kept."""
        target_context.refresh()
        path = self._path(signature, target_context.codegen())
        if path is None:
            return None
        try:
            reduced = pickle.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            _log.warning("%s: cannot be read (%s); it is compiled anew", path, error)
            return None
        store.touch(path)
        with contextlib.suppress(OSError):
            path.parent.touch()
        return CompileResult._rebuild(target_context, *reduced)

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keeps a compiled signature."""
        path = self._path(signature, compiled.codegen)
        if path is None:
            return
        assert not compiled.library.has_dynamic_globals, f"{self._name()} holds an address or a large array: it cannot be kept"
        is_new = not path.parent.is_dir()
        store.write(path, lambda file: file.write(serialize.dumps(compiled._reduce())))
        if is_new:
            _remove_old(path.parent)

    def flush(self) -> None:
        """Forgets what is kept of this kernel."""
        for file in self.files():
            file.unlink(missing_ok=True)

    def _name(self) -> str:
        return f"{self._function.__module__}.{self._function.__qualname__}".replace("<locals>.", "")

    def _path(self, signature: Any, codegen: Any) -> Path | None:
        folder = _kernels_folder()
        if folder is None:
            return None
        source = hashlib.sha256(Path(self._function.__code__.co_filename).read_bytes()).digest()
        digest = hashlib.sha256(
            repr((signature, codegen.magic_tuple(), self._function.__code__.co_firstlineno)).encode() + source
        )
        return folder / f"{self._name()}-{digest.hexdigest()[:16]}.bin"


def _remove_old(folder: Path) -> None:
    """Removes the folders beside a new one that were not used for longest, so that edits do not pile them up."""
    used: list[tuple[float, Path]] = []
    for other in folder.parent.glob("*"):
        with contextlib.suppress(OSError):  # another process may have been faster
            if other != folder and re.fullmatch("[0-9a-f]{32}", other.name):
                used.append((other.stat().st_mtime, other))
    for _, other in sorted(used)[: -_FOLDERS_KEPT or None]:
        shutil.rmtree(other, ignore_errors=True)
