"""Every error that Rarebit raises on purpose, with the exit code of its kind.

RarebitError            1
├── SpecError           2   a scenario spec, rig or option that is wrong; lists every fault
├── ServerError         3   no CARLA server, or one that died, hung or refused
│   └── RefusedError    2   the server is well and cannot do what the spec asks
│       ├── MissingBlueprintError  it lacks a blueprint that the scenario needs
│       └── MapError           it lacks the town, or cannot read the map
├── SceneError          4   no draw of a scenario was accepted, or a scene broke while recording
│   └── UnlikeRehearsalError  the recorded run was not the rehearsed one
├── OutputError         5   disk full, no permission, a folder that belongs to another run
├── DatasetError        6   a dataset that cannot be read: a table missing, a row that is not what the format says
└── Interrupted         130 Ctrl-C or SIGTERM
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class RarebitError(Exception):
    """Base; ``exit_code`` is what the process ends with."""

    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a user's file.

    Attributes:
        file: the file's path as the user gave it.
        path: where in it, such as "actors.van.at.ahead_m".
        value: what stands there, as text.
        problem: what is wrong with it.
        remedy: what to write instead.
    """

    file: str
    path: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.problem} (got {self.value}); {self.remedy}"


class SpecError(RarebitError):
    """A user's file is wrong; carries every fault found."""

    exit_code = 2

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(faults)} fault" + ("s" if len(faults) != 1 else "")
        super().__init__("\n".join([f"{count}:", *(f"  {fault}" for fault in faults)]))


class ServerError(RarebitError):
    """The CARLA server cannot be reached, died, hung or refused a call."""

    exit_code = 3


class RefusedError(ServerError):
    """The server is well, and cannot do what a spec asks of it; another spec may go on."""

    exit_code = 2


class MissingBlueprintError(RefusedError):
    """The server's library lacks a blueprint; the message names the nearest it has."""


class MapError(RefusedError):
    """A town that the server does not have, or a map that it or its client cannot read."""


class SceneError(RarebitError):
    """A scene could not be made: no accepted draw, or it broke while recording."""

    exit_code = 4


class UnlikeRehearsalError(SceneError):
    """The recorded run was not the rehearsed one, though the same commands were given; making both again may mend it."""


class OutputError(RarebitError):
    """The output folder cannot take the result."""

    exit_code = 5


class DatasetError(RarebitError):
    """A dataset cannot be read: a table is missing, or a row is not what the format says."""

    exit_code = 6


class Interrupted(RarebitError):
    """The user stopped the run; finished scenes are kept."""

    exit_code = 130
