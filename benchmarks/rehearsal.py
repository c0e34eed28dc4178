"""What a rehearsed draw costs over its bare ticks, and how fast scenes are against real time.

    python benchmarks/rehearsal.py [--spec child_from_behind_van] [--draws 6] [--failing]

Starts a carlite and rehearses draws of a spec one after another as a batch does: road, layout, spawning, run, verdict. In the
same run the time inside ``world.tick`` is summed up: those are its bare ticks. "road" is what loading the road took, nothing
where the last draw's text was the same. Targets: a draw takes at most 1.5 times its bare ticks beside one road; ten times real
time with sixty actors; twenty-five times for a draw that its movers alone reject. The first draw compiles and fills caches
and is left out of the medians. With ``--failing`` every draw is asked for a distance that none has, so that its story alone
rejects it.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from rarebit.core.errors import RarebitError, SceneError
from rarebit.generate import concretise
from rarebit.language import find, load
from rarebit.language.band import Band
from rarebit.language.construct import constructs
from rarebit.run import attempt
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import open_session

_START_LIMIT_S = 400.0


class _Timed:
    """A world whose ticks are timed."""

    def __init__(self, world: Any) -> None:
        self._world, self.ticks, self.tick_s = world, 0, 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def tick(self, *arguments: float) -> int:
        start = time.perf_counter()
        try:
            return int(self._world.tick(*arguments))
        finally:
            self.ticks, self.tick_s = self.ticks + 1, self.tick_s + time.perf_counter() - start


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spec", default="child_from_behind_van")
    parser.add_argument("--draws", type=int, default=6)
    parser.add_argument("--failing", action="store_true", help="draws that kinematics alone reject")
    options = parser.parse_args()
    try:
        _measure(options.spec, options.draws, failing=options.failing)
    except RarebitError as error:
        raise SystemExit(f"rehearsal: {error}") from error


def _measure(spec: str, draws: int, *, failing: bool) -> None:
    logical = load(find(spec))
    config = CarlaConfig(timeout_s=_START_LIMIT_S, start_timeout_s=_START_LIMIT_S)
    print("draw  actors   road s   ticks  bare s   draw s  draw/bare   x real time   cpu s  verdict")
    ratios, rates = [], []
    with CarlaServer(config) as server:
        for number in range(draws):
            scenario = concretise(logical, 0, 0, number)
            if failing:
                never = Band(
                    measure=constructs("measure")["min_distance_m"](between=("ego", scenario.hazards[0])), low=1e6, high=2e6
                )
                scenario = dataclasses.replace(scenario, accept=(never, *scenario.accept))
            begin, cpu = time.perf_counter(), _processor_s()
            with open_session(config, scenario.road, server) as session:
                road_s = time.perf_counter() - begin
                bare, session.world = session.world, _Timed(session.world)
                world = session.world
                begin = time.perf_counter()
                try:
                    trial = attempt(session, scenario)
                    verdict = "; ".join(trial.verdict.reasons) or "accepted"
                    actors = len(trial.layout.actors) + 1
                except SceneError as error:
                    verdict, actors = str(error), 0
                draw_s = time.perf_counter() - begin
                session.world = bare
            if number:
                ratios.append(draw_s / world.tick_s)
                rates.append(scenario.duration_s / (draw_s + road_s))
            print(
                f"{number:4d} {actors:7d} {road_s:8.2f} {world.ticks:7d} {world.tick_s:7.2f} {draw_s:8.2f} "
                f"{draw_s / max(world.tick_s, 1e-9):10.2f} {scenario.duration_s / (draw_s + road_s):13.1f} "
                f"{_processor_s() - cpu:7.2f}  {verdict[:60]}",
                flush=True,
            )
    print(f"median: {np.median(ratios):.2f} times the bare ticks, {np.median(rates):.1f} times real time with the road")


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
