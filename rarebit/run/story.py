"""When rules fire: a pure function of what the actors do at a tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rarebit.scenario import (
    After,
    AllOf,
    AnyOf,
    AtTime,
    Condition,
    DistanceBelow,
    GapBelow,
    Rule,
    SpeedAbove,
    TimeToReach,
)
from rarebit.world_view import WorldView

_STANDING_MPS = 0.1


@dataclass(frozen=True, slots=True)
class Story:
    """The rules of a scenario and when each has fired (seconds)."""

    rules: tuple[Rule, ...]
    fired_s: Mapping[str, float] = field(default_factory=dict)

    def step(self, view: WorldView) -> tuple[Story, Sequence[Rule]]:
        """The story after a tick, and the rules that fire in it, in the order of the spec.

        A rule fires once. Rules see those that fired earlier in the same tick, so ``After`` without delay follows at once if it
        stands below.
        """
        fired, fresh = dict(self.fired_s), []
        for rule in self.rules:
            if rule.name not in fired and holds(rule.when, view, fired):
                fired[rule.name] = view.time_s
                fresh.append(rule)
        return Story(self.rules, fired), fresh


def holds(condition: Condition, view: WorldView, fired_s: Mapping[str, float]) -> bool:
    """Whether ``condition`` is true now."""
    match condition:
        case AtTime():
            return view.time_s >= condition.time_s - 1e-9
        case TimeToReach():
            ahead = view.ahead_m(condition.actor, condition.target)
            speed = view.speed_mps[condition.actor]
            limit_s = condition.below_s
            if condition.crossing_mps is not None:
                limit_s += abs(view.beside_m(condition.actor, condition.target)) / max(condition.crossing_mps, _STANDING_MPS)
            return ahead <= 0.0 or (speed > _STANDING_MPS and ahead / speed <= limit_s)
        case DistanceBelow():
            offset = view.position_m[condition.actor] - view.position_m[condition.target]
            return bool(np.hypot(offset[0], offset[1]) < condition.below_m)
        case GapBelow():
            ahead = view.ahead_m(condition.actor, condition.target)
            gap = ahead - view.half_length_m[condition.actor] - view.half_length_m[condition.target]
            return ahead > 0.0 and gap < condition.below_m
        case SpeedAbove():
            return view.speed_mps[condition.actor] > condition.above_mps
        case After():
            return condition.rule in fired_s and view.time_s >= fired_s[condition.rule] + condition.delay_s - 1e-9
        case AllOf():
            return all(holds(part, view, fired_s) for part in condition.conditions)
        case AnyOf():
            return any(holds(part, view, fired_s) for part in condition.conditions)
