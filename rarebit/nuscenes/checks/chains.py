"""Chains: rows that name the row before and the row after them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol


class Link(Protocol):
    """A row of a chain."""

    @property
    def token(self) -> str: ...

    @property
    def prev(self) -> str: ...

    @property
    def next(self) -> str: ...


def broken_links(table: str, chain: Sequence[Link], times_us: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Where a chain, given in time order with its times, is not linked from its first row to its last, or stands still."""
    for i, row in enumerate(chain):
        before = chain[i - 1].token if i else ""
        after = chain[i + 1].token if i + 1 < len(chain) else ""
        if row.prev != before:
            yield f"{table} {row.token}", f"prev: got {row.prev or '(empty)'}, expected {before or '(empty)'}"
        if row.next != after:
            yield f"{table} {row.token}", f"next: got {row.next or '(empty)'}, expected {after or '(empty)'}"
        if i and times_us[i] == times_us[i - 1]:
            yield f"{table} {row.token}", f"has the time of {before}, {times_us[i]} us"
