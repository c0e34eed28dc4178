"""Who meets whom in a run, seen from boxes alone: some servers tell no touch, and none tells those of others than the ego."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rarebit.history import History, Track
from rarebit.run import criticality
from rarebit.run.artefacts.shapes import moves, reach_m, shrunk
from rarebit.run.carrying import TOUCHES_M
from rarebit.scenario import Collision, ConcreteScenario

_TOUCH_M = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Two that touch, and the first tick at which they do."""

    first: str
    second: str
    tick: int


def story_of(scenario: ConcreteScenario) -> set[str]:
    """Everybody whom the spec names; the rest only fills the scene."""
    named = {plan.name for plan in scenario.actors if plan.role in ("hazard", "occluder", "static")}
    return {"ego", *named, *scenario.hazards, *(name for rule in scenario.story for name, _ in rule.do)}


def meetings(scenario: ConcreteScenario, history: History) -> Iterator[Meeting]:
    """All pairs that touch; those that stand beside each other the whole time apart.

    Two of the story touch when their boxes do. Among those who fill the scene, the boxes must overlap by more than boxes are
    larger than the bodies in them, and one of them has to be a vehicle.
    """
    story, flying = story_of(scenario), {plan.name for plan in scenario.actors if plan.place.height_m > 0.0}
    tracks = list(history.tracks.values())
    for i, a in enumerate(tracks):
        for b in tracks[i + 1 :]:
            named = a.name in story and b.name in story
            if not named and not any(t.type_id.startswith("vehicle.") or t.name in story for t in (a, b)):
                continue
            if not (moves(a) or moves(b)):
                continue
            sunk_m = TOUCHES_M if a.name in flying or b.name in flying else 0.0
            tick = _first_touch(a, b, exact=named, sunk_m=sunk_m)
            if tick is not None:
                yield Meeting(first=a.name, second=b.name, tick=tick)


def _first_touch(a: Track, b: Track, *, exact: bool, sunk_m: float) -> int | None:
    close = np.flatnonzero(np.linalg.norm(a.position_m[:, :2] - b.position_m[:, :2], axis=1) < reach_m(a, b) + _TOUCH_M)
    if not len(close):
        return None
    boxes = (criticality.boxes(a), criticality.boxes(b)) if exact else (shrunk(a), shrunk(b))
    apart = criticality.distance_m(boxes[0][close], boxes[1][close]) - (_TOUCH_M if exact else 0.0)
    heights = np.abs(a.position_m[close, 2] - b.position_m[close, 2]) - (a.size_lwh_m[2] + b.size_lwh_m[2]) / 2.0 + sunk_m
    touching = close[(apart <= 0.0) & (heights < 0.0)]
    return int(touching[0]) if len(touching) else None


def permitted(scenario: ConcreteScenario, history: History) -> dict[str, int]:
    """Who has a part in a collision that the spec allows, and from which tick on.

    That is the ego and whom of the story it touches, and then whoever those are thrown against.
    """
    rule = next((c for c in scenario.accept if isinstance(c, Collision)), Collision())
    if not (rule.allowed or rule.required):
        return {}
    story, found = story_of(scenario), sorted(meetings(scenario, history), key=lambda m: m.tick)
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
