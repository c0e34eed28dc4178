"""REC001: rows are what the format says."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.core.errors import DatasetError
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.record import from_row
from rarebit.nuscenes.records import TABLES
from rarebit.nuscenes.sidecars import SIDECARS


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Tables that are missing, and every row with a key missing or a value that its table does not hold."""
    for kind in (*TABLES, *SIDECARS):
        try:
            rows = dataset.raw_rows(kind)
        except DatasetError as error:
            yield kind.TABLE, str(error)
            continue
        for row in rows:
            try:
                from_row(kind, row)
            except DatasetError as error:
                yield f"{kind.TABLE} {row.get(kind.KEY, '(no token)')}", str(error)


CHECK = Check(id="REC001", rule="Every table is there, and every row has the keys and values of its table.", find=find)
