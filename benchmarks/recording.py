"""What a recorded sample costs over rendering alone: one run of one scene, with and without decoding, labels and files.

    python benchmarks/recording.py [--spec child_from_behind_van] [--rig nuscenes_key] [--seconds 2] [--rounds 3]

"rendering" runs the scene with the rig's sensors on a carlite of its own; every message is received and dropped. "recorded" is
the whole pipeline: the same run decoded, labelled, encoded and written to a temporary folder, manifest included. Both are timed
from the empty stage to the empty stage, in turns, after one turn that compiles and fills caches. Prints seconds of wall clock
and of processor time (client and server) for each sample, and the ratios; the target for the wall clock is 1.3.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from rarebit.core.errors import RarebitError
from rarebit.generate import concretise
from rarebit.labels.annotate import annotate
from rarebit.labels.annotations import Annotations
from rarebit.language import find, load
from rarebit.nuscenes.writer import NuScenesWriter
from rarebit.rig import plan
from rarebit.rig.load import rig_from_mapping
from rarebit.rig.rig import Rig
from rarebit.run import Attempt, attempt, record
from rarebit.run.play import play
from rarebit.run.run_up import start
from rarebit.scenario import ConcreteScenario
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import Session, open_session

_RIGS = Path(__file__).parents[1] / "hydra_conf" / "rig"
_START_LIMIT_S = 400.0
_TARGET = 1.3


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spec", default="child_from_behind_van")
    parser.add_argument("--rig", default="nuscenes_key", help="name of a rig in hydra_conf/rig")
    parser.add_argument("--seconds", type=float, default=2.0, help="of the scene; its story and its criteria are left out")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    try:
        _measure(options.spec, options.rig, options.seconds, options.rounds)
    except RarebitError as error:
        raise SystemExit(f"recording: {error}") from error


def _measure(spec: str, rig_name: str, seconds: float, rounds: int) -> None:
    rig = rig_from_mapping(yaml.safe_load((_RIGS / f"{rig_name}.yaml").read_text(encoding="utf-8")))
    drawn = concretise(load(find(spec)), 0, 0)
    scenario = dataclasses.replace(drawn, duration_s=seconds, story=(), accept=(), hazards=())
    config = CarlaConfig(timeout_s=_START_LIMIT_S, start_timeout_s=_START_LIMIT_S)
    with CarlaServer(config) as server, open_session(config, scenario.road, server) as session:
        trial = attempt(session, scenario)
        if not trial.verdict.accepted:
            raise SystemExit(f"{spec}: {'; '.join(trial.verdict.reasons)}")
        samples = int(seconds * rig.key_rate_hz + 1e-9) + 1
        print(f"{spec}, {rig_name}: {samples} samples, {len(trial.layout.actors) + 1} actors; seconds for each sample")
        print("            rendering       recorded       ratio of      ratio of")
        print("round     wall      cpu   wall      cpu    wall clocks   processor times")
        ratios = []
        for number in range(rounds + 1):
            alone = _timed(lambda: _render(session, scenario, trial, rig)) / samples
            whole = _timed(lambda: _record(session, scenario, trial, rig)) / samples
            if number:
                ratios.append(whole / alone)
                figures = f"{alone[0]:8.2f} {alone[1]:8.2f} {whole[0]:6.2f} {whole[1]:8.2f}"
                print(f"{number:5d} {figures} {ratios[-1][0]:11.2f} {ratios[-1][1]:17.2f}", flush=True)
        wall, cpu = np.median(ratios, axis=0)
        print(f"median ratio: wall clock {wall:.2f} (target {_TARGET:g}), processor time {cpu:.2f}")


def _render(session: Session, scenario: ConcreteScenario, trial: Attempt, rig: Rig) -> None:
    """The run with all sensors: each tick is asked for when the messages of the one before are there, as in a recording."""
    step_s = session.config.step_s
    requests = plan.plan(rig, step_s)
    mounts = {mount.channel: mount for mount in rig.mounts}
    wanted = [(mounts[request.channel], request) for request in requests]
    with session.stage(scenario, start(session, scenario, trial.layout)) as stage:
        stage.equip(wanted)
        for moment in play(stage, scenario, trial.layout, step_s):
            stage.collect(moment.state.frame, [request for request in requests if moment.tick % request.every_ticks == 0])


def _record(session: Session, scenario: ConcreteScenario, trial: Attempt, rig: Rig) -> None:
    labels: Annotations | None = None
    with (
        tempfile.TemporaryDirectory() as folder,
        record(session, scenario, trial, rig) as recording,
        NuScenesWriter(Path(folder)).scene(scenario, recording.rig, session.lane_map) as scene,
    ):
        for snapshot in recording.moments:
            labels = annotate(snapshot, recording.rig, labels) if snapshot.is_key_frame else labels
            scene.add(snapshot, labels if snapshot.is_key_frame else None)


def _timed(work: Callable[[], None]) -> NDArray[np.float64]:
    """(2,) seconds of wall clock and of processor time that ``work`` takes."""
    start, start_cpu = time.perf_counter(), _processor_s()
    work()
    return np.array([time.perf_counter() - start, _processor_s() - start_cpu])


def _processor_s() -> float:
    """Processor time so far of this process and of those that it started (Linux's /proc)."""
    total = sum(os.times()[:2])
    for children in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for child in children.read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return total


if __name__ == "__main__":
    main()
