"""After another rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from rarebit.language.kinds import Condition, condition
from rarebit.reading.marks import RuleRef, Within
from rarebit.world_view import WorldView

_SAME_S = 1e-9


@condition("after", example="{after: lead_brakes, delay_s: 0.8}")
@dataclass(frozen=True, slots=True, kw_only=True)
class After(Condition):
    """True once another rule has fired and the delay has passed.

    Attributes:
        after: the rule.
        delay_s: after it fired.
    """

    after: RuleRef
    delay_s: Annotated[float, Within(0, 600)] = 0.0

    def holds(self, world: WorldView) -> bool:
        """See Condition."""
        return self.after in world.fired_s and world.time_s >= world.fired_s[self.after] + self.delay_s - _SAME_S

    def earliest_s(self, rules: Mapping[str, float]) -> float:
        """See Condition."""
        return rules.get(self.after, math.inf) + self.delay_s
