"""A scene on disk: a folder that is whole or absent.

It is filled under a temporary name, every file is flushed to the disk, the manifest with sizes and hashes is written last, and
the folder takes its own name by a rename. A folder with a manifest is done.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rarebit.core.errors import OutputError
from rarebit.core.files import canonical_json

MANIFEST = "manifest.json"
# Files in work at a time: a picture holds 6 MB until it is encoded.
_MOST_PENDING = 24
_THREADS = 2


class SceneFolder:
    """An open scene folder; ``put`` hands files to a small thread pool."""

    def __init__(self, path: Path, pool: ThreadPoolExecutor) -> None:
        self.path = path
        self._pool = pool
        self._pending: deque[Future[None]] = deque()
        self._files: dict[str, dict[str, int | str]] = {}

    def put(self, name: str, make: Callable[[], bytes]) -> None:
        """Writes the file ``name`` with what ``make`` returns, in another thread; blocks while too many are in work.

        Raises:
            OutputError: an earlier file could not be written.
        """
        if name in self._files:
            raise ValueError(f"{name}: written twice")
        self._files[name] = {}
        while len(self._pending) >= _MOST_PENDING:
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(self._write, name, make))

    def drop(self, name: str) -> None:
        """Takes a file away again."""
        self._drain()
        (self.path / name).unlink()
        del self._files[name]

    def complete(self) -> None:
        """Waits for all files and writes the manifest."""
        self._drain()
        text = canonical_json({"files": self._files}).encode()
        _write_flushed(self.path / MANIFEST, text)

    def _drain(self) -> None:
        while self._pending:
            self._pending.popleft().result()

    def abandon(self) -> None:
        """Lets no file start any more and waits for those in work."""
        for future in self._pending:
            future.cancel()
        for future in self._pending:
            if not future.cancelled():
                future.exception()
        self._pending.clear()

    def _write(self, name: str, make: Callable[[], bytes]) -> None:
        data = make()
        _write_flushed(self.path / name, data)
        self._files[name].update(size=len(data), sha256=hashlib.sha256(data).hexdigest())


@contextmanager
def scene_folder(root: Path, key: str) -> Iterator[SceneFolder]:
    """A folder ``root/key`` to fill: done when the context ends normally, gone when it ends by an exception.

    Raises:
        OutputError: the disk is full or the folder cannot be written.
    """
    temporary = root / f".{key}.{os.getpid()}.tmp"
    with _as_output_error(root), ThreadPoolExecutor(_THREADS, thread_name_prefix="write") as pool:
        _remove_leftovers(root, key)
        temporary.mkdir(parents=True)
        folder = SceneFolder(temporary, pool)
        try:
            yield folder
            folder.complete()
            _publish(temporary, root / key)
        except BaseException:
            folder.abandon()
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def is_done(folder: Path) -> bool:
    """Whether the folder has a manifest and every file of it has its recorded size."""
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all((folder / name).stat().st_size == entry["size"] for name, entry in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextmanager
def _as_output_error(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or root
        message = f"{where}: cannot write: {error.strerror or error}; free space or choose another out="
        raise OutputError(message) from error


def _publish(temporary: Path, target: Path) -> None:
    if is_done(target):
        # Another process made the same scene; its content is the same.
        shutil.rmtree(temporary)
        return
    if target.exists():
        shutil.rmtree(target)
    _flush_folders(temporary)
    temporary.rename(target)
    _flush_folder(target.parent)


def remove_leftovers_of(root: Path, pid: int) -> None:
    """Removes the unfinished scenes below ``root`` of a process that has ended."""
    for path in root.glob(f".*.{pid}.tmp"):
        shutil.rmtree(path, ignore_errors=True)


def _remove_leftovers(root: Path, key: str) -> None:
    """Removes what killed processes left of this scene."""
    for path in sorted(root.glob(f".{key}.*.tmp")):
        pid = path.name.split(".")[-2]
        if not pid.isdigit() or int(pid) == os.getpid() or not Path(f"/proc/{pid}").exists():
            shutil.rmtree(path, ignore_errors=True)


def _write_flushed(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folders(root: Path) -> None:
    for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
