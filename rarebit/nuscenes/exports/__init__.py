"""Other formats of a finished dataset, one a file.

export(open_dataset(root), "coco", Path("boxes"))
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from rarebit.core.errors import DatasetError, OutputError
from rarebit.nuscenes.exports.export import Export
from rarebit.nuscenes.reader import Dataset

__all__ = ["Export", "all_exports", "export"]


def all_exports() -> dict[str, Export]:
    """Every format by name: the ``EXPORT`` of every module of this package."""
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found: list[Export] = [module.EXPORT for module in modules if hasattr(module, "EXPORT")]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def export(dataset: Dataset, name: str, out: Path) -> None:
    """Writes ``dataset`` in another format into the folder ``out``, which must be new or empty.

    Raises:
        DatasetError: the format is unknown, or the dataset cannot be read.
        OutputError: the folder holds something, or cannot be written.
    """
    known = all_exports()
    if name not in known:
        raise DatasetError(f"exports: no {name}; there are {', '.join(known)}")
    try:
        out.mkdir(parents=True, exist_ok=True)
        if next(out.iterdir(), None) is not None:
            raise OutputError(f"{out}: is not empty; choose another folder")
        known[name].write(dataset, out)
    except OSError as error:
        raise OutputError(f"{out}: cannot write: {error.strerror or error}; choose another folder") from error
