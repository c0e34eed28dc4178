"""Distributions against their moments and their bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from rarebit.core.rng import stream
from rarebit.language.distributions import Choice, Constant, Distribution, LogUniform, Normal, Uniform

COUNT = 4000


def _sample(distribution: Distribution) -> np.ndarray:
    rng = stream(1, "test")
    return np.array([float(distribution.draw(rng)) for _ in range(COUNT)])


@pytest.mark.parametrize(
    ("distribution", "frozen"),
    [
        (Uniform(low=-2.0, high=5.0), stats.uniform(-2.0, 7.0)),
        (LogUniform(low=0.1, high=100.0), stats.loguniform(0.1, 100.0)),
        (Normal(mean=3.0, std=2.0), stats.norm(3.0, 2.0)),
        (Normal(mean=2.6, std=0.6, low=1.2, high=4.5), stats.truncnorm((1.2 - 2.6) / 0.6, (4.5 - 2.6) / 0.6, 2.6, 0.6)),
        (Normal(mean=0.0, std=1.0, low=4.0, high=5.0), stats.truncnorm(4.0, 5.0)),
        (Normal(mean=0.0, std=1.0, low=-5.0, high=-4.0), stats.truncnorm(-5.0, -4.0)),
    ],
)
def test_samples_follow_the_distribution(distribution: Distribution, frozen: object) -> None:
    assert stats.kstest(_sample(distribution), frozen.cdf).pvalue > 1e-3  # type: ignore[attr-defined]


def test_weights_are_relative() -> None:
    rng = stream(2, "test")
    choice = Choice(options=("a", "b", "never"), weights=(3.0, 1.0, 0.0))
    drawn = [choice.draw(rng) for _ in range(COUNT)]
    assert drawn.count("a") / COUNT == pytest.approx(0.75, abs=0.03)
    assert "never" not in drawn


def test_constant_takes_nothing_from_the_stream() -> None:
    rng = stream(0, "test")
    assert Constant(value=3).draw(rng) == 3
    assert rng.random() == stream(0, "test").random()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Uniform(low=2.0, high=1.0), "above the high end"),
        (lambda: LogUniform(low=0.0, high=1.0), "0 < low"),
        (lambda: Normal(mean=0.0, std=0.0), "std"),
        (lambda: Normal(mean=0.0, std=1.0, low=2.0, high=1.0), "not below"),
        (lambda: Normal(mean=0.0, std=1.0, low=20.0, high=21.0), "next to nothing"),
        (lambda: Choice(options=(), weights=()), "nothing to choose"),
        (lambda: Choice(options=(1, 2), weights=(0.0, 0.0)), "not all 0"),
        (lambda: Choice(options=(1, 2), weights=(1.0, math.nan)), "0 or more"),
    ],
)
def test_wrong_parameters(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]
