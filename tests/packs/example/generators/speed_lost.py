"""A measure of this pack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rarebit.history import RunView
from rarebit.language.kinds import Measure, measure
from rarebit.reading.marks import ActorRef


@measure("speed_lost_mps", example="{of: lead, in: [5, 20]}", worse="high")
@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedLost(Measure):
    """How much slower an actor is at the end than at the first event.

    Attributes:
        of: the actor.
    """

    of: ActorRef

    def value(self, run: RunView) -> float:
        """See Measure."""
        speed = np.linalg.norm(run.history.tracks[self.of].velocity_mps, axis=1)
        return float(speed[run.start] - speed[-1])

    def actors(self) -> tuple[str, ...]:
        """See Measure."""
        return (self.of,)
