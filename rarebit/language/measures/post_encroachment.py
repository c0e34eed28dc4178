"""Post-encroachment time."""

from __future__ import annotations

from dataclasses import dataclass

from rarebit import criticality
from rarebit.history import RunView
from rarebit.language.kinds import PairMeasure, measure
from rarebit.language.measures.pairs import footprints


@measure("post_encroachment_s", example="{between: [ego, child], in: [0, 1.5]}", worse="low")
@dataclass(frozen=True, slots=True, kw_only=True)
class PostEncroachment(PairMeasure):
    """Shortest time between one leaving a place and the other taking it; 0 where they touched."""

    def value(self, run: RunView) -> float:
        """See Measure."""
        return criticality.post_encroachment_s(*footprints(run, self.between), run.step_s)
