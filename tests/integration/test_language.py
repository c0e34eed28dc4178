"""The language beside a running server: a pack's constructs act in a rehearsal, and the known blueprints are those it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import numpy as np
import pytest

from rarebit import packs
from rarebit.generate import concretise
from rarebit.language import blueprints, find, load
from rarebit.run.scene import attempt
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import open_session

CONFIG = CarlaConfig(timeout_s=60.0, start_timeout_s=400.0)
PACK = Path(__file__).parents[1] / "packs" / "example"


@pytest.fixture(scope="module")
def server() -> Iterator[CarlaServer]:
    with CarlaServer(CONFIG) as running:
        yield running


def test_the_constructs_of_a_pack_act_in_a_rehearsal(server: CarlaServer, tmp_path: Path) -> None:
    folder = copytree(PACK, tmp_path / "mine", ignore=ignore_patterns("__pycache__"))
    with packs.using(packs.packs_with([folder])):
        scenario = concretise(load(find("stop_abreast")), 0, 0)
        with open_session(CONFIG, scenario.road, server) as session:
            trial = attempt(session, scenario)
    assert trial.verdict.accepted, trial.verdict.reasons
    history = trial.history
    tick = int(np.searchsorted(history.time_us, trial.verdict.first_event_us))
    ego, lead = history.tracks["ego"], history.tracks["lead"]
    # The rule fires on the first tick on which the centres are abreast within a metre.
    ahead = lead.position_m[:, 0] - ego.position_m[:, 0]
    assert abs(ahead[tick]) <= 1.05
    assert ahead[tick - 1] > 1.0
    speed = np.linalg.norm(lead.velocity_mps, axis=1)
    assert speed[tick] == pytest.approx(40 / 3.6, abs=0.4)
    braking = float(scenario.values["braking_mps2"])
    later = tick + 20
    assert (speed[tick] - speed[later]) == pytest.approx(braking * 1.0, rel=0.25)


def test_the_known_blueprints_are_those_of_the_embedded_server(server: CarlaServer) -> None:
    config = load(find("smoke"))
    with open_session(CONFIG, concretise(config, 0, 0).road, server) as session:
        library = {blueprint.id for blueprint in session.world.get_blueprint_library()}
    found = {name for name in library if name.startswith(("vehicle.", "walker.", "static.", "carlite."))}
    assert blueprints.names() == found
