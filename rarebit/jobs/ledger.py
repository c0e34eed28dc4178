"""Which draw of a scenario a scene took, and why the ones before it were rejected: one small JSON file a scene.

The files are what lets a run go on where it stopped: an accepted draw whose scene folder is whole is not made again, and draws
that were rejected are not rehearsed again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rarebit.core.files import canonical_json, write_bytes
from rarebit.jobs.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A draw that did not count: its number, its reasons, the values drawn."""

    attempt: int
    reasons: tuple[str, ...]
    values: dict[str, Any]

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Rejected:
        """From JSON data."""
        return cls(**{**data, "reasons": tuple(data["reasons"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The draw that counts.

    Attributes:
        key: of the scene's folder.
        measures: of the verdict, SI.
        first_seen: channel and seconds after the first event, or None if the scenario names no hazard.
        takes: key of the scene's folder in each take.
    """

    attempt: int
    key: str
    measures: dict[str, float]
    first_seen: tuple[str, float] | None
    samples: int
    takes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Accepted:
        """From JSON data."""
        seen = data["first_seen"]
        return cls(**{**data, "first_seen": None if seen is None else (seen[0], seen[1])})


@dataclass(slots=True, kw_only=True)
class Draws:
    """The draws of one scene, kept in ``path``.

    Attributes:
        identity: key of the job; a file of another identity is started afresh.
    """

    path: Path
    identity: str
    rejected: list[Rejected] = field(default_factory=list)
    accepted: Accepted | None = None

    @classmethod
    def read(cls, path: Path, identity: str) -> Draws:
        """What is known of a scene; empty where the file is missing, unreadable or about something else."""
        draws = cls(path=path, identity=identity)
        try:
            data = json.loads(path.read_text())
            if data["identity"] != identity:
                return draws
            draws.rejected = [Rejected.from_plain(row) for row in data["rejected"]]
            draws.accepted = None if data["accepted"] is None else Accepted.from_plain(data["accepted"])
        except (OSError, ValueError, KeyError, TypeError):
            return cls(path=path, identity=identity)
        return draws

    def reject(self, rejected: Rejected) -> None:
        """Keeps a rejected draw."""
        self.rejected.append(rejected)
        self._write()

    def accept(self, accepted: Accepted) -> None:
        """Keeps the draw that counts."""
        self.accepted = accepted
        self._write()

    def _write(self) -> None:
        data = {
            "identity": self.identity,
            "rejected": [asdict(row) for row in self.rejected],
            "accepted": None if self.accepted is None else asdict(self.accepted),
        }
        write_bytes(self.path, (canonical_json(data) + "\n").encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The memory of a dataset's jobs.

    Attributes:
        out: the dataset's folder; the ledger is its folder ``draws``, scenes lie in ``scenes``.
    """

    out: Path

    def draws(self, job: Job) -> Draws:
        """What is known of a job's draws."""
        return Draws.read(self.path(job.name, job.index), job.key)

    def take(self, name: str) -> Path:
        """The folder of a take's dataset; of the clean one for ""."""
        return self.out / "takes" / name if name else self.out

    def path(self, name: str, index: int) -> Path:
        """The file of one scene."""
        return self.out / "draws" / f"{name}-{index:04d}.json"
