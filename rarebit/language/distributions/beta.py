"""A shape between two ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from scipy.special import betaincinv

from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaShape:
    """A beta distribution.

    Attributes:
        a: first shape parameter, above 0.
        b: second shape parameter, above 0.
        min: the low end.
        max: the high end.
    """

    a: Annotated[float, Fixed()]
    b: Annotated[float, Fixed()]
    min: Annotated[float, Fixed()] = 0.0
    max: Annotated[float, Fixed()] = 1.0

    def __post_init__(self) -> None:
        if not (self.a > 0.0 and self.b > 0.0):
            raise ValueError(f"got a {self.a:g} and b {self.b:g}; both must be above 0")
        if not self.min < self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}; swap them")


@distribution("beta", example="{beta: {a: 2, b: 5, min: 10, max: 50}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Beta(Distribution):
    """The beta distribution, stretched between two ends.

    Attributes:
        beta: its shape and its ends.
    """

    beta: BetaShape

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        share = float(betaincinv(self.beta.a, self.beta.b, u))
        return self.beta.min + (self.beta.max - self.beta.min) * share

    def ends(self) -> tuple[Scalar, ...]:
        """See Distribution."""
        return self.beta.min, self.beta.max
