"""Speed at the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit.history import RunView
from rarebit.language.kinds import Measure, measure
from rarebit.reading.marks import EGO, ActorRef, Count, OneOrMany


@measure("ego_speed_at_event_mps", example="{in: [5, 15]}", worse="high")
@dataclass(frozen=True, slots=True, kw_only=True)
class EgoSpeedAtEvent(Measure):
    """Speed when the first rule fired, of ego unless another is named.

    Attributes:
        of: whose.
    """

    of: Annotated[tuple[ActorRef, ...], OneOrMany(), Count(1, 1)] = (EGO,)

    def value(self, run: RunView) -> float:
        """See Measure."""
        return float(np.linalg.norm(run.history.tracks[self.of[0]].velocity_mps[run.start]))

    def actors(self) -> tuple[str, ...]:
        """See Measure."""
        return self.of

    @classmethod
    def of_hazards(cls, hazards: Sequence[str]) -> tuple[Measure, ...]:
        """See Measure."""
        return (cls(),)
