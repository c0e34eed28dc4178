"""Makes the scenes of a dataset one after another: draw, rehearse, judge, record; then assembles, draws and reports.

Files on disk are the only memory. A scene whose folder is whole is not made again, so a run that was stopped goes on where it
stopped, and the same command twice makes nothing twice.
"""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rarebit import __version__
from rarebit.config import AppConfig
from rarebit.core.errors import Fault, OutputError, SceneError, SpecError, UnlikeRehearsalError
from rarebit.core.files import content_hash
from rarebit.draws import Accepted, Draws, Rejected
from rarebit.generate import concretise
from rarebit.history import Event
from rarebit.language import LogicalScenario, find, load
from rarebit.nuscenes.protocol import SceneWriter
from rarebit.nuscenes.writer import NuScenesWriter
from rarebit.rig.load import rig_from_mapping
from rarebit.rig.plan import faults_of_rates
from rarebit.rig.rig import Rig
from rarebit.run import Attempt, attempt
from rarebit.run.takes import Take, record_takes
from rarebit.scenario import ConcreteScenario
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import Session, open_session

_log = logging.getLogger(__name__)
# The first start on a machine compiles carlite's kernels.
_START_LIMIT_S = 400.0
_SAME_DRAW_TRIES = 4
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one scene.

    Attributes:
        accepted: None if no draw was.
        frames_per_second: ticks with pictures recorded per second of wall clock; None if the scene was whole already.
    """

    spec: LogicalScenario
    index: int
    draws: Draws
    accepted: Accepted | None
    frames_per_second: float | None


class Batch:
    """One run of the command.

    Args:
        config: see AppConfig.
        progress: told what is being done and which share of the present scene is done.

    Raises:
        SpecError: the faults of all specs and of the rig at once.
    """

    def __init__(self, config: AppConfig, progress: Progress) -> None:
        self.config = config
        self._progress = progress
        self.specs, self.rig = _load_all(config)
        self.carla = CarlaConfig(
            host=config.carla.host,
            port=config.carla.port,
            timeout_s=config.carla.timeout_s,
            start_timeout_s=_START_LIMIT_S,
            step_s=config.carla.step_s,
            seed=config.seed,
            threads=config.carla.threads,
            maps=config.carla.maps,
        )
        server = "carla" if config.carla.host else "carlite"
        self._context = {"rarebit": __version__, "server": server, "step_us": str(self.carla.step_us), "seed": str(config.seed)}
        self.writer = NuScenesWriter(config.out, label_images=config.writer.label_images, context=self._context)

    def run(self) -> Iterator[Outcome]:
        """Makes every scene that is not whole yet, in the order of the specs, and yields each when it is done.

        Raises:
            ServerError: the server could not be started, died or hung.
            OutputError: the folder belongs to a run in progress, or cannot take the result.
        """
        with _sole_owner(self.config.out), ExitStack() as stack:
            server: CarlaServer | None = None
            for spec in self.specs:
                for index in range(self.config.sampling.scenes):
                    draws = self._draws(spec, index)
                    done = draws.accepted
                    if done is not None and self.writer.is_done(done.key):
                        yield Outcome(spec=spec, index=index, draws=draws, accepted=done, frames_per_second=None)
                        continue
                    if server is None:
                        self._progress("starting the server", 0.0)
                        server = stack.enter_context(CarlaServer(self.carla))
                    yield self._make_scene(server, spec, index, draws)

    def finish(self, outcomes: list[Outcome]) -> Path:
        """Assembles the dataset of all accepted scenes and returns its root."""
        return self.writer.finish([outcome.accepted.key for outcome in outcomes if outcome.accepted is not None])

    def _draws(self, spec: LogicalScenario, index: int) -> Draws:
        identity = content_hash(
            [self._context, spec.content, self.writer.key(concretise(spec, self.config.seed, index), self.rig)]
        )
        return Draws.read(self.config.out / "draws" / f"{spec.name}-{index:04d}.json", identity)

    def _make_scene(self, server: CarlaServer, spec: LogicalScenario, index: int, draws: Draws) -> Outcome:
        begin = 0 if not draws.rejected else draws.rejected[-1].attempt + 1
        for number in range(begin, self.config.sampling.attempts):
            scenario = concretise(spec, self.config.seed, index, number)
            self._progress(f"{spec.name}: rehearsing draw {number + 1}", 0.0)
            try:
                accepted, rate = self._try_again(server, scenario)
            except SceneError as error:
                reasons = tuple(str(error).splitlines())
                _log.info("%s draw %d: rejected: %s", spec.name, number, "; ".join(reasons))
                draws.reject(Rejected(attempt=number, reasons=reasons, values=dict(scenario.values)))
                continue
            draws.accept(accepted)
            return Outcome(spec=spec, index=index, draws=draws, accepted=accepted, frames_per_second=rate)
        return Outcome(spec=spec, index=index, draws=draws, accepted=None, frames_per_second=None)

    def _try_again(self, server: CarlaServer, scenario: ConcreteScenario) -> tuple[Accepted, float]:
        """One draw, made again from its rehearsal on if the recording was another run: the draw itself is not at fault."""
        for _ in range(_SAME_DRAW_TRIES - 1):
            try:
                return self._try(server, scenario)
            except UnlikeRehearsalError as error:
                _log.warning("%s draw %d: %s", scenario.scenario, scenario.attempt + 1, error)
        return self._try(server, scenario)

    def _try(self, server: CarlaServer, scenario: ConcreteScenario) -> tuple[Accepted, float]:
        """Rehearses, judges and records one draw; SceneError says why it does not count."""
        with open_session(self.carla, scenario.road, server) as session:
            trial = attempt(session, scenario, self.rig)
            if not trial.verdict.accepted:
                raise SceneError("\n".join(trial.verdict.reasons))
            return self._record(session, scenario, trial)

    def _record(self, session: Session, scenario: ConcreteScenario, trial: Attempt) -> tuple[Accepted, float]:
        total = round(scenario.duration_s * 1e6)
        start = time.perf_counter()
        events, measures = _kept(trial.history.events), trial.verdict.measures

        def open_scene(rig: Rig) -> AbstractContextManager[SceneWriter]:
            return self.writer.scene(scenario, rig, session.lane_map, events=events, measures=measures)

        recorded = record_takes(
            session,
            scenario,
            trial,
            self.rig,
            [Take(name="", open=open_scene)],
            lambda time_us: self._progress(f"{scenario.scenario}: recording", time_us / total),
        )
        accepted = Accepted(
            attempt=scenario.attempt,
            key=self.writer.key(scenario, self.rig),
            measures=dict(trial.verdict.measures),
            first_seen=recorded.first_seen,
            samples=recorded.samples,
        )
        return accepted, recorded.pictures / (time.perf_counter() - start)


def _kept(events: tuple[Event, ...]) -> tuple[Event, ...]:
    return tuple(event for event in events if event.time_us >= 0)


def _load_all(config: AppConfig) -> tuple[list[LogicalScenario], Rig]:
    specs: list[LogicalScenario] = []
    faults: list[Fault] = []
    for name in config.specs:
        try:
            specs.append(load(find(name), road=config.road, any_model=config.carla.host is not None))
        except SpecError as error:
            faults += error.faults
    try:
        rig = rig_from_mapping(dict(config.rig))
        faults += faults_of_rates(rig, config.carla.step_s)
    except SpecError as error:
        faults += error.faults
    if faults:
        raise SpecError(faults)
    return specs, rig


@contextmanager
def _sole_owner(out: Path) -> Iterator[None]:
    """Holds the output folder for this process; the lock ends with the process, however it ends."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".lock").open("w")
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}; choose another out=") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError(f"{out}: another run is writing there; wait for it or choose another name=") from error
        yield
