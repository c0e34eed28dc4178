"""What every construct keeps to: it reads, fits the schema, goes through JSON, has a hash of its own, and is explained."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jsonschema
import pytest
import yaml

from rarebit.core.errors import SpecError
from rarebit.core.files import content_hash
from rarebit.core.plain import from_plain, to_plain
from rarebit.language import json_schema, read
from rarebit.language.conditions.all_of import AllOf
from rarebit.language.conditions.any_of import AnyOf
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.conditions.distance_to import DistanceTo
from rarebit.language.conditions.gap_to import GapTo
from rarebit.language.construct import FOLDERS, constructs
from rarebit.language.examples import scenario_with
from rarebit.language.logical import LogicalScenario
from rarebit.reading.dataclass_shapes import record_of

KINDS = (*FOLDERS, "road", "company")
EVERY = [make for kind in KINDS for make in constructs(kind).values()]
each = pytest.mark.parametrize("make", EVERY, ids=lambda make: make.json_kind)


def logical(make: type[Any], example: str | None = None) -> LogicalScenario:
    return read(scenario_with(make, make.registered.example if example is None else example), "f.yaml")


def made(make: type[Any]) -> Any:
    """The construct of the example, as a draw has it."""
    spec = logical(make)
    drawn = spec.evaluate({parameter.name: parameter.distribution.quantile(0.5) for parameter in spec.parameters})
    found = {
        "distribution": lambda: spec.parameters[0].distribution,
        "place": lambda: drawn.actors["subject"].at,
        "condition": lambda: drawn.story["event"].when,
        "maneuver": lambda: drawn.story["event"].do["subject"][0],
        "measure": lambda: drawn.accept[0].measure,  # type: ignore[attr-defined]
        "road": lambda: drawn.road,
        "company": lambda: drawn.populate[make.registered.name][0],
        "criterion": lambda: next(one for one in drawn.accept if isinstance(one, make)),
    }[make.kind]()
    assert type(found) is make
    return found


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(json_schema())


@each
def test_its_example_reads_and_agrees_with_the_schema(make: type[Any], validator: Any) -> None:
    assert made(make)
    text = yaml.safe_load(scenario_with(make, make.registered.example))
    assert [error.message for error in validator.iter_errors(text)] == []


@each
def test_it_goes_through_json(make: type[Any]) -> None:
    one = made(make)
    base = next(cls for cls in make.__mro__ if "kind" in vars(cls) and "registered" not in vars(cls))
    text = json.dumps(to_plain(one))
    assert json.loads(text)["kind"] == f"{make.kind}.{make.registered.name}"
    assert from_plain(json.loads(text), base, "construct") == one


def test_every_hash_is_another() -> None:
    hashes = {make.json_kind: content_hash(made(make)) for make in EVERY}
    assert len(set(hashes.values())) == len(EVERY)


def test_the_hash_knows_the_type_of_what_it_hashes() -> None:
    parts = (AtTime(at_time_s=1.0),)
    pairs = [
        (DistanceTo(distance_to="a", below_m=3.0), GapTo(gap_to="a", below_m=3.0)),
        (AllOf(all_of=parts), AnyOf(any_of=parts)),
    ]
    for one, other in pairs:
        assert content_hash(one) != content_hash(other)
        assert content_hash([one]) != content_hash([other])
        assert content_hash(one) == content_hash(dataclasses.replace(one))


@each
def test_an_unknown_key_is_a_fault_answered_with_the_nearest(make: type[Any]) -> None:
    example = yaml.safe_load(make.registered.example)
    keys = {variant: f.key for f in record_of(make).fields for variant in f.variants()}
    further = [key for key in example if key in keys and keys[key] != make.registered.name] if isinstance(example, dict) else []
    # A bare word, or a block of nothing but its name, is given another key as a block.
    key = max(further, key=len, default="")
    wrong = f"{key}{key[-1]}" if key and "_" not in key else key.replace("_", "x_", 1) or "nonsense"
    block = {**example, wrong: 1} if isinstance(example, dict) else {make.registered.name: example, wrong: 1}
    with pytest.raises(SpecError) as caught:
        logical(make, json.dumps(block))
    fault = next(fault for fault in caught.value.faults if fault.path.endswith(wrong))
    assert "not a known key" in fault.problem
    assert fault.remedy == f"did you mean {key}?" if key else fault.remedy


@each
def test_it_and_all_its_keys_are_explained(make: type[Any]) -> None:
    record = record_of(make)
    assert record.about.endswith(".")
    assert [f.key for f in record.fields if not f.about] == []


@pytest.mark.parametrize("name", sorted(constructs("distribution")))
def test_quantiles_rise_and_keep_within_the_ends(name: str) -> None:
    one = made(constructs("distribution")[name])
    values = [one.quantile(u) for u in (0.0, 1e-9, 0.1, 0.5, 0.9, 1.0 - 1e-9)]
    if all(isinstance(value, (int, float)) for value in values):
        assert values == sorted(values)
        ends = one.ends()
        assert not ends or all(min(ends) <= value <= max(ends) for value in values)
    else:
        assert set(values) <= set(one.ends())


@pytest.mark.parametrize("name", sorted(constructs("maneuver")))
def test_a_maneuver_says_who_can_do_it(name: str) -> None:
    make = constructs("maneuver")[name]
    assert set(make.by) <= {"vehicle", "walker", "animal", "prop"}
    assert make.by
