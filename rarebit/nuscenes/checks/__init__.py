"""Rules that every dataset keeps, one a file: run them on any nuScenes dataset, or look up one by its id.

for finding in run_checks(open_dataset(root)):
    print(finding)
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator

from rarebit.core.errors import DatasetError
from rarebit.nuscenes.checks.check import Check, Finding
from rarebit.nuscenes.reader import Dataset

__all__ = ["Check", "Finding", "all_checks", "run_checks"]

# Without rows that can be read, and keys that lead somewhere, no other rule can be asked.
_FIRST = ("REC001", "REC002", "REF001")


def all_checks() -> dict[str, Check]:
    """Every rule by id: the ``CHECK`` of every module of this package."""
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found = sorted((module.CHECK for module in modules if hasattr(module, "CHECK")), key=lambda check: str(check.id))
    return {check.id: check for check in found}


def run_checks(dataset: Dataset, ids: Iterable[str] | None = None) -> Iterator[Finding]:
    """What ``dataset`` breaks of the rules ``ids``, or of all.

    A dataset whose rows cannot be read, or whose tokens lead nowhere, is asked for nothing else.

    Raises:
        DatasetError: an id is unknown, or a file cannot be read.
    """
    checks = all_checks()
    wanted = list(checks) if ids is None else list(ids)
    unknown = sorted(set(wanted) - set(checks))
    if unknown:
        raise DatasetError(f"checks: no {', '.join(unknown)}; there are {', '.join(checks)}")
    sound = True
    for name in _FIRST:
        for where, problem in checks[name].find(dataset):
            sound = False
            if name in wanted:
                yield Finding(check=name, where=where, problem=problem)
        if not sound:
            return
    for name in (name for name in wanted if name not in _FIRST):
        for where, problem in checks[name].find(dataset):
            yield Finding(check=name, where=where, problem=problem)
