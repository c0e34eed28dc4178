"""The bell curve."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated

from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Fixed

_STANDARD = NormalDist()
_LEAST, _GREATEST = 1e-300, 1.0 - 1e-16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """A bell curve.

    Attributes:
        mean: its middle.
        std: its standard deviation, above 0.
    """

    mean: Annotated[float, Fixed()]
    std: Annotated[float, Fixed()]

    def __post_init__(self) -> None:
        if not self.std > 0.0:
            raise ValueError(f"std is {self.std:g}; it must be above 0")


@distribution("normal", example="{normal: {mean: 1.2, std: 0.3}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Normal(Distribution):
    """The bell curve, without ends.

    Attributes:
        normal: its mean and standard deviation.
    """

    normal: Bell

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        return self.normal.mean + self.normal.std * _STANDARD.inv_cdf(min(max(u, _LEAST), _GREATEST))
