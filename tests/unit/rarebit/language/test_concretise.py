"""Concrete scenarios: pure, reproducible, independent streams, JSON both ways."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from rarebit.core.errors import SpecError
from rarebit.generate import concretise
from rarebit.language import find, load, read
from rarebit.language.conditions.after import After
from rarebit.language.conditions.time_to_reach import TimeToReach
from rarebit.language.criteria.collision import Collision
from rarebit.language.criteria.hidden import Hidden
from rarebit.language.load import FOLDER
from rarebit.language.maneuvers.run_across import RunAcross
from rarebit.scenario_json import from_json, scenario_key, to_json

SPECS = sorted(FOLDER.glob("*.yaml"))
TEXT = """\
scenario: toy
summary: s
road: {template: urban_street}
parameters:
  a_kph: {uniform: [20, 40]}
  b_s: {normal: {mean: 2, std: 0.2}}
constraints: []
ego: {speed_kph: $a_kph}
duration_s: $b_s
"""


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_same_seed_same_bytes(path: Path) -> None:
    once, again = (concretise(load(path), 7, 3, 1) for _ in range(2))
    assert to_json(once) == to_json(again)
    assert scenario_key(once) == scenario_key(again)
    assert len({scenario_key(concretise(load(path), 7, index, attempt)) for index in (0, 1) for attempt in (0, 1)}) == 4


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
@pytest.mark.parametrize("road", [None, {"town": "Town10HD"}])
def test_json_round_trip(path: Path, road: dict[str, str] | None) -> None:
    scenario = concretise(load(path, road=road), 0, 0)
    assert from_json(to_json(scenario)) == scenario
    assert len({plan.name for plan in (scenario.ego, *scenario.actors)}) == 1 + len(scenario.actors)


def test_broken_json_is_refused() -> None:
    data = json.loads(to_json(concretise(load(find("smoke")), 0, 0)))
    data["weather"]["cloudines"] = 1.0
    with pytest.raises(ValueError, match="cloudines"):
        from_json(json.dumps(data))
    del data["weather"]
    with pytest.raises(ValueError, match="weather"):
        from_json(json.dumps(data))
    with pytest.raises(ValueError, match="kind"):
        from_json(json.dumps({**data, "road": {"kind": "Lane"}}))


def test_the_key_names_the_content() -> None:
    scenario = concretise(load(find("smoke")), 0, 0)
    assert scenario_key(dataclasses.replace(scenario, duration_s=9.0)) != scenario_key(scenario)


def test_a_new_parameter_or_constraint_leaves_the_others_alone() -> None:
    plain = concretise(read(TEXT, "f"), 5, 2).values
    more = TEXT.replace("  b_s:", "  c: {uniform: [0, 1]}\n  b_s:").replace("constraints: []", "constraints: [$c > 0.9]")
    values = concretise(read(more, "f"), 5, 2).values
    assert {name: values[name] for name in plain} == plain
    assert values["c"] > 0.9


def test_constraints_hold_in_every_draw() -> None:
    spec = load(find("cut_in_heavy_rain"))
    for index in range(30):
        values = concretise(spec, 1, index).values
        v, gap = float(values["slower_by_kph"]) / 3.6, float(values["gap_m"])
        braking = v * v / (2 * (gap - v * float(values["reaction_s"])))
        assert 2.6 <= braking <= float(values["braking_mps2"]) - 1.0


def test_a_value_out_of_range_is_told_at_the_draw() -> None:
    spec = read(TEXT, "f")
    with pytest.raises(SpecError, match=r"f:9: duration_s: -1 is out of range with \$b_s = -1"):
        spec.evaluate({"a_kph": 30.0, "b_s": -1.0})


def test_weather_preset_then_single_values_then_sun() -> None:
    block = "environment: {weather: HardRainNoon, wetness_percent: 90, sun: {ahead_deg: 5, altitude_deg: 4}}\n"
    weather = concretise(read(TEXT + block, "f"), 0, 0).weather
    assert (weather.precipitation, weather.precipitation_deposits, weather.wetness) == (100.0, 90.0, 90.0)
    assert (weather.sun_azimuth_deg, weather.sun_altitude_deg, weather.sun_relative) == (5.0, 4.0, True)
    plain = concretise(read(TEXT, "f"), 0, 0).weather
    assert (plain.sun_altitude_deg, plain.sun_azimuth_deg, plain.sun_relative, plain.fog_distance) == (45.0, 45.0, False, 0.75)


def test_story_and_acceptance() -> None:
    scenario = concretise(load(find("child_from_behind_van")), 0, 0)
    run_out, braking = scenario.story
    speed = float(scenario.values["child_speed_mps"])
    assert run_out.when == TimeToReach(time_to_reach="child", below_s=float(scenario.values["late_s"]), crossing_mps=speed)
    assert run_out.do == (("child", RunAcross(run_across="road", speed_mps=speed)),)
    assert braking.when == After(after="run_out", delay_s=float(scenario.values["reaction_s"]))
    assert Hidden(actor="child", until="run_out") in scenario.accept
    assert Collision(collision="allowed") in scenario.accept
    assert scenario.hazards == ("child",)
    assert scenario.ego.speed_mps == pytest.approx(float(scenario.values["ego_speed_kph"]) / 3.6)


@pytest.mark.parametrize(("index", "attempt"), [(-1, 0), (0, -1)])
def test_negative_numbers_are_refused(index: int, attempt: int) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        concretise(load(find("smoke")), 0, index, attempt)
