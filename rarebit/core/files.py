"""Files that are whole or absent, and hashes that name their content."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from rarebit.core.errors import OutputError
from rarebit.core.plain import to_plain


def write_bytes(path: Path, data: bytes | bytearray | memoryview) -> None:
    """Writes to a temporary name beside ``path``, then renames: a reader sees the whole file or none.

    Raises:
        OutputError: the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise OutputError(f"{path}: cannot write: {error.strerror or error}; free space or choose another out=") from error


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, no NaN; dataclasses become objects that know their type."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain, ensure_ascii=False)


def content_hash(value: Any) -> str:
    """32 hex digits that name a JSON-serialisable value."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:32]


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_plain(value)
    raise TypeError(f"{type(value).__name__} is not JSON-serialisable")
