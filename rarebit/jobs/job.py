"""A job: one scene to make, as data that another process or machine can be handed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rarebit import __version__
from rarebit.core.files import canonical_json, content_hash

_NOT_CONTENT = ("scenario", "file", "road", "attempts", "packs")  # what the spec says is in ``content``


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Scene ``index`` of a spec, and all that determines its bytes.

    Attributes:
        name: of the scenario.
        scenario: the spec's YAML text.
        file: where the text came from, for messages; no part of the job's key.
        road: replaces the spec's road block unless None.
        content: hash of what the text says, with that road; comments and spaces are no part of the job's key.
        seed, index: see ``rarebit.generate.concretise``.
        attempts: draws before the scene is given up; no part of the job's key.
        rig: as plain data.
        takes: by name the faults of a twin's sensors, as plain data.
        label_images: whether the cameras' label images are kept too.
        server: "carlite" or "carla": what kind records it.
        step_s: length of a tick.
        map_content: hash of the file of the spec's town, where it is known; "" else.
        packs: folders of the packs of the user, in which the spec is read.
        packs_content: hash of what those packs hold, "" without any.
    """

    name: str
    scenario: str
    file: str
    road: Mapping[str, Any] | None = None
    content: str
    seed: int
    index: int
    attempts: int
    rig: Mapping[str, Any]
    takes: Mapping[str, Any] = field(default_factory=dict)
    label_images: bool = False
    server: str = "carlite"
    step_s: float = 0.05
    map_content: str = ""
    packs: tuple[str, ...] = ()
    packs_content: str = ""

    def __post_init__(self) -> None:
        if self.seed < 0 or self.index < 0 or self.attempts < 1:
            raise ValueError(
                f"job: got seed {self.seed}, index {self.index}, attempts {self.attempts}, expected 0, 0, 1 or more"
            )
        if self.server not in ("carlite", "carla"):
            raise ValueError(f"job: got server {self.server!r}, expected carlite or carla")

    @property
    def key(self) -> str:
        """32 hex digits that name the job's content: equal for jobs of equal scenes, wherever their files lie."""
        return content_hash({"rarebit": __version__} | {k: v for k, v in asdict(self).items() if k not in _NOT_CONTENT})

    @property
    def title(self) -> str:
        """For messages."""
        return f"{self.name}[{self.index}]"

    @property
    def context(self) -> dict[str, str]:
        """What determines a scene beside its concrete scenario and its rig; part of the scene's key."""
        made = {
            "rarebit": __version__,
            "server": self.server,
            "step_us": str(round(self.step_s * 1e6)),
            "seed": str(self.seed),
        }
        return made | ({"map": self.map_content} if self.map_content else {})


def to_json(job: Job) -> str:
    """The one JSON text of a job, on one line."""
    return canonical_json(asdict(job))


def from_json(text: str) -> Job:
    """The job of ``to_json``.

    Raises:
        ValueError: the text is no job's.
    """
    try:
        data = json.loads(text)
        return Job(**data | {"packs": tuple(data["packs"])})
    except (TypeError, KeyError) as error:
        raise ValueError(f"job: cannot be read: {error}") from error
