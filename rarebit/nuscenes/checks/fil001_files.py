"""FIL001: files are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Lidarseg, Map, Panoptic, SampleData
from rarebit.nuscenes.sidecars import LabelImages


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Files that a row names and that are not there, are empty, or belong to two rows."""
    names = Counter(
        row.filename
        for rows in (dataset.rows(SampleData), dataset.rows(Lidarseg), dataset.rows(Panoptic), dataset.rows(Map))
        for row in rows.values()
    )
    names.update(name for row in dataset.rows(LabelImages).values() for name in (row.semantic, row.instance, row.depth))
    for name, count in names.items():
        path = dataset.root / name
        if not path.is_file():
            yield name, "is not there"
        elif path.stat().st_size == 0:
            yield name, "is empty"
        if count > 1:
            yield name, f"belongs to {count} rows"


CHECK = Check(id="FIL001", rule="Every file that a row names is there, and is its alone.", find=find)
