"""Specs: what is read, and every fault with its place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from rarebit.core.errors import Fault, SpecError
from rarebit.language import find, load, read
from rarebit.language.band import Band
from rarebit.language.blocks.road import Town, Where
from rarebit.language.measures.ego_speed_at_event import EgoSpeedAtEvent

GOOD = """\
scenario: ok
summary: s
road: {template: urban_street}
parameters:
  v_kph: {uniform: [20, 40]}
  t_s: 2
  share: 0.5
  sky: {choice: {ClearNoon: 3, WetNoon: 1}}
constraints:
  - $v_kph > 25
environment: {weather: $sky}
ego: {speed_kph: $v_kph}
actors:
  van: {model: vehicle.mercedes.sprinter, role: occluder, at: {lane: parking_right, ahead_m: 40}}
  child: {model: walker.child, at: {behind: van, gap_m: 1}}
story:
  go:
    when: {time_to_reach: child, below_s: $t_s}
    do: {child: {run_across: road, speed_mps: 3}}
accept:
  min_ttc_s: {between: [ego, child], in: [0, 1]}
  hidden: {actor: child, until: go, visible: $share}
duration_s: 3
"""


VALUES = {"v_kph": 36.0, "t_s": 2, "share": 0.5, "sky": "ClearNoon"}


def _faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(SpecError) as caught:
        read(text, "f.yaml")
    return caught.value.faults


def _changed(old: str, new: str) -> tuple[Fault, ...]:
    assert old in GOOD
    return _faults(GOOD.replace(old, new))


def test_good_spec_reads() -> None:
    spec = read(GOOD, "f.yaml")
    assert spec.name == "ok"
    assert [p.name for p in spec.parameters] == ["v_kph", "t_s", "share", "sky"]
    assert spec.evaluate(VALUES).ego.model == "vehicle.lincoln.mkz_2020"


@pytest.mark.parametrize(
    ("old", "new", "path", "line", "problem", "remedy"),
    [
        ("gap_m: 1", "gab_m: 1", "actors.child.at.gab_m", 15, "not a known key", "gap_m"),
        ("gap_m: 1", "gap: 1", "actors.child.at.gap", 15, "not a known key", "with its unit: gap_m"),
        ("speed_kph: $v_kph", "speed_kph: $t_s", "ego.speed_kph", 12, "a time where a speed", "_kph"),
        ("speed_kph: $v_kph", "speed_kph: $share", "ego.speed_kph", 12, "a plain number where a speed", "_kph"),
        ("speed_kph: $v_kph", "speed_kph: $v_kp", "ego.speed_kph", 12, "no parameter 'v_kp'", "v_kph"),
        ("speed_kph: $v_kph", "speed_kph: $v_kph * 20", "ego.speed_kph", 12, "out of range", "kph"),
        ("speed_kph: $v_kph", "speed_kph: fast", "ego.speed_kph", 12, "not a number", "kph"),
        ("speed_kph: $v_kph", "speed_kph: -5", "ego.speed_kph", 12, "out of range", "0 to 324 kph"),
        ("ClearNoon: 3", "ClearNon: 3", "environment.weather", 11, "'ClearNon' is not known", "ClearNoon"),
        ("parking_right", "parking_rigth", "actors.van.at.lane", 14, "not known", "parking_right"),
        ("urban_street", "urban_stret", "road.template", 3, "not known", "urban_street"),
        ("behind: van", "behind: vann", "actors.child.at.behind", 15, "no actor 'vann'", "van"),
        ("[ego, child]", "[ego, chidl]", "accept.min_ttc_s.between[1]", 21, "no actor", "child"),
        ("time_to_reach: child", "time_to_rech: child", "story.go.when", 18, "not a condition", "time_to_reach"),
        ("run_across: road", "run_acros: road", "story.go.do.child", 19, "not a maneuver", "run_across"),
        (
            "child: {run_across: road, speed_mps: 3}",
            "van: {run_across: road, speed_mps: 3}",
            "story.go.do.van",
            19,
            "can do",
            "walker",
        ),
        ("in: [0, 1]", "in: [1, 0]", "accept.min_ttc_s.in", 21, "above", "[0, 1]"),
        ("[20, 40]", "[40, 20]", "parameters.v_kph.uniform", 5, "above", "[20, 40]"),
        ("uniform:", "unifrm:", "parameters.v_kph", 5, "not a distribution", "uniform"),
        ("> 25", "> 250", "constraints[0]", 10, "no draw of", "v_kph"),
        ("> 25", "> $t_s", "constraints[0]", 10, "a speed and a time", ""),
        ("> 25", "+ 25", "constraints[0]", 10, "no comparison", ">="),
        ("duration_s: 3", "duration_s: 3\nduration_s: 4", "duration_s", 24, "twice", "remove"),
        ("duration_s: 3", "duraton_s: 3", "duraton_s", 23, "not a known key", "duration_s"),
        ("walker.child", "pedestrian.child", "actors.child.model", 15, "does not fit", "vehicle."),
        (
            "{model: walker.child, at",
            "{model: walker.child, speed_mps: 1, speed_kph: 2, at",
            "actors.child.speed_kph",
            15,
            "second time",
            "",
        ),
    ],
)
def test_one_fault_is_told_with_place_and_remedy(old: str, new: str, path: str, line: int, problem: str, remedy: str) -> None:
    faults = [fault for fault in _changed(old, new) if fault.path == path]
    assert len(faults) == 1, faults
    assert faults[0].file == f"f.yaml:{line}"
    assert problem in faults[0].problem
    assert remedy in faults[0].remedy


def test_all_faults_come_at_once() -> None:
    text = GOOD.replace("gap_m: 1", "gab_m: 1").replace("speed_kph: $v_kph", "speed_kph: $t_s").replace("WetNoon", "WetNon")
    paths = {fault.path for fault in _faults(text)}
    assert {"actors.child.at.gab_m", "ego.speed_kph", "environment.weather"} <= paths


def test_other_units_of_the_kind_are_converted() -> None:
    spec = read(GOOD.replace("speed_kph: $v_kph", "speed_mps: $v_kph").replace("ahead_m: 40", "ahead_km: 0.04"), "f.yaml")
    drawn = spec.evaluate({**VALUES, "v_kph": 36.0})
    assert drawn.ego.speed_mps == pytest.approx(10.0)
    assert drawn.actors["van"].at.ahead_m == pytest.approx(40.0)


def test_a_band_takes_the_unit_of_its_key() -> None:
    spec = read(
        GOOD.replace("min_ttc_s: {between: [ego, child], in: [0, 1]}", "ego_speed_at_event_kph: {in: [36, $v_kph]}"), "f.yaml"
    )
    band = spec.evaluate({**VALUES, "v_kph": 72.0}).accept[0]
    assert isinstance(band, Band)
    assert (band.measure, band.low, band.high) == (EgoSpeedAtEvent(), pytest.approx(10.0), pytest.approx(20.0))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("- 1", "not a block"),
        ("a: [1", "not YAML"),
        ("\x00", "not YAML"),
        ("[" * 1200, "nested too deep"),
        ("a: &a [*a]", "levels"),
        (
            "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + "".join(f"{k}: &{k} [{','.join(['*' + p] * 10)}]\n" for p, k in ["ab", "bc", "cd", "de"]),
            "values",
        ),
        ("a: !!python/object/apply:os.system ['true']", "not a known key"),
        ("x" * 1_100_000, "characters"),
    ],
)
def test_hostile_texts_give_one_clear_error(text: str, problem: str) -> None:
    assert any(problem in fault.problem for fault in _faults(text))


def test_circles_are_found() -> None:
    faults = _changed("at: {lane: parking_right, ahead_m: 40}", "at: {from: child, ahead_m: 40}")
    assert any("relative to itself" in fault.problem for fault in faults)


def test_a_road_given_from_outside_replaces_the_block() -> None:
    spec = read(GOOD, "f.yaml", road={"town": "Town10HD", "where": {"straight_m": 80}})
    assert spec.evaluate(VALUES).road == Town(town="Town10HD", where=Where(straight_m=80.0))
    with pytest.raises(SpecError, match="road override"):
        read(GOOD, "f.yaml", road={"town": "Town10HD", "wher": {}})


def test_find_suggests_the_nearest_name(tmp_path: Path) -> None:
    assert find("smoke").name == "smoke.yaml"
    with pytest.raises(SpecError, match="did you mean child_from_behind_van"):
        find("child_from_behind_vn")
    with pytest.raises(SpecError, match="cannot be read"):
        load(tmp_path / "none.yaml")
