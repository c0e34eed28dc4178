"""All values alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Fixed, LowFirst


@distribution("uniform", example="{uniform: [30, 55]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform(Distribution):
    """Any value from the low end to the high end, all alike.

    Attributes:
        uniform: the two ends.
    """

    uniform: Annotated[tuple[float, float], LowFirst(), Fixed()]

    def __post_init__(self) -> None:
        low, high = self.uniform
        if not low <= high:
            raise ValueError(f"the low end {low:g} is above the high end {high:g}; write [{high:g}, {low:g}]")

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        low, high = self.uniform
        return low + (high - low) * u

    @property
    def varies(self) -> bool:
        """See Distribution."""
        return self.uniform[0] < self.uniform[1]

    def ends(self) -> tuple[Scalar, ...]:
        """See Distribution."""
        return self.uniform
