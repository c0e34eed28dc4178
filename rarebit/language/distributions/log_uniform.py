"""All orders of magnitude alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Fixed, LowFirst


@distribution("log_uniform", example="{log_uniform: [0.1, 10]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class LogUniform(Distribution):
    """Any value from the low end to the high end, every order of magnitude alike.

    Attributes:
        log_uniform: the two ends, above 0.
    """

    log_uniform: Annotated[tuple[float, float], LowFirst(), Fixed()]

    def __post_init__(self) -> None:
        low, high = self.log_uniform
        if not 0.0 < low <= high:
            raise ValueError(f"needs 0 < low <= high, got low {low:g} and high {high:g}; correct the ends")

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        low, high = self.log_uniform
        return min(max(low * math.exp(math.log(high / low) * u), low), high)

    @property
    def varies(self) -> bool:
        """See Distribution."""
        return self.log_uniform[0] < self.log_uniform[1]

    def ends(self) -> tuple[Scalar, ...]:
        """See Distribution."""
        return self.log_uniform
