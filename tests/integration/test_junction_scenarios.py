"""What happens at a junction against truth: who comes from where on which side, the lights, the meeting, the way out.

Rehearsals on the embedded server; closed forms of the template's geometry (arms along the axes, lanes of 3.5 m).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from rarebit.generate import concretise
from rarebit.history import History, Track
from rarebit.language import find, load
from rarebit.layout import Layout, resolve
from rarebit.roads.lane_map import LaneMap
from rarebit.roads.meeting import crossing
from rarebit.roads.path import Path
from rarebit.run.judge import judge
from rarebit.run.play import play
from rarebit.run.rehearse import Notes
from rarebit.run.run_up import start
from rarebit.scenario import ConcreteScenario
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import open_session

CONFIG = CarlaConfig(timeout_s=60.0)


@dataclass(frozen=True, slots=True)
class Run:
    """One accepted draw with the lights that the server showed at each whole second."""

    scenario: ConcreteScenario
    layout: Layout
    history: History
    lights: dict[int, dict[str, str]]
    lanes: LaneMap


@pytest.fixture(scope="module")
def server() -> Iterator[CarlaServer]:
    """One server for all cases."""
    with CarlaServer(CONFIG) as running:
        yield running


def _run(server: CarlaServer, spec: str) -> Run:
    reasons: tuple[str, ...] = ()
    for attempt in range(5):
        scenario = concretise(load(find(spec)), 0, 0, attempt)
        with open_session(CONFIG, scenario.road, server) as session:
            layout = resolve(scenario, session.lane_map, session.sizes(scenario))
            notes, lights = Notes(scenario, layout, CONFIG.step_us), {}
            with session.stage(scenario, start(session, scenario, layout)) as stage:
                for moment in play(stage, scenario, layout, CONFIG.step_s):
                    notes.add(moment)
                    if moment.tick % 20 == 0:
                        lights[moment.tick // 20] = stage.light_states()
                # Nobody has looked; what can be seen is tested elsewhere.
                history = notes.history(stage, {name: {0: 1.0, moment.tick: 1.0} for name in scenario.hazards})
            reasons = judge(scenario, history).reasons
            if not reasons:
                return Run(scenario, layout, history, lights, session.lane_map)
    pytest.fail(f"{spec}: {reasons}")


def _at(track: Track, point_m: NDArray[np.float64]) -> int:
    """The tick at which a track is nearest to a point."""
    return int(np.argmin(np.linalg.norm(track.position_m[:, :2] - point_m, axis=1)))


def _crossing_point(run: Run, other: str) -> NDArray[np.float64]:
    paths = [run.layout[name].path_m for name in ("ego", other)]
    assert paths[0] is not None
    assert paths[1] is not None
    widths = [float(run.history.tracks[name].size_lwh_m[1]) for name in ("ego", other)]
    found = crossing(Path(paths[0]), widths[0], Path(paths[1]), widths[1])
    assert found is not None
    return found.conflict.point_m


@pytest.mark.parametrize(
    ("spec", "other", "side", "from_rad", "to_rad", "ego_to_rad"),
    [
        ("red_light_runner", "runner", "right", math.pi / 2, math.pi / 2, 0.0),
        ("left_turn_across", "turner", "right", math.pi, -math.pi / 2 + 2.0 * math.pi, 0.0),
        ("right_hook", "cyclist", "right", 0.0, 0.0, -math.pi / 2),
        ("right_turn_across_keeping_left", "turner", "left", math.pi, math.pi / 2, 0.0),
    ],
)
def test_it_happens_as_told(
    server: CarlaServer,
    check_on_road: Callable[[History, LaneMap], None],
    spec: str,
    other: str,
    side: str,
    from_rad: float,
    to_rad: float,
    ego_to_rad: float,
) -> None:
    run = _run(server, spec)
    check_on_road(run.history, run.lanes)
    ego, it = run.history.tracks["ego"], run.history.tracks[other]
    skew = math.radians(float(run.scenario.values.get("skew_deg", 0.0))) if from_rad == math.pi / 2 else 0.0

    def looks(track: Track, tick: int, yaw_rad: float) -> bool:
        return bool(abs(math.remainder(float(track.yaw_rad[tick]) - yaw_rad, 2.0 * math.pi)) < math.radians(8.0))

    assert looks(it, 0, from_rad + skew)
    assert looks(ego, 0, 0.0)
    assert looks(it, -1, to_rad + skew)
    # on the side of the road that traffic keeps to
    across = float(ego.position_m[0, 1])
    assert (across < 0.0) == (side == "right")
    # the two pass the point where their ways cross, the other first, and share it by the measured time
    point = _crossing_point(run, other)
    step_s = CONFIG.step_s
    apart_s = (_at(ego, point) - _at(it, point)) * step_s
    assert np.linalg.norm(it.position_m[_at(it, point), :2] - point) < 1.0
    assert apart_s > 0.0
    measures = judge(run.scenario, run.history).measures
    assert 0.1 <= measures["post_encroachment_s"] <= 3.0
    assert measures["post_encroachment_s"] < apart_s  # bodies are longer than points
    # lights: near and opposite green all the time, the crossing arms red
    for second, shown in run.lights.items():
        assert shown == {"301": "green", "302": "green", "303": "red", "304": "red"}, second
    if _at(ego, point) < len(ego.yaw_rad) - 20 and ego_to_rad == 0.0:
        assert looks(ego, -1, 0.0)
