"""The bell curve between two ends."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated

from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Fixed

_STANDARD = NormalDist()
_LEAST, _GREATEST = 1e-300, 1.0 - 1e-16
_NEXT_TO_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class CutBell:
    """A bell curve of which only a part counts.

    Attributes:
        mean: the middle of the whole curve.
        std: the standard deviation of the whole curve, above 0.
        min: the low end.
        max: the high end.
    """

    mean: Annotated[float, Fixed()]
    std: Annotated[float, Fixed()]
    min: Annotated[float, Fixed()]
    max: Annotated[float, Fixed()]

    def __post_init__(self) -> None:
        if not self.std > 0.0:
            raise ValueError(f"std is {self.std:g}; it must be above 0")
        if not self.min < self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}; swap them")
        if self.share() < _NEXT_TO_NOTHING:
            bell = f"mean {self.mean:g}, std {self.std:g}"
            raise ValueError(f"next to nothing of {bell} lies from {self.min:g} to {self.max:g}; move the ends to the mean")

    def cut(self) -> tuple[float, float]:
        """The ends in standard deviations from the mean."""
        return (self.min - self.mean) / self.std, (self.max - self.mean) / self.std

    def share(self) -> float:
        """Of the whole curve."""
        low, high = self.cut()
        return _STANDARD.cdf(high) - _STANDARD.cdf(low) if low < 0 else _STANDARD.cdf(-low) - _STANDARD.cdf(-high)


@distribution("truncated_normal", example="{truncated_normal: {mean: 2.8, std: 0.5, min: 1.8, max: 4.2}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class TruncatedNormal(Distribution):
    """The bell curve between two ends, drawn by inversion.

    Attributes:
        truncated_normal: its mean, standard deviation and ends.
    """

    truncated_normal: CutBell

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        bell = self.truncated_normal
        flip = bell.mean < bell.min  # the far upper tail is the mirrored lower one, where the inverse is exact
        low, high = bell.cut()
        if flip:
            low, high = -high, -low
        start, end = _STANDARD.cdf(low), _STANDARD.cdf(high)
        z = _STANDARD.inv_cdf(min(max(start + (end - start) * u, _LEAST), _GREATEST))
        return min(max(bell.mean + bell.std * (-z if flip else z), bell.min), bell.max)

    def ends(self) -> tuple[Scalar, ...]:
        """See Distribution."""
        return self.truncated_normal.min, self.truncated_normal.max
