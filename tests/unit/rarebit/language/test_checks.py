"""Faults that validation finds without a server: lanes, models, abilities, times, unused parameters."""

from __future__ import annotations

from typing import Any

import pytest

from rarebit.core.errors import Fault, SpecError
from rarebit.language import LogicalScenario, read
from rarebit.language.blueprints import kind_of, known, names, nearest_models

SPEC = """\
scenario: toy
summary: s
road: {{template: {road}}}
{parameters}ego: {{speed_kph: 30{ego}}}
actors:
  car: {{model: {model}, at: {{lane: {lane}, ahead_m: 20{at}}}}}
  other: {{model: vehicle.seat.leon, at: {{ahead_m: 60}}}}
story:
  first: {{when: {{at_time_s: {time_s}}}, do: {{car: {maneuver}}}}}
  second: {{when: {when}, do: {{other: {{brake_mps2: 3}}}}}}
duration_s: 4
"""
DEFAULTS: dict[str, Any] = {
    "road": "urban_street", "parameters": "", "ego": "", "model": "vehicle.seat.leon", "lane": "same", "at": "", "time_s": "1",
    "maneuver": "{brake_mps2: 3}", "when": "{after: first}",
}  # fmt: skip


def text(**changes: str) -> str:
    return SPEC.format(**{**DEFAULTS, **changes})


def faults(**changes: str) -> tuple[Fault, ...]:
    with pytest.raises(SpecError) as caught:
        read(text(**changes), "f.yaml")
    return caught.value.faults


def test_the_plain_one_is_right() -> None:
    assert isinstance(read(text(), "f.yaml"), LogicalScenario)


# ------------------------------------------------------------------------------------------------ lanes


@pytest.mark.parametrize(
    ("road", "ego", "lane"),
    [
        ("urban_street", "", "left_1"),
        ("urban_street", "", "right_7"),
        ("urban_street", "", "opposite_2"),
        ("urban_street", "", "shoulder_right"),
        ("urban_street, lanes: 3", "", "right_1"),
        ("urban_street, lanes: 3", "", "left_3"),
        ("urban_street, lanes: 3", ", lane: leftmost", "left_1"),
        ("urban_street, lanes: 3", ", lane: middle", "left_2"),
        ("urban_street, one_way: true", "", "opposite_1"),
        ("urban_street, parking: left", "", "parking_right"),
        ("urban_street, sidewalks: false", "", "sidewalk_left"),
        ("motorway", ", lane: leftmost", "left_1"),
        ("motorway", "", "sidewalk_right"),
        ("rural_road", "", "left_1"),
    ],
)
def test_a_lane_that_the_template_has_not_is_told_with_those_it_has(road: str, ego: str, lane: str) -> None:
    (fault,) = faults(road=road, ego=ego, lane=lane)
    assert (fault.path, fault.file) == ("actors.car.at.lane", "f.yaml:6")
    assert f"has no lane {lane}" in fault.problem
    offered = fault.remedy.removeprefix("use one of ").split(", ")
    assert "same" in offered
    assert lane not in offered
    for other in offered:
        assert read(text(road=road, ego=ego, lane=other), "f.yaml")


@pytest.mark.parametrize(
    ("road", "ego", "lane"),
    [
        ("urban_street, lanes: 3", "", "left_2"),
        ("urban_street, lanes: 3", ", lane: middle", "right_1"),
        ("motorway", ", lane: leftmost", "right_2"),
        ("motorway", "", "shoulder_right"),
        ("urban_street", "", "parking_left"),
        ("rural_road", "", "opposite_1"),
    ],
)
def test_a_lane_that_is_there_is_taken(road: str, ego: str, lane: str) -> None:
    assert read(text(road=road, ego=ego, lane=lane), "f.yaml")


def test_lanes_count_from_the_actor_that_is_named() -> None:
    beside = "{lane: left_1, ahead_m: 5, from: car}"
    good = text(road="motorway", lane="left_1").replace("at: {ahead_m: 60}", f"at: {beside}")
    assert read(good, "f.yaml")
    with pytest.raises(
        SpecError,
        match=r"actors\.other\.at\.lane: motorway has no lane left_1 seen from car .*use one of same, right_1, right_2,",
    ):
        read(good.replace("lane: left_1, ahead_m: 20", "lane: left_2, ahead_m: 20"), "f.yaml")


def test_a_lane_that_some_draws_lack_is_told() -> None:
    parameters = "parameters: {n: {choice: {1: 1, 2: 30}}}\n"
    (fault,) = faults(road="urban_street, lanes: $n", parameters=parameters, lane="left_1")
    assert "has no lane left_1" in fault.problem


def test_on_a_town_lanes_are_not_known_beforehand() -> None:
    assert read(text(lane="right_7"), "f.yaml", road={"town": "Town10HD"})


def test_an_arm_needs_a_junction_that_has_it() -> None:
    arm = text().replace("{lane: same, ahead_m: 20}", "{arm: right, before_m: 20}")
    arm = arm.replace("ego: {speed_kph: 30}", "ego: {speed_kph: 30, route: left, at: {arm: near, before_m: 60}}")
    arm = arm.replace("arm: right, before_m: 20}", "arm: right, before_m: 20}, route: right")
    with pytest.raises(
        SpecError, match=r"actors\.car\.at\.arm: urban_street has no arm right.*choose a template with a junction"
    ):
        read(arm, "f.yaml")
    assert read(arm.replace("urban_street", "junction"), "f.yaml")
    with pytest.raises(SpecError, match="use one of near, opposite, left"):
        read(arm.replace("urban_street", "junction, arms: 3, without: right"), "f.yaml")


# ------------------------------------------------------------------------------------------------ models and abilities


def test_a_misspelt_model_is_told_with_the_nearest() -> None:
    (fault,) = faults(model="vehicle.seat.lion")
    assert (fault.path, fault.problem) == ("actors.car.model", "there is no model vehicle.seat.lion")
    assert fault.remedy == "did you mean vehicle.seat.leon?"


def test_a_misspelt_option_of_a_choice_is_told_even_where_it_is_rare() -> None:
    parameters = "parameters: {m: {choice: {vehicle.seat.leon: 1000, vehicle.audi.t: 1}}}\n"
    (fault,) = faults(model="$m", parameters=parameters)
    assert "vehicle.audi.t" in fault.problem
    assert "vehicle.audi.tt" in fault.remedy


def test_a_server_with_blueprints_of_its_own_is_asked_later() -> None:
    assert read(text(model="vehicle.own.truck"), "f.yaml", any_model=True)


@pytest.mark.parametrize(
    ("model", "nearest"),
    [
        ("vehicle.tesla.model4", "vehicle.tesla.model3"),
        ("vehicle.mercedes.sprintr", "vehicle.mercedes.sprinter"),
        ("carlite.animal.dear", "carlite.animal.deer"),
        ("vehicle.ambulance", "vehicle.ford.ambulance"),
        ("walker.kid", "walker.child"),
        ("vehicle.truk", "vehicle.truck"),
        ("static.prop.trafic_cone", "static.prop.trafficcone01"),
    ],
)
def test_suggestions_are_of_the_same_kind_and_by_word(model: str, nearest: str) -> None:
    assert not known(model)
    found = nearest_models(model)
    assert found[0] == nearest
    assert {name.split(".")[0] for name in found} == {model.split(".")[0]}


def test_beginnings_and_families_are_known() -> None:
    assert all(known(model) for model in ("vehicle.bmw", "walker.child", "vehicle.truck", *names()))
    assert not known("vehicle.bm")
    kinds = {
        "vehicle.car": "vehicle",
        "walker.child": "walker",
        "carlite.animal.deer": "animal",
        "static.prop.box01": "prop",
        "carlite.prop.ball": "prop",
    }
    assert {model: kind_of(model) for model in kinds} == kinds


@pytest.mark.parametrize(
    ("model", "maneuver", "able"),
    [
        ("vehicle.seat.leon", "{run_across: road, speed_mps: 3}", "walker"),
        ("walker.child", "{brake_mps2: 3}", "vehicle"),
        ("carlite.animal.deer", "{change_lane: left, within_s: 2}", "vehicle"),
        ("walker.child", "{roll: across, speed_mps: 3}", "prop"),
        ("carlite.prop.wheel", "[{lights_on: [Brake]}]", "vehicle"),
    ],
)
def test_a_maneuver_that_the_actor_cannot_do_is_told(model: str, maneuver: str, able: str) -> None:
    for parameters, written in (("", model), (f"parameters: {{m: {{choice: [{model}]}}}}\n", "$m")):
        (fault,) = faults(model=written, maneuver=maneuver, parameters=parameters)
        assert fault.path.startswith("story.first.do.car")
        assert f"is nothing that {model}" in fault.problem
        assert able in fault.remedy


def test_it_is_told_beside_other_faults() -> None:
    found = faults(maneuver="{run_across: road, speed_mps: 3}", ego=", colour: red", model="vehicle.seat.leon")
    assert {fault.path for fault in found} == {"ego.colour", "story.first.do.car"}


# ------------------------------------------------------------------------------------------------ times


@pytest.mark.parametrize(
    ("time_s", "when", "never"),
    [
        ("5", "{after: first}", {"first", "second"}),
        ("3", "{after: first, delay_s: 1.5}", {"second"}),
        ("1", "{all_of: [{after: first}, {at_time_s: 9}]}", {"second"}),
        ("1", "{any_of: [{after: first, delay_s: 8}, {at_time_s: 9}]}", {"second"}),
        ("1", "{any_of: [{after: first, delay_s: 8}, {gap_to: car, below_m: 3, actor: other}]}", set()),
        ("4", "{after: first}", set()),
        ("3.9", "{all_of: [{after: first}, {faster_than_kph: 3}]}", set()),
    ],
)
def test_a_rule_that_can_never_fire_is_told(time_s: str, when: str, never: set[str]) -> None:
    if not never:
        assert read(text(time_s=time_s, when=when), "f.yaml")
        return
    found = faults(time_s=time_s, when=when)
    assert {fault.path for fault in found} == {f"story.{name}" for name in never}
    assert all("can never fire" in fault.problem and "duration_s" in fault.remedy for fault in found)


def test_times_that_are_drawn_are_told_only_if_no_draw_is_in_time() -> None:
    assert read(text(time_s="$t_s", parameters="parameters: {t_s: {uniform: [3, 9]}}\n"), "f.yaml")
    assert faults(time_s="$t_s", parameters="parameters: {t_s: {uniform: [4.5, 9]}}\n")


def test_rules_that_wait_for_each_other_are_told() -> None:
    loop = text().replace("{at_time_s: 1}", "{after: second}")
    with pytest.raises(SpecError, match=r"story\.first: waits for itself"):
        read(loop, "f.yaml")
    assert read(text().replace("{at_time_s: 1}", "{any_of: [{after: second}, {at_time_s: 2}]}"), "f.yaml")


# ------------------------------------------------------------------------------------------------ parameters


def test_a_parameter_that_nobody_uses_is_told() -> None:
    (fault,) = faults(parameters="parameters: {gap_m: {uniform: [1, 2]}}\n")
    assert (fault.path, fault.problem) == ("parameters.gap_m", "is used nowhere")
    assert "$gap_m" in fault.remedy


def test_a_parameter_of_a_road_that_is_replaced_counts_as_used() -> None:
    parameters = "parameters: {n: {choice: [1, 2]}}\n"
    assert read(text(road="urban_street, lanes: $n", parameters=parameters), "f.yaml", road={"town": "Town10HD"})


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf", "9" * 400])
@pytest.mark.parametrize("place", ["ahead_m: 20", "at_time_s: 1", "duration_s: 4", "speed_kph: 30", "summary: s"])
def test_numbers_that_are_none_are_told(place: str, value: str) -> None:
    key, _, old = place.partition(": ")
    with pytest.raises(SpecError, match="is not a finite number"):
        read(text().replace(f"{key}: {old}", f"{key}: {value}", 1), "f.yaml")


@pytest.mark.parametrize(
    ("parameters", "extra", "varies"),
    [
        ("", "", False),
        ("parameters: {v_kph: 30}\n", "", False),
        ("parameters: {v_kph: {uniform: [30, 30]}}\n", "", False),
        ("parameters: {v_kph: {choice: {30: 1, 31: 0}}}\n", "", False),
        ("parameters: {v_kph: {uniform: [30, 31]}}\n", "", True),
        ("", "populate: {traffic: {per_km: 5}}\n", True),
    ],
)
def test_a_scenario_knows_whether_its_draws_can_differ(parameters: str, extra: str, varies: bool) -> None:
    spec = text(parameters=parameters, ego="").replace("speed_kph: 30", "speed_kph: $v_kph") if parameters else text()
    assert read(spec + extra, "f.yaml").varies is varies


def test_on_a_town_the_stretch_is_drawn() -> None:
    assert read(text(), "f.yaml", road={"town": "Town10HD"}).varies


def test_merge_keys_and_anchors_are_honoured_with_their_places() -> None:
    merged = (
        text()
        .replace(
            "  other: {model: vehicle.seat.leon, at: {ahead_m: 60}}",
            "  other:\n    <<: *car\n    at: {lane: same, ahead_m: 60}",
        )
        .replace("car: {model", "car: &car {model", 1)
    )
    spec = read(merged, "f.yaml")
    drawn = spec.evaluate({})
    assert drawn.actors["other"].model == drawn.actors["car"].model
    assert drawn.actors["other"].at.ahead_m == 60.0
    with pytest.raises(SpecError, match=r"f\.yaml:6: actors\.other\.model: there is no model"):
        read(merged.replace("vehicle.seat.leon", "vehicle.seat.lion"), "f.yaml")
