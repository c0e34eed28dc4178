"""The configuration composes, and every fault of it is named at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from rarebit.config import AppConfig, read_config
from rarebit.core.errors import SpecError

ROOT = Path(__file__).resolve().parents[3]


def _config(*overrides: str) -> AppConfig:
    with initialize_config_dir(str(ROOT / "hydra_conf"), version_base="1.3"):
        return read_config(compose("config", list(overrides)), chosen_spec=None)


@pytest.mark.parametrize("rig", sorted(path.stem for path in (ROOT / "hydra_conf" / "rig").glob("*.yaml")))
@pytest.mark.parametrize("carla", ["embedded", "server"])
def test_every_option_composes(rig: str, carla: str) -> None:
    config = _config(f"rig={rig}", f"carla={carla}", "name=x")
    assert config.out == Path("outputs/x")
    assert config.specs == ("child_from_behind_van", "cut_in_heavy_rain", "rolling_wheel_low_sun")
    assert (config.carla.host is None) == (carla == "embedded")


def test_a_host_makes_it_a_server_of_the_user() -> None:
    config = _config("carla.host=10.0.0.5", "carla.port=2100")
    assert (config.carla.host, config.carla.port) == ("10.0.0.5", 2100)


def test_all_faults_at_once() -> None:
    with pytest.raises(SpecError) as raised:
        _config("seed=-1", "carla.port=99999", "sampling.scenes=no", "carla.maps=/nowhere/at/all")
    assert [fault.path for fault in raised.value.faults] == ["seed", "carla.port", "carla.maps", "sampling.scenes"]
    assert "carla.port: is not 1 to 65535 (got 99999)" in str(raised.value)


def test_true_is_no_number() -> None:
    with pytest.raises(SpecError, match="seed: is not an integer of 0 or more"):
        _config("seed=true")
