"""Turns the settings of a run into jobs, with every fault that can be known before a server starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rarebit.config import AppConfig
from rarebit.core.errors import Fault, SpecError
from rarebit.core.files import content_hash, file_hash
from rarebit.generate import concretise
from rarebit.jobs import towns
from rarebit.jobs.job import Job
from rarebit.language import LogicalScenario, find, read
from rarebit.packs import pack_of, packs_with, use
from rarebit.rig.faults import read_takes
from rarebit.rig.load import rig_from_mapping
from rarebit.rig.plan import faults_of_rates
from rarebit.scenario import TownRoad


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run makes.

    Attributes:
        jobs: in the order of the dataset's scenes.
        faults: of specs that are left out.
    """

    jobs: tuple[Job, ...]
    faults: tuple[Fault, ...]


def plan(config: AppConfig) -> Plan:
    """The jobs of a run. The packs that it names are those in use from here on.

    Raises:
        SpecError: the packs or the rig are wrong, or no spec is right; a wrong spec beside right ones is a fault of the plan.
    """
    use(packs_with(config.packs))
    takes = _takes(config)
    packs = [pack_of(folder) for folder in config.packs]
    common: dict[str, Any] = {
        "road": config.road,
        "seed": config.seed,
        "attempts": config.sampling.attempts,
        "rig": config.rig,
        "takes": takes,
        "label_images": config.writer.label_images,
        "server": "carla" if config.carla.host else "carlite",
        "step_s": config.carla.step_s,
        "packs": tuple(str(pack.folder) for pack in packs),
        "packs_content": content_hash([pack.content() for pack in packs]) if packs else "",
    }
    jobs: list[Job] = []
    faults: list[Fault] = []
    files: dict[str, str] = {}
    for name in config.specs:
        try:
            text, spec = _read(name, config)
            _check_name(spec, files)
            map_content = _map_content(spec, config)
        except SpecError as error:
            faults += error.faults
            continue
        own = common | {"name": spec.name, "scenario": text, "file": spec.file, "content": spec.content}
        jobs += [Job(**own, map_content=map_content, index=index) for index in range(config.sampling.scenes)]
    if not jobs:
        raise SpecError(list(dict.fromkeys(faults)))
    return Plan(jobs=tuple(jobs), faults=tuple(dict.fromkeys(faults)))


def _read(name: str, config: AppConfig) -> tuple[str, LogicalScenario]:
    path = find(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise SpecError([_fault(str(path), "(file)", str(path), f"cannot be read: {reason}", "check the path")]) from error
    return text, read(text, str(path), road=config.road, any_model=config.carla.host is not None)


def _check_name(spec: LogicalScenario, files: dict[str, str]) -> None:
    """Scenes are kept under their scenario's name, so a run has one spec of each."""
    first = files.setdefault(spec.name, spec.file)
    if first is not spec.file:
        raise SpecError(
            [
                _fault(
                    spec.file, "scenario", spec.name, f"is the name of {first} too", "rename one of the two, or record it apart"
                )
            ]
        )


def _map_content(spec: LogicalScenario, config: AppConfig) -> str:
    """Hash of the file of the spec's town, "" for a generated road or a server of the user's own."""
    road = concretise(spec, config.seed, 0).road
    if not isinstance(road, TownRoad):
        return ""
    server = config.server()
    try:
        path = towns.file_of(road.town, server.maps, embedded=server.host is None)
    except ValueError as error:
        problem, _, remedy = str(error).partition("; ")
        where = "road override" if config.road is not None else spec.file
        raise SpecError([_fault(where, "road.town", road.town, problem, remedy)]) from error
    return "" if path is None else file_hash(path)


def _takes(config: AppConfig) -> Mapping[str, Any]:
    """The takes as plain data, once they and the rig are known to be right."""
    rig = rig_from_mapping(config.rig)
    if faults := faults_of_rates(rig, config.carla.step_s):
        raise SpecError(faults)
    read_takes(config.takes, rig, file="command line")
    return dict(config.takes or {})


def _fault(file: str, path: str, value: str, problem: str, remedy: str) -> Fault:
    return Fault(file=file, path=path, value=value, problem=problem, remedy=remedy)
