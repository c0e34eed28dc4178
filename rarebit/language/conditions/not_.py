"""The opposite."""

from __future__ import annotations

from dataclasses import dataclass

from rarebit.language.kinds import Condition, condition
from rarebit.world_view import WorldView


@condition("not", example="{not: {faster_than_kph: 5, actor: lead}}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Condition):
    """True while a condition is not.

    Attributes:
        not_: the condition.
    """

    not_: Condition

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        return not self.not_.holds(world)

    def parts(self) -> tuple[Condition, ...]:
        """See Condition."""
        return (self.not_,)
