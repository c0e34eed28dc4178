"""What the rules look at: a run, and what several of them need of it, found once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from rarebit.history import History
from rarebit.language.criteria.collision import Collision
from rarebit.run.artefacts.meetings import Meeting, meetings, story_of
from rarebit.scenario import ConcreteScenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run.

    Attributes:
        scenario: what was wanted. history: what happened.
        step_s: length of a tick.
        story: everybody whom the spec names.
        meetings: all pairs that touch.
        thrown: who has a part in a collision that the spec allows, and from which tick on.
    """

    scenario: ConcreteScenario
    history: History
    step_s: float
    story: frozenset[str]
    meetings: tuple[Meeting, ...]
    thrown: Mapping[str, int]

    def end(self, name: str) -> int:
        """The tick from which on ``name`` is excused: an allowed collision has thrown it about."""
        return self.thrown.get(name, len(self.history.time_us))

    def time_s(self, tick: int) -> float:
        """Seconds since time 0."""
        return float(self.history.time_us[tick]) * 1e-6


def case_of(scenario: ConcreteScenario, history: History) -> Case:
    """The case of a run."""
    story = story_of(scenario)
    found = tuple(meetings(scenario, history, story))
    return Case(
        scenario=scenario,
        history=history,
        step_s=float(history.time_us[1] - history.time_us[0]) * 1e-6,
        story=story,
        meetings=found,
        thrown=_thrown(scenario, history, story, found),
    )


def _thrown(scenario: ConcreteScenario, history: History, story: frozenset[str], found: tuple[Meeting, ...]) -> dict[str, int]:
    """The ego and whom of the story it touches, and then whoever those are thrown against; nobody if none is allowed."""
    rule = next((c for c in scenario.accept if isinstance(c, Collision)), Collision())
    if rule.collision == "forbidden":
        return {}
    told = [Meeting(first="ego", second=name, tick=tick) for name, tick in _told(history) if name in story]
    since: dict[str, int] = {}
    for meeting in sorted([*found, *told], key=lambda m: m.tick):
        pair = {meeting.first, meeting.second}
        if ("ego" in pair and pair <= story) or any(since.get(name, meeting.tick + 1) <= meeting.tick for name in pair):
            for name in pair:
                since.setdefault(name, meeting.tick)
    return since


def _told(history: History) -> Iterator[tuple[str, int]]:
    """Touches of the ego that the server has told: of whom, and at which tick."""
    for event in history.events:
        if event.kind == "collision":
            yield event.name.split("/", 1)[1], int(np.searchsorted(history.time_us, event.time_us))
