"""Path loss of V2X radio against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from carlite.sensors.radio import Path, Radio, between
from carlite.tags import Tag

_RADIO = Radio(
    transmit_power_dbm=21.5, receiver_sensitivity_dbm=-99.0, frequency_ghz=5.9, antenna_gain_db=10.0, scenario="highway",
    path_loss_model="winner", path_loss_exponent=2.7, reference_distance_m=1.0, filter_distance_m=500.0, etsi_fading=False,
    fading_stddev_db=0.0,
)  # fmt: skip
_HERE, _THERE = np.array([0.0, 0.0, 1.5]), np.array([100.0, 0.0, 1.5])


def _power(radio: Radio, path: Path = Path.FREE, there: np.ndarray = _THERE, **more: Any) -> float | None:
    return radio.received_dbm(21.5, _HERE, there, path, more.get("obstacles", []), np.random.default_rng(more.get("seed", 1)))


def test_winner_loss_of_a_free_motorway_is_its_formula() -> None:
    assert _power(_RADIO) == pytest.approx(21.5 + 10.0 - (32.4 + 40.0 + 20.0 * math.log10(5.9)))
    far = _power(_RADIO, there=np.array([200.0, 0.0, 1.5]))
    assert far == pytest.approx(_power(_RADIO) - 20.0 * math.log10(2.0))


def test_blocked_paths_lose_more_and_a_deaf_receiver_hears_nothing() -> None:
    free, blocked = _power(_RADIO), _power(_RADIO, Path.SCENERY)
    assert free is not None
    assert blocked is not None
    assert blocked < free
    assert _power(replace(_RADIO, receiver_sensitivity_dbm=free + 0.1)) is None


def test_the_log_distance_model_has_its_exponent() -> None:
    radio = replace(_RADIO, path_loss_model="geometric", path_loss_exponent=3.0, receiver_sensitivity_dbm=-300.0)
    near, far = (_power(radio, Path.SCENERY, np.array([x, 0.0, 1.5])) for x in (10.0, 100.0))
    assert near is not None
    assert near - far == pytest.approx(30.0)


def test_a_high_roof_between_is_a_knife_edge() -> None:
    grazing, high = (_power(_RADIO, Path.VEHICLES, obstacles=[(50.0, 0.0, height)], there=_THERE) for height in (0.0, 3.0))
    assert _power(_RADIO) - grazing == pytest.approx(6.0, abs=0.1)  # half of the wave is hidden
    assert high < grazing - 5.0


def test_fading_has_its_spread_and_repeats() -> None:
    radio = replace(_RADIO, fading_stddev_db=4.0, receiver_sensitivity_dbm=-300.0)
    powers = np.array([_power(radio, seed=seed) for seed in range(400)])
    assert powers.std() == pytest.approx(4.0, rel=0.15)
    assert _power(radio, seed=7) == _power(radio, seed=7)


@pytest.mark.parametrize(("tag", "path"), [(Tag.CAR, Path.VEHICLES), (None, Path.FREE)])
def test_rays_tell_what_stands_between(bench: Any, tag: Tag | None, path: Path) -> None:
    if tag is not None:
        bench.add_box((50.0, 0.0, 1.5), (2.0, 1.0, 1.5), tag)
    view = bench.view(0.05)
    found, obstacles = between(view.scene, view.states, view.actors, _HERE, _THERE, ())
    assert found is path
    assert len(obstacles) == (tag is not None)
