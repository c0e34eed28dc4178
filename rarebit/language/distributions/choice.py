"""One of several values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.distributions.values import OptionsShape, Weighted
from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar


@distribution("choice", example="{choice: {vehicle.seat.leon: 3, vehicle.audi.tt: 1}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Distribution):
    """One of several values: all alike in a list, by weight in a mapping of values to weights.

    Attributes:
        choice: the values, with or without relative weights.
    """

    choice: Annotated[tuple[Weighted, ...], OptionsShape()]

    def __post_init__(self) -> None:
        if not self.choice:
            raise ValueError("there is nothing to choose from; give at least one value")
        weights = [option.weight for option in self.choice]
        if any(not (math.isfinite(weight) and weight >= 0.0) for weight in weights) or not sum(weights) > 0.0:
            raise ValueError("weights must be 0 or more and not all 0; correct them")

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        at = u * math.fsum(option.weight for option in self.choice)
        for option in self.choice:
            at -= option.weight
            if at < 0.0:
                return option.value
        return next(option.value for option in self.choice[::-1] if option.weight > 0.0)

    @property
    def varies(self) -> bool:
        """See Distribution."""
        return len(self.ends()) > 1

    def ends(self) -> tuple[Scalar, ...]:
        """Every value that can be drawn."""
        return tuple(dict.fromkeys(option.value for option in self.choice if option.weight > 0.0))
