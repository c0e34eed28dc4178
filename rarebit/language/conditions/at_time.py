"""From a time on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import Within
from rarebit.world_view import WorldView

_SAME_S = 1e-9


@condition("at_time_s", example="{at_time_s: 1.5}")
@dataclass(frozen=True, slots=True, kw_only=True)
class AtTime(Condition):
    """True from this time on.

    Attributes:
        at_time_s: since the start of the scene.
    """

    at_time_s: Annotated[float, Within(0, 3600)]

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        return world.time_s >= self.at_time_s - _SAME_S

    def earliest_s(self, rules: Mapping[str, float]) -> float:
        """See Condition."""
        return self.at_time_s
