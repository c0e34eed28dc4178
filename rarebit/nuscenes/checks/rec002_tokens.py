"""REC002: tokens name one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import TABLES
from rarebit.nuscenes.sidecars import SIDECARS


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Tokens that stand twice in a table."""
    for kind in (*TABLES, *SIDECARS):
        for token, count in Counter(row[kind.KEY] for row in dataset.raw_rows(kind)).items():
            if count > 1:
                yield f"{kind.TABLE} {token}", f"{count} rows have this token"


CHECK = Check(id="REC002", rule="No two rows of a table have one token.", find=find)
