"""When to stop trying: servers that keep failing, and an output folder that takes nothing more."""

from __future__ import annotations

from rarebit.core.errors import OutputError
from rarebit.jobs.job import Job
from rarebit.jobs.outcome import Failure, Outcome

_MOST_LOSSES = 3


class Losses:
    """Counts servers lost one after another; a job that ends otherwise starts the count anew.

    Args:
        embedded: a lost carlite is started again, up to three times; a server of the user's own is not waited for twice.
    """

    def __init__(self, *, embedded: bool) -> None:
        self._most = _MOST_LOSSES if embedded else 1
        self._count = 0
        self._end: Failure | None = None

    def note(self, outcome: Outcome, *, lost: bool) -> None:
        """Takes the next outcome."""
        self._count = self._count + 1 if lost else 0
        full = outcome.failure is not None and outcome.failure.exit_code == OutputError.exit_code
        if self._end is None and (full or self._count >= self._most):
            self._end = outcome.failure

    def untried(self, job: Job) -> Outcome | None:
        """The outcome of a job that is not worth trying any more; None for one that is."""
        return None if self._end is None else Outcome(job=job, failure=self._end)
