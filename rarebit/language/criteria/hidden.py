"""Hidden until it happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from rarebit.history import RunView
from rarebit.language.kinds import Criterion, criterion
from rarebit.reading.marks import ActorRef, RuleRef, Within


@criterion("hidden", example="{actor: child, until: go}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden(Criterion):
    """The front camera cannot see the actor before the rule fires.

    Attributes:
        actor: who is hidden.
        until: the rule.
        visible: share of the actor that may be visible all the same.
    """

    actor: ActorRef
    until: RuleRef
    visible: Annotated[float, Within(0, 1)] = 0.1

    def judge(self, run: RunView) -> Iterator[str]:
        """See Criterion."""
        at_us, seen = run.rule_us(self.until), run.history.visible_fraction.get(self.actor)
        if seen is None:
            yield f"{self.actor}: not in the scene"
        elif at_us is not None:
            time_us = run.history.time_us
            before = np.flatnonzero((time_us <= at_us) & (seen > self.visible))
            if len(before):
                first = before[0]
                yield (
                    f"{self.actor}: visible to {seen[first]:.0%} at {time_us[first] * 1e-6:.1f} s, "
                    f"expected at most {self.visible:.0%} until {self.until} at {at_us * 1e-6:.1f} s"
                )

    def watched(self) -> tuple[str, ...]:
        """See Criterion."""
        return (self.actor,)

    def looks(self, time_s: float, fired_s: Mapping[str, float], shown: Mapping[str, Mapping[float, float]]) -> bool:
        """See Criterion; the first time that it is visible is the one that counts."""
        if time_s > fired_s.get(self.until, time_s):
            return False
        return not any(share > self.visible for share in shown.get(self.actor, {}).values())
