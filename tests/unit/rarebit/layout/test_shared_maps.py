"""Every shipped scenario finds a place on generated roads and on real maps, without a change."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import carla
import numpy as np
import pytest

from rarebit.core.errors import SceneError
from rarebit.generate import concretise
from rarebit.language import load
from rarebit.language.load import FOLDER
from rarebit.layout import resolve
from rarebit.layout.boxes import Footprint
from rarebit.roads.lane_map import LaneMap
from rarebit.scenario import ConcreteScenario, TemplateRoad
from rarebit.session import lane_map

MAPS = Path(__file__).resolve().parents[5] / "shared" / "maps"
TOWNS = {"Town10HD": "carla/Town10HD.xodr", "Town04": "carla/Town04.xodr", "fabriksgatan": "esmini/fabriksgatan.xodr"}
SPECS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
LACKING = {
    ("cut_in_heavy_rain", "fabriksgatan"): "intruder: the road has no lane left_1",  # one lane in each direction
    **dict.fromkeys(
        ((spec, "fabriksgatan") for spec in ("red_light_runner", "left_turn_across", "right_hook")),
        r"no junction of fabriksgatan has (.|\n)*no traffic light on the arm",
    ),
    **{("right_turn_across_keeping_left", town): "choose another road" for town in TOWNS},  # they keep right
}


@cache
def _town(name: str) -> LaneMap:
    path = MAPS / TOWNS[name]
    if not path.is_file():
        pytest.skip(f"no shared map {path.name}")
    return lane_map.read(carla.Map(name, path.read_text(encoding="utf-8")), name)


def _sizes(scenario: ConcreteScenario) -> dict[str, tuple[float, float, float]]:
    models = {plan.model for plan in (scenario.ego, *scenario.actors)}
    return {model: (0.5, 0.5, 1.7) if not model.startswith("vehicle.") else (4.9, 2.0, 1.6) for model in models}


@pytest.mark.parametrize("town", [None, *TOWNS])
@pytest.mark.parametrize("spec", SPECS)
def test_scenario_finds_a_place(spec: str, town: str | None) -> None:
    logical = load(FOLDER / f"{spec}.yaml", road={"town": town} if town else None)
    for index in range(3):
        scenario = concretise(logical, 0, index)
        road = scenario.road
        lanes = lane_map.read(carla.Map(spec, road.opendrive), spec) if isinstance(road, TemplateRoad) else _town(road.town)
        if (lacking := LACKING.get((spec, town or ""))) is not None:
            with pytest.raises(SceneError, match=lacking):
                resolve(scenario, lanes, _sizes(scenario))
            continue
        layout = resolve(scenario, lanes, _sizes(scenario))
        plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}
        story = {name for name, plan in plans.items() if plan.role not in ("parked", "traffic")}
        assert story == {placed.name for placed in (layout.ego, *layout.actors)} & story
        assert layout.ego.path_m is not None
        steps = np.linalg.norm(np.diff(layout.ego.path_m, axis=0), axis=1)
        assert steps.max() < 2.5
        assert steps.sum() > 0.9 * scenario.ego.speed_mps * scenario.duration_s
        boxes = []
        for placed in (layout.ego, *layout.actors):
            length, width, _ = _sizes(scenario)[plans[placed.name].model]
            boxes.append(Footprint(*placed.position_m[:2].tolist(), placed.yaw_rad, length / 2, width / 2))
            assert np.isfinite(placed.position_m).all()
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
