"""Arms, turns and traffic lights in specs: what they come to, and what is found before any server starts."""

from __future__ import annotations

import pytest

from rarebit import scenario as s
from rarebit.core.errors import SpecError
from rarebit.generate import concretise
from rarebit.language.load import read
from rarebit.scenario_json import from_json, to_json

SPEC = """
scenario: crossing
summary: Somebody comes from the right.
road: {template: junction, signals: true}
parameters: {red_s: {uniform: [5, 9]}}
ego: {speed_kph: 40, route: right, at: {arm: near, before_m: 60}}
actors:
  other: {model: vehicle.seat.leon, speed_kph: 30, route: left, at: {arm: right, before_m: 40}}
signals:
  near: green
  opposite: {show: red, then: [{at_s: 2, show: green}]}
  right: {red_for_s: $red_s}
duration_s: 6
"""


def _changed(*changes: tuple[str, str]) -> str:
    text = SPEC
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def _faults(*changes: tuple[str, str]) -> list[str]:
    with pytest.raises(SpecError) as raised:
        read(_changed(*changes), "spec.yaml")
    return [f"{fault.path}: {fault.problem} -> {fault.remedy}" for fault in raised.value.faults]


def test_it_comes_to_plain_data_and_back() -> None:
    scenario = concretise(read(SPEC, "spec.yaml"), 0, 0)
    assert (scenario.ego.route, scenario.ego.place.arm, scenario.ego.place.before_m) == ("right", "near", 60.0)
    (other,) = scenario.actors
    assert (other.route, other.place.arm, other.place.before_m) == ("left", "right", 40.0)
    red_s = scenario.values["red_s"]
    assert scenario.signals == (
        s.ArmLights(arm="near", state="green"),
        s.ArmLights(arm="opposite", state="red", changes=((2.0, "green"),)),
        s.ArmLights(arm="right", state="red", for_s=red_s),
    )
    assert from_json(to_json(scenario)) == scenario


def test_a_junction_of_a_town_may_be_asked_for() -> None:
    road = {"town": "Town10HD", "site": {"junction": "signalised", "arms_min": 3}}
    scenario = concretise(read(SPEC, "spec.yaml", road=road), 0, 0)
    assert isinstance(scenario.road, s.TownRoad)
    assert scenario.road.site == {"junction": "signalised", "arms_min": 3}
    with pytest.raises(SpecError, match="lights"):
        read(SPEC, "spec.yaml", road={"town": "Town10HD", "site": {"junction": "lights"}})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            ("template: junction, signals: true", "template: urban_street"),
            "ego.at: urban_street has no arm near -> its arms are",
        ),
        (("signals: true", "signals: true, arms: 3, without: right"), "actors.other.at.arm: junction has no arm right"),
        (
            ("signals: true", "signals: true, arms: 3, without: right"),
            "ego: right from the arm near leads to the arm right, which junction has not -> choose another route",
        ),
        (
            ("signals: true", "signals: false"),
            "signals.near: the junction has no traffic lights -> add signals: true to the road",
        ),
        (("before_m: 60", "lane: rightmost"), "ego.at: does not say how far before the junction -> add before_m"),
        (("arm: near, before", "arm: left, before"), "ego.at: left is never ego's arm -> write near"),
        (
            (", at: {arm: near, before_m: 60}", ""),
            "ego: does not come to a junction, but the scenario speaks of arms -> add at: {arm: near, before_m: 60}",
        ),
        (
            (", before_m: 40", ""),
            "actors.other.at: does not say how far before the junction, and arrives with nobody -> add before_m, or let the",
        ),
        (("near: green", "near: blue"), "signals.near: 'blue' is not known -> use one of green, off, red, yellow"),
        (("near: green", "behind: green"), "signals.behind: 'behind' is no name -> use near, right, opposite or left"),
        (("{red_for_s: $red_s}", "{red_for_s: $red_s, show: red}"), "signals.right: is show and red_for_s at once"),
    ],
)
def test_what_a_junction_has_not(change: tuple[str, str], fault: str) -> None:
    found = _faults(change)
    assert any(one.startswith(fault) for one in found), "\n".join(found)
