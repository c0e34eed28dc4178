"""Packs: what they bring is found, what collides is told with both places."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from rarebit import packs
from rarebit.core.errors import SpecError
from rarebit.language import find, json_schema, load
from rarebit.language.construct import constructs

FAMILY = """
from dataclasses import dataclass

from rarebit.language.road_family import RoadFamily, road_family
from rarebit.roads.profile import RoadProfile
from .{helper} import TEXT


@road_family("{name}", example="{{template: {name}}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Track(RoadFamily):
    \"\"\"A straight road.

    Attributes:
        length_m: its length.
    \"\"\"

    length_m: float = 300.0

    def opendrive(self) -> str:
        return TEXT

    def profile(self) -> RoadProfile:
        return RoadProfile(length_m=self.length_m, lanes=1, opposite_lanes=0)
"""
SPEC = """
scenario: {name}
summary: Ego drives on.
road: {{template: {road}}}
ego: {{speed_kph: 40}}
duration_s: 3
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    for kind in ("scenarios", "generators"):
        (folder / kind).mkdir(parents=True)
    (folder / "generators" / "_text.py").write_text("TEXT = '<OpenDRIVE/>'\n")
    (folder / "generators" / "track.py").write_text(FAMILY.format(name="track", helper="_text"))
    (folder / "scenarios" / "alone.yaml").write_text(SPEC.format(name="alone", road="track"))
    return folder


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    packs.use(None)


def test_a_pack_brings_a_family_and_a_scenario(mine: Path) -> None:
    before = set(constructs("road"))
    with packs.using(packs.packs_with([mine])):
        assert set(constructs("road")) == before | {"track"}
        spec = load(find("alone"))
        assert spec.name == "alone"
        assert "track" in str(json_schema())
    assert set(constructs("road")) == before
    with pytest.raises(SpecError, match="there is no such scenario"):
        find("alone")


def test_what_is_not_found_suggests_names_of_the_pack(mine: Path) -> None:
    packs.use(packs.packs_with([mine]))
    with pytest.raises(SpecError, match="did you mean alone"):
        find("alnoe")


def test_two_families_of_one_name(mine: Path) -> None:
    (mine / "generators" / "town.py").write_text(FAMILY.format(name="motorway", helper="_text"))
    packs.use(packs.packs_with([mine]))
    with pytest.raises(SpecError) as raised:
        constructs("road")
    assert f"{mine}/generators/town.py: pack: stands in {packs.builtin().folder}/generators/motorway.py too" in str(
        raised.value
    )


def test_two_scenarios_of_one_name(mine: Path) -> None:
    (mine / "scenarios" / "smoke.yaml").write_text(SPEC.format(name="smoke", road="track"))
    packs.use(packs.packs_with([mine]))
    with pytest.raises(SpecError) as raised:
        find("smoke")
    assert f"{mine}/scenarios/smoke.yaml" in str(raised.value)
    assert f"{packs.builtin().folder}/scenarios/smoke.yaml" in str(raised.value)


def test_a_module_that_cannot_be_imported(mine: Path) -> None:
    (mine / "generators" / "broken.py").write_text("import no_such_module_anywhere\n")
    packs.use(packs.packs_with([mine]))
    with pytest.raises(
        SpecError, match=r"broken\.py: pack: cannot be imported: ModuleNotFoundError: .*no_such_module_anywhere"
    ):
        constructs("road")


@pytest.mark.parametrize(
    ("name", "words"), [("nowhere", "is not a folder"), ("empty", "holds none of scenarios/, generators/")]
)
def test_what_is_no_pack(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SpecError, match=words):
        packs.pack_of(tmp_path / name)


def test_a_folder_given_twice_is_one_pack(mine: Path) -> None:
    assert len(packs.packs_with([mine, mine / "scenarios" / ".."])) == len(packs.installed()) + 1


def test_two_packs_of_one_folder_name_do_not_mix(mine: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "mine"
    (other / "generators").mkdir(parents=True)
    (other / "generators" / "_text.py").write_text("TEXT = '<OpenDRIVE name=\"other\"/>'\n")
    (other / "generators" / "track.py").write_text(FAMILY.format(name="other_track", helper="_text"))
    packs.use(packs.packs_with([mine, other]))
    assert constructs("road")["track"]().opendrive() == "<OpenDRIVE/>"
    assert constructs("road")["other_track"]().opendrive() == '<OpenDRIVE name="other"/>'


def test_the_content_of_a_pack_has_a_name(mine: Path) -> None:
    before = packs.pack_of(mine).content()
    assert packs.pack_of(mine).content() == before
    (mine / "generators" / "_text.py").write_text("TEXT = '<OpenDRIVE />'\n")
    assert packs.pack_of(mine).content() != before


def test_entry_points(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = mine.parent / "brought_by_wheel"
    mine.rename(package)
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(sys, "path", [str(package.parent), *sys.path])
    point = EntryPoint("theirs", "brought_by_wheel", packs.GROUP)
    monkeypatch.setattr(packs, "entry_points", lambda group: [point])
    packs.installed.cache_clear()
    try:
        assert "track" in constructs("road")
        monkeypatch.setattr(packs, "entry_points", lambda group: [EntryPoint("wrong", "json.decoder", packs.GROUP)])
        packs.installed.cache_clear()
        with pytest.raises(SpecError, match=r"entry point wrong of rarebit\.packs names no package"):
            packs.installed()
    finally:
        packs.installed.cache_clear()
