"""One of several conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import Count
from rarebit.world_view import WorldView


@condition("any_of", example="{any_of: [{at_time_s: 1}, {gap_to: lead, below_m: 10}]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Condition):
    """True while at least one of them is.

    Attributes:
        any_of: the conditions.
    """

    any_of: Annotated[tuple[Condition, ...], Count(1, 20)]

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        return any(part.holds(world) for part in self.any_of)

    def earliest_s(self, rules: Mapping[str, float]) -> float:
        """See Condition."""
        return min(part.earliest_s(rules) for part in self.any_of)

    def parts(self) -> tuple[Condition, ...]:
        """See Condition."""
        return self.any_of
