"""Executors: who runs jobs. Each passes ``tests/contract/test_executors.py``.

``SerialExecutor`` runs them one after another in this process, ``ProcessExecutor`` in processes of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rarebit.jobs.executors.processes import ProcessExecutor
from rarebit.jobs.executors.serial import SerialExecutor
from rarebit.jobs.job import Job
from rarebit.jobs.ledger import Ledger
from rarebit.jobs.outcome import Outcome
from rarebit.jobs.run import Tell

__all__ = ["Executor", "ProcessExecutor", "SerialExecutor"]


class Executor(Protocol):
    """Runs jobs."""

    def run(self, jobs: Sequence[Job], ledger: Ledger, tell: Tell) -> Iterator[Outcome]:
        """Makes the scene of every job and yields what became of each, in the order in which they end.

        A job that fails ends no other. A server that died or hung is replaced for the next job; where servers keep failing, the
        jobs that are left fail as the last one did, without being tried. When the iterator is closed, or an exception passes
        through it, every process that it started has ended before it returns.
        """
        ...
