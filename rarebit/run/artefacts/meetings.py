"""Who meets whom in a run, seen from boxes alone: some servers tell no touch, and none tells those of others than the ego."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit import criticality
from rarebit.history import History, Track
from rarebit.run.artefacts.shapes import moves, reach_m, shrunk
from rarebit.run.carrying import TOUCHES_M
from rarebit.scenario import ConcreteScenario

_TOUCH_M = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Two that touch, and the first tick at which they do."""

    first: str
    second: str
    tick: int


def story_of(scenario: ConcreteScenario) -> frozenset[str]:
    """Everybody whom the spec names; the rest only fills the scene."""
    named = {plan.name for plan in scenario.actors if plan.role in ("hazard", "occluder", "static")}
    return frozenset(("ego", *named, *scenario.hazards, *(name for rule in scenario.story for name, _ in rule.do)))


def meetings(scenario: ConcreteScenario, history: History, story: frozenset[str]) -> Iterator[Meeting]:
    """All pairs that touch; those that stand beside each other the whole time apart.

    Two of the story touch when their boxes do. Among those who fill the scene, the boxes must overlap by more than boxes are
    larger than the bodies in them, and one of them has to be a vehicle.
    """
    flying = {plan.name for plan in scenario.actors if plan.place.height_m > 0.0}
    tracks = list(history.tracks.values())
    named = np.array([track.name in story for track in tracks])
    solid = named | np.array([track.type_id.startswith("vehicle.") for track in tracks])
    moving = np.array([moves(track) for track in tracks])
    wanted = _may_meet(tracks) & (solid[:, None] | solid[None]) & (moving[:, None] | moving[None])
    for i, j in zip(*np.nonzero(np.triu(wanted, 1)), strict=True):
        a, b = tracks[i], tracks[j]
        sunk_m = TOUCHES_M if a.name in flying or b.name in flying else 0.0
        tick = _first_touch(a, b, exact=bool(named[i] and named[j]), sunk_m=sunk_m)
        if tick is not None:
            yield Meeting(first=a.name, second=b.name, tick=tick)


def _may_meet(tracks: Sequence[Track]) -> NDArray[np.bool_]:
    """(n, n) whether the areas that two have been in overlap."""
    reach = np.array([np.linalg.norm(track.size_lwh_m[:2]) / 2.0 + _TOUCH_M for track in tracks])
    low = np.stack([track.position_m[:, :2].min(axis=0) for track in tracks]) - reach[:, None]
    high = np.stack([track.position_m[:, :2].max(axis=0) for track in tracks]) + reach[:, None]
    return np.asarray(((low[:, None] <= high[None]) & (low[None] <= high[:, None])).all(axis=2))


def _first_touch(a: Track, b: Track, *, exact: bool, sunk_m: float) -> int | None:
    close = np.flatnonzero(np.linalg.norm(a.position_m[:, :2] - b.position_m[:, :2], axis=1) < reach_m(a, b) + _TOUCH_M)
    if not len(close):
        return None
    boxes = (criticality.boxes(a), criticality.boxes(b)) if exact else (shrunk(a), shrunk(b))
    apart = criticality.distance_m(boxes[0][close], boxes[1][close]) - (_TOUCH_M if exact else 0.0)
    heights = np.abs(a.position_m[close, 2] - b.position_m[close, 2]) - (a.size_lwh_m[2] + b.size_lwh_m[2]) / 2.0 + sunk_m
    touching = close[(apart <= 0.0) & (heights < 0.0)]
    return int(touching[0]) if len(touching) else None
