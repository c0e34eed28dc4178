"""A pack adds a condition, a maneuver, a measure and a family by one file each, and a scenario uses them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from rarebit import packs
from rarebit.core.errors import SpecError
from rarebit.generate import concretise
from rarebit.language import find, json_schema, load, read
from rarebit.language.construct import constructs
from rarebit.language.reference import reference_text
from rarebit.motions import Brake, SetLights
from rarebit.scenario_json import from_json, to_json

PACK = Path(__file__).parents[3] / "packs" / "example"
ADDED = {"condition": "abreast_of", "maneuver": "stop_with_hazards_mps2", "measure": "speed_lost_mps", "road": "test_track"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example pack in a temporary folder of its own."""
    return Path(shutil.copytree(PACK, tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def pack(folder: Path) -> Iterator[Path]:
    with packs.using(packs.packs_with([folder])):
        yield folder


def test_its_scenario_is_read_drawn_and_goes_through_json(pack: Path) -> None:
    scenario = concretise(load(find("stop_abreast")), 0, 0)
    (rule,) = scenario.story
    assert rule.when == constructs("condition")["abreast_of"](abreast_of="lead", within_m=1.0)
    ((actor, maneuver),) = rule.do
    assert actor == "lead"
    braking = float(scenario.values["braking_mps2"])
    assert maneuver.motion(None, "lead") == (SetLights(on=("LeftBlinker", "RightBlinker")), Brake(decel_mps2=braking))  # type: ignore[arg-type]
    assert scenario.road.template == "test_track"  # type: ignore[union-attr]
    assert from_json(to_json(scenario)) == scenario


def test_it_is_in_the_schema_and_in_the_reference(pack: Path) -> None:
    schema, page = json_schema(), reference_text()
    data = yaml.safe_load((pack / "scenarios" / "stop_abreast.yaml").read_text())
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)] == []
    assert all(f"### `{name}`" in page for name in ADDED.values())


def test_a_mistake_in_one_of_its_keys_is_told_as_any_other(pack: Path) -> None:
    text = (pack / "scenarios" / "stop_abreast.yaml").read_text().replace("within_m", "witin_m").replace("4, 5", "40, 50")
    with pytest.raises(SpecError) as caught:
        read(text, "f.yaml")
    assert [fault.remedy for fault in caught.value.faults][:1] == ["did you mean within_m?"]
    assert "give 0.5 to 8 mps2" in caught.value.faults[1].remedy


@pytest.mark.parametrize("kind", ADDED)
def test_it_is_gone_where_the_pack_is_not_in_use(folder: Path, kind: str) -> None:
    with packs.using(packs.packs_with([folder])):
        assert ADDED[kind] in constructs(kind)
    assert ADDED[kind] not in constructs(kind)
    assert "test_track" not in constructs("road")


def test_a_name_that_is_there_already_is_an_error_with_both_places(folder: Path) -> None:
    path = folder / "generators" / "abreast_of.py"
    path.write_text(
        path.read_text()
        .replace('@condition("abreast_of", example="{abreast_of', '@condition("after", example="{after')
        .replace("    abreast_of:", "    after:")
        .replace("self.abreast_of", "self.after")
    )
    with packs.using(packs.packs_with([folder])), pytest.raises(SpecError) as caught:
        constructs("condition")
    assert str(path) in str(caught.value)
    assert "conditions/after.py" in str(caught.value)


def test_a_class_that_is_no_construct_is_told_with_its_file(folder: Path) -> None:
    path = folder / "generators" / "abreast_of.py"
    path.write_text(path.read_text().replace("@dataclass(frozen=True, slots=True, kw_only=True)\n", ""))
    with packs.using(packs.packs_with([folder])), pytest.raises(SpecError, match=r"abreast_of\.py.*frozen dataclass"):
        constructs("condition")
