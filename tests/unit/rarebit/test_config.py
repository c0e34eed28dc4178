"""The configuration composes, and every fault of it is named at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from rarebit.config import AppConfig, read_config
from rarebit.core.errors import SpecError

ROOT = Path(__file__).resolve().parents[3]


def _config(*overrides: str, chosen_spec: str | None = None) -> AppConfig:
    with initialize_config_dir(str(ROOT / "hydra_conf"), version_base="1.3"):
        data = OmegaConf.to_container(compose("config", list(overrides)), resolve=True)
    assert isinstance(data, dict)
    return read_config({str(key): value for key, value in data.items()}, chosen_spec=chosen_spec)


@pytest.mark.parametrize("rig", sorted(path.stem for path in (ROOT / "hydra_conf" / "rig").glob("*.yaml")))
@pytest.mark.parametrize("carla", ["embedded", "server"])
def test_every_option_composes(rig: str, carla: str) -> None:
    config = _config(f"rig={rig}", f"carla={carla}", "name=x")
    assert config.out == Path("outputs/x")
    assert config.specs == ("child_from_behind_van", "cut_in_heavy_rain", "rolling_wheel_low_sun")
    assert (config.server().host is None) == (carla == "embedded")
    assert (config.jobs, config.packs, config.sampling.attempts) == (1, (), 30)


def test_a_host_makes_it_a_server_of_the_user() -> None:
    config = _config("carla.host=10.0.0.5", "carla.port=2100")
    assert (config.server().host, config.server().port) == ("10.0.0.5", 2100)


def test_a_chosen_scenario_goes_before_the_list() -> None:
    assert _config("specs=[a,b]", chosen_spec="/there/c.yaml").specs == ("/there/c.yaml",)


def test_all_faults_at_once() -> None:
    with pytest.raises(SpecError) as raised:
        _config(
            "seed=-1", "carla.port=99999", "sampling.scenes=no", "carla.maps=/nowhere/at/all", "+parameters.x=3", "jobs=2.5"
        )
    paths = ["carla.maps", "carla.port", "jobs", "parameters", "sampling.scenes", "seed"]
    assert sorted(fault.path for fault in raised.value.faults) == paths
    assert "command line: carla.maps: is not an existing folder (got '/nowhere/at/all'); give the path of one" in str(
        raised.value
    )


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("seed=true", "seed: is not a number"),
        ("+scene=3", "scene: is not a known key"),
        ("+carla.timeout=3", "write it with its unit: timeout_s"),
        ("+sampling.scene=3", "did you mean scenes?"),
        ("carla.step_s=0.2", "0.2 is out of range"),
        ("carla.step_s=0.033333333333", "is no whole number of microseconds"),
        ("carla.step_s=.nan", "carla.step_s"),
        ("carla={host:there,maps:.}", "maps is for carlite"),
        ("carla.host=there jobs=2", "jobs=2 processes cannot share the server at there (got"),
        ("specs=[]", "specs"),
        ("pictures=perhaps", "pictures"),
        ("out=''", "out: is not a path"),
    ],
)
def test_a_fault_says_what_is_meant(override: str, words: str) -> None:
    with pytest.raises(SpecError) as raised:
        _config(*override.split())
    assert len(raised.value.faults) == 1
    assert words in str(raised.value)
