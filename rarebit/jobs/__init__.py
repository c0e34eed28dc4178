"""Jobs: one scene each, as frozen data; what makes them, what remembers them, and who runs them.

``plan`` turns a run's settings into jobs, ``run_job`` makes the scene of one on a server, the ``Ledger`` keeps what became of
its draws, and an executor hands jobs out: in this process, or to processes with a carlite each.
"""

from __future__ import annotations

from rarebit.jobs.job import Job
from rarebit.jobs.ledger import Ledger
from rarebit.jobs.outcome import Failure, Outcome
from rarebit.jobs.run import run_job

__all__ = ["Failure", "Job", "Ledger", "Outcome", "run_job"]
