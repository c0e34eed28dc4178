"""Distributions against their moments and their bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from rarebit.core.rng import stream
from rarebit.language.distributions.beta import Beta, BetaShape
from rarebit.language.distributions.choice import Choice
from rarebit.language.distributions.constant import Constant
from rarebit.language.distributions.empirical import Empirical
from rarebit.language.distributions.log_normal import LogBell, LogNormal
from rarebit.language.distributions.log_uniform import LogUniform
from rarebit.language.distributions.mixture import Mixture, Part
from rarebit.language.distributions.normal import Bell, Normal
from rarebit.language.distributions.triangular import Triangle, Triangular
from rarebit.language.distributions.truncated_normal import CutBell, TruncatedNormal
from rarebit.language.distributions.uniform import Uniform
from rarebit.language.distributions.values import Weighted
from rarebit.language.kinds import Distribution

COUNT = 4000


def cut(**bell: float) -> TruncatedNormal:
    return TruncatedNormal(truncated_normal=CutBell(**bell))


def _sample(distribution: Distribution) -> np.ndarray:
    rng = stream(1, "test")
    return np.array([float(distribution.draw(rng)) for _ in range(COUNT)])


@pytest.mark.parametrize(
    ("distribution", "frozen"),
    [
        (LogNormal(log_normal=LogBell(median=1.5, sigma=0.4)), stats.lognorm(0.4, scale=1.5)),
        (Triangular(triangular=Triangle(min=2.0, mode=5.0, max=6.0)), stats.triang(0.75, 2.0, 4.0)),
        (Triangular(triangular=Triangle(min=2.0, mode=2.0, max=6.0)), stats.triang(0.0, 2.0, 4.0)),
        (Beta(beta=BetaShape(a=2.0, b=5.0, min=10.0, max=50.0)), stats.beta(2.0, 5.0, 10.0, 40.0)),
        (Uniform(uniform=(-2.0, 5.0)), stats.uniform(-2.0, 7.0)),
        (LogUniform(log_uniform=(0.1, 100.0)), stats.loguniform(0.1, 100.0)),
        (Normal(normal=Bell(mean=3.0, std=2.0)), stats.norm(3.0, 2.0)),
        (
            cut(mean=2.6, std=0.6, min=1.2, max=4.5),
            stats.truncnorm((1.2 - 2.6) / 0.6, (4.5 - 2.6) / 0.6, 2.6, 0.6),
        ),
        (cut(mean=0.0, std=1.0, min=4.0, max=5.0), stats.truncnorm(4.0, 5.0)),
        (cut(mean=0.0, std=1.0, min=-5.0, max=-4.0), stats.truncnorm(-5.0, -4.0)),
    ],
)
def test_samples_follow_the_distribution(distribution: Distribution, frozen: object) -> None:
    assert stats.kstest(_sample(distribution), frozen.cdf).pvalue > 1e-3  # type: ignore[attr-defined]


def test_weights_are_relative() -> None:
    rng = stream(2, "test")
    choice = Choice(choice=(Weighted("a", 3.0), Weighted("b", 1.0), Weighted("never", 0.0)))
    drawn = [choice.draw(rng) for _ in range(COUNT)]
    assert drawn.count("a") / COUNT == pytest.approx(0.75, abs=0.03)
    assert "never" not in drawn


def test_quantiles_are_those_of_the_distribution() -> None:
    for made, frozen in (
        (LogNormal(log_normal=LogBell(median=1.5, sigma=0.4)), stats.lognorm(0.4, scale=1.5)),
        (Beta(beta=BetaShape(a=2.0, b=5.0)), stats.beta(2.0, 5.0)),
        (Triangular(triangular=Triangle(min=0.0, mode=1.0, max=4.0)), stats.triang(0.25, 0.0, 4.0)),
        (cut(mean=2.6, std=0.6, min=1.2, max=4.5), stats.truncnorm((1.2 - 2.6) / 0.6, (4.5 - 2.6) / 0.6, 2.6, 0.6)),
    ):
        for u in (0.01, 0.2, 0.5, 0.9, 0.999):
            assert made.quantile(u) == pytest.approx(frozen.ppf(u), rel=1e-9)


def test_an_empirical_sample_has_its_own_quantiles() -> None:
    sample = (5.0, 1.0, 2.0, 2.0, 9.0)
    made = Empirical(empirical=sample)
    for u in (0.0, 0.1, 0.25, 0.6, 0.999):
        assert made.quantile(u) == pytest.approx(float(np.quantile(sample, u)))
    assert made.ends() == (1.0, 9.0)


def test_a_mixture_takes_its_parts_by_weight() -> None:
    low, high = Uniform(uniform=(0.0, 2.0)), Uniform(uniform=(10.0, 40.0))
    mixture = Mixture(mixture=(Part(of=low, weight=3.0), Part(of=high, weight=7.0)))
    values = _sample(mixture)
    assert np.mean(values < 5.0) == pytest.approx(0.3, abs=0.03)
    assert stats.kstest(values[values < 5.0], stats.uniform(0.0, 2.0).cdf).pvalue > 1e-3
    assert stats.kstest(values[values > 5.0], stats.uniform(10.0, 30.0).cdf).pvalue > 1e-3
    assert (mixture.quantile(0.15), mixture.quantile(0.3), mixture.quantile(0.65)) == pytest.approx((1.0, 10.0, 25.0))
    assert mixture.ends() == (0.0, 2.0, 10.0, 40.0)


def test_constant_takes_nothing_from_the_stream() -> None:
    rng = stream(0, "test")
    assert Constant(constant=3).draw(rng) == 3
    assert rng.random() == stream(0, "test").random()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Uniform(uniform=(2.0, 1.0)), "above the high end"),
        (lambda: LogUniform(log_uniform=(0.0, 1.0)), "0 < low"),
        (lambda: Normal(normal=Bell(mean=0.0, std=0.0)), "std"),
        (lambda: cut(mean=0.0, std=1.0, min=2.0, max=1.0), "not below"),
        (lambda: cut(mean=0.0, std=1.0, min=20.0, max=21.0), "next to nothing"),
        (lambda: LogBell(median=0.0, sigma=1.0), "above 0"),
        (lambda: Triangle(min=1.0, mode=0.5, max=2.0), "rise"),
        (lambda: BetaShape(a=0.0, b=1.0), "above 0"),
        (lambda: BetaShape(a=1.0, b=1.0, min=2.0, max=1.0), "not below"),
        (lambda: Mixture(mixture=(Part(of=Constant(constant=1), weight=0.0),)), "all 0"),
        (lambda: Choice(choice=()), "nothing to choose"),
        (lambda: Choice(choice=(Weighted(1, 0.0), Weighted(2, 0.0))), "not all 0"),
        (lambda: Choice(choice=(Weighted(1, 1.0), Weighted(2, math.nan))), "0 or more"),
    ],
)
def test_wrong_parameters(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]
