"""Most often one value, the others less the farther they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangle:
    """A triangle.

    Attributes:
        min: the low end.
        mode: the most frequent value.
        max: the high end.
    """

    min: Annotated[float, Fixed()]
    mode: Annotated[float, Fixed()]
    max: Annotated[float, Fixed()]

    def __post_init__(self) -> None:
        if not self.min <= self.mode <= self.max or self.min == self.max:
            shown = f"min {self.min:g}, mode {self.mode:g}, max {self.max:g}"
            raise ValueError(f"got {shown}; they must rise in this order")


@distribution("triangular", example="{triangular: {min: 20, mode: 45, max: 60}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Triangular(Distribution):
    """Between two ends, most often near one value.

    Attributes:
        triangular: its ends and the most frequent value.
    """

    triangular: Triangle

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        low, mode, high = self.triangular.min, self.triangular.mode, self.triangular.max
        if u * (high - low) < mode - low:
            return low + math.sqrt(u * (high - low) * (mode - low))
        return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))

    def ends(self) -> tuple[Scalar, ...]:
        """See Distribution."""
        return self.triangular.min, self.triangular.max
