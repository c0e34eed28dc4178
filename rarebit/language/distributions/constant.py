"""No draw at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit.language.distributions.values import OneValue
from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.expressions import Scalar


@distribution("constant", example="{constant: 3}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Distribution):
    """Always the same value; a plain value means this.

    Attributes:
        constant: the value.
    """

    constant: Annotated[Scalar, OneValue()]

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        return self.constant

    def draw(self, rng: np.random.Generator) -> Scalar:
        """The value; takes nothing from ``rng``."""
        return self.constant

    @property
    def varies(self) -> bool:
        """See Distribution."""
        return False

    def ends(self) -> tuple[Scalar, ...]:
        """See Distribution."""
        return (self.constant,)
