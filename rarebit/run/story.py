"""When rules fire: a pure function of what the actors do at a tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rarebit.scenario import Rule
from rarebit.world_view import WorldView


@dataclass(frozen=True, slots=True)
class Story:
    """The rules of a scenario and when each has fired (seconds)."""

    rules: tuple[Rule, ...]
    fired_s: Mapping[str, float] = field(default_factory=dict)

    def step(self, view: WorldView) -> tuple[Story, Sequence[Rule]]:
        """The story after a tick, and the rules that fire in it, in the order of the spec.

        A rule fires once. Rules see those that fired earlier in the same tick, so ``after`` without delay follows at once if it
        stands below.
        """
        fired, fresh = dict(self.fired_s), []
        for rule in self.rules:
            if rule.name not in fired and rule.when.holds(replace(view, fired_s=fired)):
                fired[rule.name] = view.time_s
                fresh.append(rule)
        return Story(self.rules, fired), fresh
