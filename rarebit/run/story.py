"""When rules fire: a pure function of what the actors do at a tick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rarebit.language.kinds import Condition
from rarebit.scenario import Rule
from rarebit.world_view import WorldView


@dataclass(frozen=True, slots=True)
class Story:
    """The rules of a scenario, when each has fired, and since when conditions hold that are timed (seconds)."""

    rules: tuple[Rule, ...]
    fired_s: Mapping[str, float] = field(default_factory=dict)
    since_s: Mapping[object, float] = field(default_factory=dict)

    def step(self, view: WorldView) -> tuple[Story, Sequence[Rule]]:
        """The story after a tick, and the rules that fire in it, in the order of the spec.

        A rule fires once. Rules see those that fired earlier in the same tick, so ``after`` without delay follows at once if it
        stands below.
        """
        fired, fresh = dict(self.fired_s), []
        since = self._since(replace(view, fired_s=fired))
        for rule in self.rules:
            if rule.name not in fired and rule.when.holds(replace(view, fired_s=fired, since_s=since)):
                fired[rule.name] = view.time_s
                fresh.append(rule)
        return Story(self.rules, fired, since), fresh

    def _since(self, view: WorldView) -> dict[object, float]:
        """Since when each timed condition holds, inner ones first: those that wait for others see them."""
        since: dict[object, float] = {}
        for rule in self.rules:
            for condition in _timed(rule.when):
                if condition not in since and condition.holds(replace(view, since_s=since)):
                    since[condition] = self.since_s.get(condition, view.time_s)
        return since


def _timed(condition: Condition) -> Iterator[Condition]:
    for part in condition.parts():
        yield from _timed(part)
    yield from condition.timed()
