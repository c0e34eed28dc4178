"""The shipped JSON Schema is up to date, and agrees with the reader on what is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rarebit.language import json_schema, load, schema_text
from rarebit.language.load import FOLDER

SPECS = sorted(FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_file_is_up_to_date() -> None:
    assert (FOLDER / "schema.json").read_text(encoding="utf-8") == schema_text(), (
        "run: python -m rarebit.language schema > scenarios/schema.json"
    )


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_shipped_specs_are_valid(path: Path, validator: Any) -> None:
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [error.message for error in validator.iter_errors(data)] == []
    assert load(path).name == path.stem


@pytest.mark.parametrize(
    ("block", "key", "value"),
    [
        ("ego", "colour", "red"),
        ("ego", "speed_kph", "fast"),
        ("ego", "speed_kph", 325),
        ("ego", "speed_mps", 91),
        ("road", "length_km", 6),
        ("road", "lanes", 1.5),
        ("road", "parking", "up"),
        ("story", "Bad Name", {}),
        ("", "durtion_s", 3),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(block: str, key: str, value: Any, validator: Any) -> None:
    data = yaml.safe_load((FOLDER / "smoke.yaml").read_text(encoding="utf-8"))
    (data[block] if block else data)[key] = value
    assert not validator.is_valid(data)
    assert json.dumps(data)


@pytest.mark.parametrize(
    ("block", "key", "value"), [("ego", "speed_kph", 324), ("ego", "speed_mps", 90), ("road", "length_km", 5)]
)
def test_ranges_of_the_schema_are_in_the_unit_of_the_key(block: str, key: str, value: float, validator: Any) -> None:
    data = yaml.safe_load((FOLDER / "smoke.yaml").read_text(encoding="utf-8"))
    data[block] = {**{k: v for k, v in data[block].items() if k.split("_")[0] != key.split("_")[0]}, key: value}
    assert validator.is_valid(data)
