"""All of several conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import Count
from rarebit.world_view import WorldView


@condition("all_of", example="{all_of: [{at_time_s: 1}, {faster_than_kph: 20}]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Condition):
    """True while all of them are.

    Attributes:
        all_of: the conditions.
    """

    all_of: Annotated[tuple[Condition, ...], Count(1, 20)]

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        return all(part.holds(world) for part in self.all_of)

    def earliest_s(self, rules: Mapping[str, float]) -> float:
        """See Condition."""
        return max(part.earliest_s(rules) for part in self.all_of)

    def parts(self) -> tuple[Condition, ...]:
        """See Condition."""
        return self.all_of
