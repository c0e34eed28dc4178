"""Distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rarebit import criticality
from rarebit.history import RunView
from rarebit.language.kinds import PairMeasure, measure
from rarebit.language.measures.pairs import footprints


@measure("min_distance_m", example="{between: [ego, lead], in: [0.2, 15]}", worse="low")
@dataclass(frozen=True, slots=True, kw_only=True)
class MinDistance(PairMeasure):
    """Smallest distance between the boxes, height included; 0 where they touched."""

    def value(self, run: RunView) -> float:
        """See Measure."""
        tracks = [run.history.tracks[name] for name in self.between]
        high = criticality.height_gap_m(*tracks)[run.start :]
        return float(np.hypot(criticality.distance_m(*footprints(run, self.between)), high).min())
