"""Makes the scene of one job on a server: draw, rehearse, judge, record. Files are the only memory."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from rarebit.core.errors import SceneError, UnlikeRehearsalError
from rarebit.core.files import canonical_json, content_hash
from rarebit.generate import concretise
from rarebit.history import Event
from rarebit.jobs.job import Job
from rarebit.jobs.ledger import Accepted, Draws, Ledger, Rejected
from rarebit.jobs.outcome import Outcome, failed
from rarebit.language import LogicalScenario, read
from rarebit.nuscenes.protocol import SceneWriter
from rarebit.nuscenes.scene_folder import is_done
from rarebit.nuscenes.writer import NuScenesWriter
from rarebit.rig.faults import read_takes
from rarebit.rig.load import rig_from_mapping
from rarebit.rig.rig import Rig
from rarebit.run import Attempt, attempt
from rarebit.run.takes import Take, record_takes
from rarebit.scenario import ConcreteScenario
from rarebit.session.server import CarlaServer
from rarebit.session.session import Session, open_session

_log = logging.getLogger(__name__)
_SAME_DRAW_TRIES = 4
Tell = Callable[[str, float], None]


def silent(what: str, share: float) -> None:
    """Tells nobody."""


def run_job(job: Job, server: CarlaServer, ledger: Ledger, tell: Tell = silent) -> Outcome:
    """Makes the scene of ``job``, or says why none of its draws counts.

    Args:
        job: what to make.
        server: that records it, of the kind and the step that the job names.
        ledger: keeps the draws, and the scene folder beside them.
        tell: told what is being done, and which share of the scene is done.

    Raises:
        SpecError: the spec or the rig is wrong.
        ServerError: the server died, hung or refused.
        OutputError: the folder cannot take the result.
    """
    if (done := finished(job, ledger)) is not None:
        return done
    if server.config.step_us != round(job.step_s * 1e6) or server.is_embedded != (job.server == "carlite"):
        raise ValueError(f"{job.title}: wants {job.server} with steps of {job.step_s} s, got {server.name}")
    draws = ledger.draws(job)
    made = _Maker(job, server, ledger, tell)
    for scenario in _open_draws(job, draws):
        number = scenario.attempt
        tell(f"{job.title}: rehearsing draw {number + 1}", 0.0)
        try:
            accepted, rate = made.scene(scenario)
        except SceneError as error:
            reasons = tuple(str(error).splitlines())
            _log.info("%s draw %d: rejected: %s", job.title, number, "; ".join(reasons))
            draws.reject(Rejected(attempt=number, reasons=reasons, values=dict(scenario.values)))
            continue
        draws.accept(accepted)
        return Outcome(job=job, rejected=tuple(draws.rejected), accepted=accepted, frames_per_second=rate)
    return _given_up(job, draws)


def finished(job: Job, ledger: Ledger) -> Outcome | None:
    """The outcome of a job that needs no server any more: its scene is whole on disk, or no draw is left. None else.

    Raises:
        SpecError: the spec is wrong.
    """
    draws = ledger.draws(job)
    accepted = draws.accepted
    if accepted is not None and all(is_done(folder) for folder in _folders(accepted, ledger)):
        return Outcome(job=job, rejected=tuple(draws.rejected), accepted=accepted)
    if draws.accepted is None and draws.rejected and next(_open_draws(job, draws), None) is None:
        return _given_up(job, draws)
    return None


def spec_of(job: Job) -> LogicalScenario:
    """The job's spec.

    Raises:
        SpecError: it is wrong.
    """
    road = "" if job.road is None else canonical_json(job.road)
    return _spec(job.scenario, job.file, road, job.server == "carla")


@lru_cache(maxsize=8)
def _spec(text: str, file: str, road: str, any_model: bool) -> LogicalScenario:
    return read(text, file, road=json.loads(road) if road else None, any_model=any_model)


def _open_draws(job: Job, draws: Draws) -> Iterator[ConcreteScenario]:
    """The draws that were not made yet; one that equals an earlier one would end the same way and is left out."""
    spec = spec_of(job)
    known = {_content(concretise(spec, job.seed, job.index, row.attempt)) for row in draws.rejected}
    begin = draws.rejected[-1].attempt + 1 if draws.rejected else 0
    for number in range(begin, job.attempts):
        scenario = concretise(spec, job.seed, job.index, number)
        if (content := _content(scenario)) not in known:
            known.add(content)
            yield scenario


def _content(scenario: ConcreteScenario) -> str:
    """Names what a draw is, whichever its number."""
    return content_hash(replace(scenario, attempt=0))


def _given_up(job: Job, draws: Draws) -> Outcome:
    rows = draws.rejected
    if len(rows) == 1 < job.attempts:
        count = "the draw was not accepted (nothing in this scenario is drawn, so it was made once)"
        remedy = "correct the scenario or its accept block"
    else:
        alike = (
            f" ({job.attempts - len(rows)} of {job.attempts} were equal to earlier ones)" if len(rows) < job.attempts else ""
        )
        count = f"none of {len(rows)} draws was accepted{alike}; the last ones"
        remedy = "widen the parameters or the accept block, or raise sampling.attempts"
    lines = [f"{job.title}: {count}:"]
    lines += [f"  draw {row.attempt + 1}: {'; '.join(row.reasons)}" for row in rows[-3:]]
    return failed(job, SceneError("\n".join([*lines, f"  {remedy}"])), tuple(rows))


def _folders(accepted: Accepted, ledger: Ledger) -> list[Path]:
    """The folders of the scene: of the clean take and of the others."""
    return [ledger.take(name) / "scenes" / key for name, key in {"": accepted.key, **accepted.takes}.items()]


class _Maker:
    """Makes the scenes of a job's draws."""

    def __init__(self, job: Job, server: CarlaServer, ledger: Ledger, tell: Tell) -> None:
        self._job, self._server, self._tell = job, server, tell
        self._rig: Rig = rig_from_mapping(dict(job.rig))
        self._faults = {"": (), **read_takes(job.takes, self._rig)}
        self._writers = {
            name: NuScenesWriter(
                ledger.take(name),
                label_images=job.label_images,
                context=job.context,
                take=name,
                faults=[fault.plain() for fault in faults],
            )
            for name, faults in self._faults.items()
        }

    def scene(self, scenario: ConcreteScenario) -> tuple[Accepted, float]:
        """One draw, made again from its rehearsal on if the recording was another run: the draw itself is not at fault.

        Raises:
            SceneError: why it does not count.
        """
        for _ in range(_SAME_DRAW_TRIES - 1):
            try:
                return self._once(scenario)
            except UnlikeRehearsalError as error:
                _log.warning("%s draw %d: %s", self._job.title, scenario.attempt + 1, error)
        return self._once(scenario)

    def _once(self, scenario: ConcreteScenario) -> tuple[Accepted, float]:
        with open_session(self._server.config, scenario.road, self._server) as session:
            trial = attempt(session, scenario, self._rig)
            if not trial.verdict.accepted:
                raise SceneError("\n".join(trial.verdict.reasons))
            return self._record(session, scenario, trial)

    def _record(self, session: Session, scenario: ConcreteScenario, trial: Attempt) -> tuple[Accepted, float]:
        start, total = time.perf_counter(), round(scenario.duration_s * 1e6)
        measures: Mapping[str, float] = trial.verdict.measures
        kept: tuple[Event, ...] = tuple(event for event in trial.history.events if event.time_us >= 0)

        def take(name: str) -> Take:
            def open_scene(rig: Rig) -> AbstractContextManager[SceneWriter]:
                return self._writers[name].scene(
                    scenario, rig, session.lane_map, events=kept, measures=measures, staging=trial.layout.record()
                )

            return Take(name=name, open=open_scene, faults=self._faults[name])

        def tell(time_us: int) -> None:
            self._tell(f"{self._job.title}: recording", time_us / total)

        recorded = record_takes(session, scenario, trial, self._rig, [take(name) for name in self._writers], tell)
        keys = {name: writer.key(scenario, self._rig) for name, writer in self._writers.items()}
        accepted = Accepted(
            attempt=scenario.attempt,
            key=keys.pop(""),
            takes=keys,
            measures=dict(measures),
            first_seen=recorded.first_seen,
            samples=recorded.samples,
        )
        return accepted, recorded.pictures / (time.perf_counter() - start)
