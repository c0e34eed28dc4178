"""The bell curve of the logarithm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Annotated

from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Fixed

_STANDARD = NormalDist()
_LEAST, _GREATEST = 1e-300, 1.0 - 1e-16


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBell:
    """A bell curve of the logarithm.

    Attributes:
        median: half of the values are below it.
        sigma: standard deviation of the natural logarithm, above 0.
    """

    median: Annotated[float, Fixed()]
    sigma: Annotated[float, Fixed()]

    def __post_init__(self) -> None:
        if not (self.median > 0.0 and self.sigma > 0.0):
            raise ValueError(f"got median {self.median:g} and sigma {self.sigma:g}; both must be above 0")


@distribution("log_normal", example="{log_normal: {median: 1.2, sigma: 0.4}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormal(Distribution):
    """Values above 0 whose logarithm follows the bell curve, such as reaction times.

    Attributes:
        log_normal: its median and the deviation of the logarithm.
    """

    log_normal: LogBell

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        z = _STANDARD.inv_cdf(min(max(u, _LEAST), _GREATEST))
        return self.log_normal.median * math.exp(self.log_normal.sigma * z)
