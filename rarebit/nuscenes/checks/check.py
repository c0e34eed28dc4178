"""What a check is: a rule that a dataset keeps or breaks, with an id that never changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rarebit.nuscenes.reader import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A place where a dataset breaks a rule: the check's id, the row or file, and what is wrong there."""

    check: str
    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.check} {self.where}: {self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule; a module of this package exports it as ``CHECK``.

    Attributes:
        id: three letters and three digits; never given to another rule.
        rule: what holds in a good dataset, in one sentence.
        find: yields (where, problem) for every place that breaks it.
    """

    id: str
    rule: str
    find: Callable[[Dataset], Iterator[tuple[str, str]]]
