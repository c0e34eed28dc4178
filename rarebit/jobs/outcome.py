"""What became of a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rarebit.core.errors import RarebitError
from rarebit.jobs.job import Job
from rarebit.jobs.ledger import Accepted, Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a job has no scene.

    Attributes:
        message: for people, with what to do.
        exit_code: of the command, see ``rarebit.core.errors``.
    """

    message: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a job.

    Attributes:
        rejected: draws that did not count, in their order.
        accepted: the draw that counts; None if there is none or the job failed.
        frames_per_second: ticks with pictures recorded per second of wall clock; None if nothing was recorded now.
        failure: None if the scene is there.
    """

    job: Job
    rejected: tuple[Rejected, ...] = ()
    accepted: Accepted | None = None
    frames_per_second: float | None = None
    failure: Failure | None = None


def failed(job: Job, error: RarebitError, rejected: tuple[Rejected, ...] = ()) -> Outcome:
    """The outcome of a job that ended by ``error``."""
    return Outcome(job=job, rejected=rejected, failure=Failure(message=str(error), exit_code=error.exit_code))


def to_plain(outcome: Outcome) -> dict[str, Any]:
    """As JSON data, the job apart."""
    data = asdict(outcome)
    del data["job"]
    return data


def from_plain(job: Job, data: Mapping[str, Any]) -> Outcome:
    """The outcome of ``to_plain``."""
    failure = data["failure"]
    return Outcome(
        job=job,
        rejected=tuple(Rejected.from_plain(row) for row in data["rejected"]),
        accepted=None if data["accepted"] is None else Accepted.from_plain(data["accepted"]),
        frames_per_second=data["frames_per_second"],
        failure=None if failure is None else Failure(**failure),
    )
