"""Seen in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit.history import RunView
from rarebit.language.kinds import Criterion, criterion
from rarebit.reading.marks import ActorRef, Within


@criterion("seen", example="{actor: child, visible: 0.3, within_s: 1.5}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Criterion):
    """The front camera sees the actor in time.

    Attributes:
        actor: who is seen.
        visible: share of the actor that must be visible at some time.
        within_s: after the first rule fired.
    """

    actor: ActorRef
    visible: Annotated[float, Within(0, 1)]
    within_s: Annotated[float, Within(0, 600)]

    def judge(self, run: RunView) -> Iterator[str]:
        """See Criterion."""
        seen = run.history.visible_fraction.get(self.actor)
        if seen is None:
            yield f"{self.actor}: not in the scene"
        elif run.first is not None:
            time_us = run.history.time_us[run.first :]
            looked = seen[run.first :][time_us <= time_us[0] + self.within_s * 1e6]
            best = float(np.nanmax(looked)) if np.isfinite(looked).any() else 0.0
            if best < self.visible:
                yield (
                    f"{self.actor}: visible to {best:.0%} at most within {self.within_s:g} s of the event, "
                    f"expected {self.visible:.0%}"
                )

    def watched(self) -> tuple[str, ...]:
        """See Criterion."""
        return (self.actor,)

    def looks(self, time_s: float, fired_s: Mapping[str, float], shown: Mapping[str, Mapping[float, float]]) -> bool:
        """See Criterion; once it was seen, nothing can change that."""
        if not fired_s or time_s > (first_s := min(fired_s.values())) + self.within_s:
            return False
        return not any(at_s >= first_s and share >= self.visible for at_s, share in shown.get(self.actor, {}).items())
