"""Values that were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Count, Fixed


@distribution("empirical", example="{empirical: [22, 31, 34, 35, 38, 52]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Empirical(Distribution):
    """As a sample of measured values is spread: its quantiles, with straight lines between them.

    Attributes:
        empirical: the values, in any order; one that came several times stands there as often.
    """

    empirical: Annotated[tuple[Annotated[float, Fixed()], ...], Count(2, 10000)]

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        values = sorted(self.empirical)
        at = u * (len(values) - 1)
        i = min(int(at), len(values) - 2)
        return values[i] + (at - i) * (values[i + 1] - values[i])

    @property
    def varies(self) -> bool:
        """See Distribution."""
        return min(self.empirical) < max(self.empirical)

    def ends(self) -> tuple[Scalar, ...]:
        """See Distribution."""
        return min(self.empirical), max(self.empirical)
