"""How a parameter is drawn: uniform, normal, truncated normal, log-uniform, choice, constant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeAlias

import numpy as np

from rarebit.reading.expressions import Scalar

_STANDARD = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """Always the same value."""

    value: Scalar

    def draw(self, rng: np.random.Generator) -> Scalar:
        """The value; takes nothing from ``rng``."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Any value from ``low`` to ``high``, all alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"the low end {self.low:g} is above the high end {self.high:g}")

    def draw(self, rng: np.random.Generator) -> Scalar:
        """One value."""
        return self.low + (self.high - self.low) * float(rng.random())


@dataclass(frozen=True, slots=True, kw_only=True)
class LogUniform:
    """Any value from ``low`` to ``high``, every order of magnitude alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 < self.low <= self.high:
            raise ValueError(f"needs 0 < low <= high, got low {self.low:g} and high {self.high:g}")

    def draw(self, rng: np.random.Generator) -> Scalar:
        """One value."""
        value = self.low * math.exp(math.log(self.high / self.low) * float(rng.random()))
        return min(max(value, self.low), self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """The bell curve, unbounded unless ``low`` and ``high`` cut it (then the truncated normal, drawn by inversion)."""

    mean: float
    std: float
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not self.std > 0.0:
            raise ValueError(f"std is {self.std:g}; it must be above 0")
        if not self.low < self.high:
            raise ValueError(f"min {self.low:g} is not below max {self.high:g}")
        if self._share() < 1e-9:
            raise ValueError(f"next to nothing of mean {self.mean:g}, std {self.std:g} lies from {self.low:g} to {self.high:g}")

    def draw(self, rng: np.random.Generator) -> Scalar:
        """One value."""
        flip = self.mean < self.low  # the far upper tail is drawn as the mirrored lower one, where the inverse is exact
        low, high = self._cut()
        if flip:
            low, high = -high, -low
        start, end = _STANDARD.cdf(low), _STANDARD.cdf(high)
        share = min(max(start + (end - start) * float(rng.random()), 1e-300), 1.0 - 1e-16)
        z = _STANDARD.inv_cdf(share)
        return min(max(self.mean + self.std * (-z if flip else z), self.low), self.high)

    def _cut(self) -> tuple[float, float]:
        return (self.low - self.mean) / self.std, (self.high - self.mean) / self.std

    def _share(self) -> float:
        low, high = self._cut()
        return _STANDARD.cdf(high) - _STANDARD.cdf(low) if low < 0 else _STANDARD.cdf(-low) - _STANDARD.cdf(-high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of ``options``; ``weights`` are relative."""

    options: tuple[Scalar, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.options:
            raise ValueError("there is nothing to choose from")
        if any(not (math.isfinite(weight) and weight >= 0.0) for weight in self.weights) or not sum(self.weights) > 0.0:
            raise ValueError("weights must be 0 or more and not all 0")

    def draw(self, rng: np.random.Generator) -> Scalar:
        """One option."""
        at = float(rng.random()) * math.fsum(self.weights)
        for option, weight in zip(self.options, self.weights, strict=True):
            at -= weight
            if at < 0.0:
                return option
        return next(option for option, weight in zip(self.options[::-1], self.weights[::-1], strict=True) if weight > 0.0)


Distribution: TypeAlias = Constant | Uniform | LogUniform | Normal | Choice
