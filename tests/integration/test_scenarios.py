"""Every shipped scenario is accepted soon, on its own road and on towns, rehearsed on the embedded server.

Rehearsals only: nothing is rendered. Each case may take ``DRAWS`` rehearsals of some seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rarebit.core.errors import SceneError
from rarebit.generate import concretise
from rarebit.history import History
from rarebit.language import load
from rarebit.language.load import FOLDER
from rarebit.roads.lane_map import LaneMap
from rarebit.run.scene import attempt
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import open_session

DRAWS = 8
SPECS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
MAPS = Path(__file__).resolve().parents[3] / "shared" / "maps"
TOWNS = ("carla/Town10HD.xodr", "carla/Town04.xodr", "esmini/fabriksgatan.xodr")


LACKING = {  # what a town has not is told, not adapted
    ("cut_in_heavy_rain", "fabriksgatan"): "the road has no lane left_1",
    **{(spec, "fabriksgatan"): "no junction" for spec in ("red_light_runner", "left_turn_across", "right_hook")},
    **{("right_turn_across_keeping_left", town): "choose another road" for town in ("Town10HD", "Town04", "fabriksgatan")},
}


@pytest.fixture(scope="module")
def server() -> Iterator[CarlaServer]:
    """One server for all cases."""
    with CarlaServer(CarlaConfig(timeout_s=60.0)) as running:
        yield running


def accepted_within(server: CarlaServer, spec: str, road: dict[str, str] | None) -> tuple[History, LaneMap]:
    """The run of the first accepted draw and its map; fails if none is."""
    logical = load(FOLDER / f"{spec}.yaml", road=road)
    reasons: list[str] = []
    for number in range(DRAWS):
        scenario = concretise(logical, 0, 0, number)
        try:
            with open_session(CarlaConfig(timeout_s=60.0), scenario.road, server) as session:
                trial = attempt(session, scenario)
                verdict = trial.verdict
        except SceneError as error:
            reasons.append(str(error))
            continue
        if verdict.accepted:
            assert verdict.first_event_us is not None
            assert verdict.first_event_us < scenario.duration_s * 1e6
            return trial.history, session.lane_map
        reasons += verdict.reasons
    pytest.fail(f"{spec}: none of {DRAWS} draws was accepted: {reasons}")


@pytest.mark.parametrize("spec", SPECS)
def test_accepted_on_its_own_road_where_everybody_stays(
    server: CarlaServer, spec: str, check_on_road: Callable[[History, LaneMap], None]
) -> None:
    check_on_road(*accepted_within(server, spec, None))


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec != "smoke"])
def test_accepted_on_a_town(server: CarlaServer, spec: str, town: str) -> None:
    path = MAPS / town
    if not path.is_file():
        pytest.skip(f"no shared map {path.name}")
    if (lacking := LACKING.get((spec, path.stem))) is None:
        accepted_within(server, spec, {"town": str(path)})
        return
    scenario = concretise(load(FOLDER / f"{spec}.yaml", road={"town": str(path)}), 0, 0)
    with open_session(CarlaConfig(timeout_s=60.0), scenario.road, server) as session, pytest.raises(SceneError, match=lacking):
        attempt(session, scenario)
