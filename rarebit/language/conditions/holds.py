"""For a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import Within
from rarebit.world_view import WorldView

_SAME_S = 1e-9


@condition("holds", example="{holds: {gap_to: lead, below_m: 15}, for_s: 1.5}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(Condition):
    """True once a condition has been true for a while without a break.

    Attributes:
        holds_: the condition.
        for_s: how long.
    """

    holds_: Condition
    for_s: Annotated[float, Within(0, 600)]

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        since_s = world.since_s.get(self.holds_)
        return since_s is not None and world.time_s >= since_s + self.for_s - _SAME_S

    def earliest_s(self, rules: Mapping[str, float]) -> float:
        """See Condition."""
        return self.holds_.earliest_s(rules) + self.for_s

    def parts(self) -> tuple[Condition, ...]:
        """See Condition."""
        return (self.holds_,)

    def timed(self) -> tuple[Condition, ...]:
        """See Condition."""
        return (self.holds_,)
