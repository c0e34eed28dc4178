"""What an export is: another format, made of a finished dataset through the public reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rarebit.nuscenes.reader import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One format; a module of this package exports it as ``EXPORT``.

    Attributes:
        name: that users ask for it by.
        says: what is written, in one sentence.
        write: writes a dataset into an empty folder; the same dataset gives the same bytes, and is only read.
    """

    name: str
    says: str
    write: Callable[[Dataset, Path], None]
