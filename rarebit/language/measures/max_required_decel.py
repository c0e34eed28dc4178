"""Deceleration to avoid a crash."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rarebit import criticality
from rarebit.history import RunView
from rarebit.language.kinds import PairMeasure, measure
from rarebit.language.measures.pairs import footprints

_TYRES_MPS2 = 12.0  # no road tyre brakes harder; a pair about to touch asks for any amount


@measure("max_required_decel_mps2", example="{between: [ego, lead], in: [5.5, 9]}", worse="high")
@dataclass(frozen=True, slots=True, kw_only=True)
class MaxRequiredDecel(PairMeasure):
    """Largest deceleration that braking in time asked of ego (DRAC).

    Infinite once braking could not have kept the two apart: more than 12 m/s^2 was needed, or they touched. Such a draw has no
    required deceleration, and no band holds it.
    """

    def value(self, run: RunView) -> float:
        """See Measure."""
        needed = float(criticality.required_deceleration_mps2(*footprints(run, self.between)).max())
        return needed if needed <= _TYRES_MPS2 else math.inf
