"""Which draw of a scenario a scene took, and why the ones before it were rejected: one small JSON file a scene.

The file is what lets a run go on where it stopped: an accepted draw whose scene folder is whole is not made again, and draws
that were rejected are not rehearsed again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rarebit.core.files import canonical_json, write_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A draw that did not count: its number, its reasons, the values drawn."""

    attempt: int
    reasons: tuple[str, ...]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The draw that counts.

    Attributes:
        key: of the scene's folder.
        measures: of the verdict, SI.
        first_seen: channel and seconds after the first event, or None if the scenario names no hazard.
    """

    attempt: int
    key: str
    measures: dict[str, float]
    first_seen: tuple[str, float] | None
    samples: int


@dataclass(slots=True, kw_only=True)
class Draws:
    """The draws of one scene, kept in ``path``.

    Attributes:
        identity: hash of all that determines the draws; a file of another identity is started afresh.
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
            draws.rejected = [Rejected(**row | {"reasons": tuple(row["reasons"])}) for row in data["rejected"]]
            if (row := data["accepted"]) is not None:
                seen = row["first_seen"]
                draws.accepted = Accepted(**row | {"first_seen": None if seen is None else (seen[0], seen[1])})
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
