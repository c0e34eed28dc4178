"""Rarebit from Python, as far as no server is needed; the notebook's test does the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import rarebit.api as rarebit
from rarebit.core.errors import SpecError
from rarebit.packs import use

MONO = "name: mine\nkey_rate_hz: 2\nsensors: {CAM_A: {camera: {width_px: 64, height_px: 36, fov_deg: 70}, at: {x_m: 1, y_m: 0, z_m: 1}, rate_hz: 2}}\n"  # noqa: E501


@pytest.fixture(autouse=True)
def _packs_as_before() -> Iterator[None]:
    yield
    use(None)


def test_a_draw_is_that_of_the_command() -> None:
    spec = rarebit.load("smoke")
    first, again, other = rarebit.draw(spec, seed=3), rarebit.draw(spec, seed=3), rarebit.draw(spec, seed=4)
    assert first == again
    assert first.values != other.values
    assert (first.scenario, first.seed, first.index, first.attempt) == ("smoke", 3, 0, 0)
    assert rarebit.draw(spec, seed=3, attempt=1).values != first.values
    assert 35 <= first.values["ego_speed_kph"] <= 40


def test_a_scenario_that_is_not_there() -> None:
    with pytest.raises(SpecError, match=r"did you mean smoke\?"):
        rarebit.load("smoek")


def test_packs(tmp_path: Path) -> None:
    text = rarebit.load("smoke").file
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.yaml").write_text(Path(text).read_text().replace("scenario: smoke", "scenario: mine"))
    rarebit.use_packs(tmp_path)
    assert rarebit.load("mine").name == "mine"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rig": "smoek"}, r"rig: rig: there is no such rig .*did you mean smoke\?"),
        ({"rig": "none.yaml"}, "cannot be read"),
        ({"rig": {"name": "x", "sensors": {}}}, "sensors"),
        ({"rig": "smoke", "scenes": 0, "seed": -1}, r"2 faults:(.|\n)*record\(\): sampling.scenes: 0 is out of range"),
        ({"rig": "smoke", "packs": ["nowhere"]}, "is not a folder"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_written(tmp_path: Path, options: dict[str, object], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        rarebit.record(["smoke"], out=tmp_path / "out", **options)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_one_wrong_spec_records_nothing(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="there is no such scenario"):
        rarebit.record(["smoke", "nothing"], out=tmp_path / "out", rig="smoke")
    assert not (tmp_path / "out").exists()


def test_a_rig_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "rig.yaml").write_text(MONO)
    made = rarebit._rig(tmp_path / "rig.yaml")
    assert made["name"] == "mine"
    assert rarebit._rig("nuscenes")["name"] == "nuscenes"
