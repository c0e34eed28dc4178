"""Specs with something changed at random: each is refused with faults or drawn, and what is read fits the schema."""

from __future__ import annotations

import contextlib
import copy
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from rarebit.core.errors import Fault, SpecError
from rarebit.generate import concretise
from rarebit.language import LogicalScenario, draw, json_schema, read
from rarebit.language.load import FOLDER

SPECS = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]
VALUES: list[Any] = [
    *(True, 0, -1, 1e9, 10**30, float("nan"), float("inf"), 0.5),
    *("", "x", "$x", "$ego_speed_kph", "$ego_speed_kph *", "ego", "same", "left_1", "2020-01-01", "-" * 100, "$" * 30),
    *([], {}, [1, 2], [2, 1], [[1]], {"a": 1}, ["ego", "ego"]),
    *({"uniform": [1, 2]}, {"choice": {}}, {"normal": {"mean": 1, "std": 0}}, {"mixture": []}, {"empirical": [1]}),
    *({"all_of": []}, {"all_of": [{"after": "braking"}]}, {"not": {"holds": {"at_time_s": 1}, "for_s": 1}}),
    *({"behind": "ego"}, {"arm": "right"}, {"from": "ego", "ahead_m": 3}, {"in": [0, 1]}, {"<<": 1}),
]


def paths(tree: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    for key, item in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from paths(item, (*at, key))


def mutated(seed: int) -> dict[str, Any]:
    """A shipped spec with one to three values replaced, keys misspelt or taken out."""
    rng = random.Random(seed)
    spec: dict[str, Any] = copy.deepcopy(rng.choice(SPECS))
    for _ in range(rng.randint(1, 3)):
        *way, last = rng.choice([path for path in paths(spec) if path])
        block: Any = spec
        for key in way:
            block = block[key]
        kind = rng.random()
        if kind < 0.7:
            block[last] = copy.deepcopy(rng.choice(VALUES))
        elif kind < 0.85 and isinstance(block, dict):
            block[str(last)[:-1] + rng.choice("abz_")] = block.pop(last)
        else:
            del block[last]
    return spec


def outcome(text: str) -> tuple[LogicalScenario | None, tuple[Fault, ...]]:
    """What was read, or the faults."""
    try:
        return read(text, "f.yaml"), ()
    except SpecError as error:
        return None, error.faults


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(json_schema())


@pytest.mark.parametrize("seed", range(120))
def test_a_changed_spec_is_refused_or_drawn(seed: int, monkeypatch: pytest.MonkeyPatch, validator: Any) -> None:
    monkeypatch.setattr(draw, "TRIES", 40)
    spec = mutated(seed)
    logical, faults = outcome(yaml.safe_dump(spec, sort_keys=False))
    assert all(fault.problem and fault.remedy and fault.path for fault in faults)
    if logical is None:
        assert faults
        return
    assert [error.message for error in validator.iter_errors(spec)] == []
    with contextlib.suppress(SpecError):  # a value that only this draw has
        assert concretise(logical, 0, 0).scenario
