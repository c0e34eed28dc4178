"""What a process that runs jobs and the one that started it say to each other: one JSON object a line.

To the worker: first what to run on (``Hire``), then one job at a time. From it: progress, its server's process, and what became
of the job.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rarebit.jobs.job import Job
from rarebit.jobs.outcome import Outcome, from_plain, to_plain
from rarebit.session.config import CarlaConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Hire:
    """What a worker is told once.

    Attributes:
        server: that it records on.
        out: folder of the ledger.
        log_level: of its root logger.
    """

    server: CarlaConfig
    out: Path
    log_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Progress of the present job."""

    what: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The process of the worker's server, from now on."""

    server_pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The end of the present job.

    Attributes:
        lost: whether its server was lost with it.
        leaving: whether the worker ends now, too.
    """

    outcome: Outcome
    lost: bool
    leaving: bool = False


def hire_line(hire: Hire) -> str:
    """The first line to a worker."""
    server = asdict(hire.server) | {"maps": None if hire.server.maps is None else str(hire.server.maps)}
    return json.dumps({"server": server, "out": str(hire.out), "log_level": hire.log_level}) + "\n"


def read_hire(line: str) -> Hire:
    """The hire of ``hire_line``."""
    data = json.loads(line)
    maps = data["server"]["maps"]
    server = CarlaConfig(**data["server"] | {"maps": None if maps is None else Path(maps)})
    return Hire(server=server, out=Path(data["out"]), log_level=data["log_level"])


def message_line(message: Told | Serving | Ended) -> str:
    """A line of a worker."""
    if isinstance(message, Serving):
        return json.dumps({"server_pid": message.server_pid}) + "\n"
    if isinstance(message, Told):
        return json.dumps({"what": message.what, "share": message.share}) + "\n"
    return json.dumps({"outcome": to_plain(message.outcome), "lost": message.lost, "leaving": message.leaving}) + "\n"


def read_message(line: str, job: Job) -> Told | Serving | Ended:
    """The message of ``message_line``; ``job`` is the present one."""
    data: Mapping[str, Any] = json.loads(line)
    if "server_pid" in data:
        return Serving(server_pid=data["server_pid"])
    if "outcome" in data:
        return Ended(outcome=from_plain(job, data["outcome"]), lost=data["lost"], leaving=data["leaving"])
    return Told(what=data["what"], share=data["share"])
