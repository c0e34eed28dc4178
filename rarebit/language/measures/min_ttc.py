"""Time to collision."""

from __future__ import annotations

from dataclasses import dataclass

from rarebit import criticality
from rarebit.history import RunView
from rarebit.language.kinds import PairMeasure, measure
from rarebit.language.measures.pairs import footprints


@measure("min_ttc_s", example="{between: [ego, child], in: [0, 1.5]}", worse="low")
@dataclass(frozen=True, slots=True, kw_only=True)
class MinTtc(PairMeasure):
    """Smallest time to collision: until the boxes would touch if both kept their velocities."""

    def value(self, run: RunView) -> float:
        """See Measure."""
        return float(criticality.time_to_collision_s(*footprints(run, self.between)).min())
