"""Rarebit from Python, with the names of the command.

    import rarebit.api as rarebit

    spec = rarebit.load("child_from_behind_van")             # every fault of a spec at once, or the spec
    scenario = rarebit.draw(spec, seed=7)                    # values for all its parameters; no simulator
    attempt = rarebit.rehearse(scenario)                     # what happens, and whether it counts
    made = rarebit.record(["child_from_behind_van"], out="outputs/mine", rig="smoke", scenes=4, jobs=2)
    dataset = rarebit.open_dataset(made.root)                # its tables

``docs/rarebit.ipynb`` shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from rarebit.config import AppConfig, CarlaSection, read_config
from rarebit.core.errors import Fault, SpecError
from rarebit.generate import concretise
from rarebit.jobs.outcome import Outcome
from rarebit.jobs.plan import plan
from rarebit.jobs.run import Tell, silent
from rarebit.language import LogicalScenario, find
from rarebit.language import load as load_file
from rarebit.nuscenes.reader import open_dataset
from rarebit.packs import files, in_use, packs_with, use
from rarebit.reading.advice import nearest
from rarebit.record import Finished, record_dataset
from rarebit.rig.load import rig_from_mapping
from rarebit.run import Attempt
from rarebit.run import attempt as make_attempt
from rarebit.scenario import ConcreteScenario
from rarebit.session.server import CarlaServer
from rarebit.session.session import open_session

_CARLITE = CarlaSection()

__all__ = ["Recorded", "draw", "load", "open_dataset", "record", "rehearse", "use_packs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What ``record`` has made.

    Attributes:
        root: of the dataset; None if no scene was recorded.
        outcomes: of every job, in the dataset's order; a failure says why a scene is missing.
    """

    root: Path | None
    outcomes: tuple[Outcome, ...]


def use_packs(*folders: Path | str) -> None:
    """Looks scenarios, families, sensors and rigs up in the user's packs too, as ``packs=[...]`` does.

    Raises:
        SpecError: a folder is no pack.
    """
    use(packs_with(folders))


def load(spec: Path | str, *, road: Mapping[str, Any] | None = None) -> LogicalScenario:
    """A spec by its name or the path of its file.

    Args:
        road: replaces its road block, such as ``{"town": "Town10HD"}``.

    Raises:
        SpecError: every fault of it.
    """
    return load_file(find(str(spec)), road=road)


def draw(spec: LogicalScenario, *, seed: int = 0, index: int = 0, attempt: int = 0) -> ConcreteScenario:
    """One draw of a spec: the ``attempt``-th for scene ``index`` of the dataset that ``seed`` makes.

    Raises:
        SpecError: its constraints leave nothing to draw.
    """
    return concretise(spec, seed, index, attempt)


def rehearse(
    scenario: ConcreteScenario,
    *,
    carla: CarlaSection = _CARLITE,
    rig: Mapping[str, Any] | Path | str | None = None,
    server: CarlaServer | None = None,
) -> Attempt:
    """Runs a draw without recording it, and judges it.

    Args:
        carla: as the command's ``carla`` options.
        rig: whose cameras must see or not see, see ``record``; None for a wide front camera.
        server: one to run on, for many rehearsals; None starts carlite (or takes the server that ``carla`` names) for this one.

    Raises:
        SceneError: the draw cannot be staged.
        ServerError: the server failed.
    """
    made = None if rig is None else rig_from_mapping(_rig(rig))
    config = AppConfig(
        name="rehearsal", out=Path(), seed=scenario.seed, specs=(scenario.scenario,), rig={}, carla=carla
    ).server()
    with ExitStack() as stack:
        held = server if server is not None else stack.enter_context(CarlaServer(config))
        session = stack.enter_context(open_session(held.config, scenario.road, held))
        return make_attempt(session, scenario, made)


def record(
    specs: Sequence[Path | str],
    *,
    out: Path | str,
    rig: Mapping[str, Any] | Path | str = "nuscenes_key",
    seed: int = 0,
    scenes: int = 1,
    attempts: int = 30,
    jobs: int = 1,
    packs: Sequence[Path | str] = (),
    road: Mapping[str, Any] | None = None,
    pictures: bool = False,
    label_images: bool = False,
    takes: Mapping[str, Any] | None = None,
    carla: CarlaSection = _CARLITE,
    tell: Tell = silent,
) -> Recorded:
    """Makes a dataset, or goes on with one; the same arguments give the bytes that the command gives.

    Args:
        specs: names or paths.
        out: folder of the dataset.
        rig: name of one in a pack's ``hydra_conf/rig``, path of a YAML file, or the rig as plain data.
        seed, scenes, attempts, jobs, packs, road, pictures, label_images, takes, carla: as the command's options.
        tell: told what is being done, and which share of the present scene is done.

    Raises:
        SpecError: every fault of the arguments, the specs and the rig; nothing is recorded then.
        OutputError: the folder belongs to a run in progress, or cannot take the result.
    """
    use_packs(*packs)
    settings = {
        "name": Path(out).resolve().name,
        "out": str(out),
        "seed": seed,
        "specs": [str(spec) for spec in specs],
        "packs": [str(pack) for pack in packs],
        "jobs": jobs,
        "road": road,
        "pictures": pictures,
        "carla": asdict(carla) | {"maps": None if carla.maps is None else str(carla.maps)},
        "rig": _rig(rig),
        "takes": takes,
        "writer": {"label_images": label_images},
        "sampling": {"scenes": scenes, "attempts": attempts},
    }
    config = read_config(settings, file="record()")
    planned = plan(config)
    if planned.faults:
        raise SpecError(planned.faults)
    outcomes: list[Outcome] = []
    root = None
    for event in record_dataset(config, planned, tell):
        if isinstance(event, Outcome):
            outcomes.append(event)
        elif isinstance(event, Finished):
            root, outcomes = event.root, list(event.outcomes)
    place = {job.key: number for number, job in enumerate(planned.jobs)}
    return Recorded(root=root, outcomes=tuple(sorted(outcomes, key=lambda outcome: place[outcome.job.key])))


def _rig(rig: Mapping[str, Any] | Path | str) -> Mapping[str, Any]:
    """The rig as plain data."""
    if isinstance(rig, Mapping):
        return rig
    path = Path(rig)
    if path.suffix not in (".yaml", ".yml"):
        known = {Path(name).name: file for name, file in files("hydra_conf", "rig/*.yaml", in_use()).items()}
        if str(rig) not in known:
            problem = "there is no such rig"
            raise SpecError([Fault(file="rig", path="rig", value=str(rig), problem=problem, remedy=nearest(str(rig), known))])
        path = known[str(rig)]
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = f"cannot be read: {' '.join(str(error).split())}"
        raise SpecError(
            [Fault(file=str(path), path="rig", value=str(rig), problem=problem, remedy="check the file")]
        ) from error
    rig_from_mapping(data, file=str(path))
    assert isinstance(data, dict)
    return data
