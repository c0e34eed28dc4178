"""Makes a whole dataset: every job's scene, the tables, the pictures; without Hydra and without a terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rarebit.config import AppConfig
from rarebit.gallery import write_gallery
from rarebit.jobs.executors import Executor, ProcessExecutor, SerialExecutor
from rarebit.jobs.folder import sole_owner, write_entries
from rarebit.jobs.ledger import Ledger
from rarebit.jobs.outcome import Outcome
from rarebit.jobs.plan import Plan
from rarebit.nuscenes.naming import VERSION
from rarebit.nuscenes.writer import NuScenesWriter

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The dataset is assembled.

    Attributes:
        root: its folder.
        takes: folders of the takes with faults, each a dataset of its own.
        outcomes: of all jobs, in the dataset's order.
    """

    root: Path
    takes: tuple[Path, ...]
    outcomes: tuple[Outcome, ...]


def record_dataset(config: AppConfig, plan: Plan, tell: Tell) -> Iterator[Outcome | Finished | Path]:
    """Makes the dataset of ``plan`` in ``config.out``.

    Yields:
        What became of each job, as they end; once the dataset of those that have a scene; then each picture.

    Raises:
        OutputError: the folder belongs to a run in progress, or cannot take the result.
    """
    ledger = Ledger(out=config.out)
    with sole_owner(config.out):
        found: dict[str, Outcome] = {}
        for outcome in executor_of(config).run(plan.jobs, ledger, tell):
            found[outcome.job.key] = outcome
            yield outcome
        outcomes = tuple(found[job.key] for job in plan.jobs)
        made = [outcome for outcome in outcomes if outcome.accepted is not None]
        if made:
            tell("assembling the dataset", 1.0)
            root, *takes = (NuScenesWriter(ledger.take(name)).finish(_keys(made, name)) for name in ("", *plan.jobs[0].takes))
            write_entries(config.out, outcomes)
            yield Finished(root=root, takes=tuple(takes), outcomes=outcomes)
            if config.pictures:
                tell("drawing pictures", 0.0)
                for done, path in enumerate(write_gallery(root, VERSION, [o.rejected for o in made], os.cpu_count() or 1), 1):
                    tell("drawing pictures", done / (len(made) + 1))
                    yield path


def _keys(made: Sequence[Outcome], take: str) -> list[str]:
    """Folders of the scenes in a take."""
    accepted = [outcome.accepted for outcome in made if outcome.accepted is not None]
    return [one.takes[take] if take else one.key for one in accepted]


def executor_of(config: AppConfig) -> Executor:
    """Who runs the jobs."""
    return ProcessExecutor(config.server(), config.jobs) if config.jobs else SerialExecutor(config.server())
