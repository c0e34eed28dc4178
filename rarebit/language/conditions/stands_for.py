"""Standing for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.conditions.faster_than import FasterThan
from rarebit.language.conditions.not_ import Not
from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import EGO, ActorRef, Within
from rarebit.world_view import WorldView

_STANDING_MPS = 0.1
_SAME_S = 1e-9


@condition("stands_for_s", example="{stands_for_s: 1.0, actor: lead}")
@dataclass(frozen=True, slots=True, kw_only=True)
class StandsFor(Condition):
    """True once an actor has stood for a while.

    Attributes:
        stands_for_s: how long.
        actor: who.
    """

    stands_for_s: Annotated[float, Within(0, 600)]
    actor: ActorRef = EGO

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        since_s = world.since_s.get(self._standing())
        return since_s is not None and world.time_s >= since_s + self.stands_for_s - _SAME_S

    def earliest_s(self, rules: Mapping[str, float]) -> float:
        """See Condition."""
        return self.stands_for_s

    def timed(self) -> tuple[Condition, ...]:
        """See Condition."""
        return (self._standing(),)

    def _standing(self) -> Condition:
        return Not(not_=FasterThan(faster_than_mps=_STANDING_MPS, actor=self.actor))
