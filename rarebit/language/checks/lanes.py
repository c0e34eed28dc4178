"""Lanes and arms that a template's road has not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rarebit.core.errors import Fault
from rarebit.language.checks.names import block
from rarebit.language.logical import LogicalScenario
from rarebit.language.places.in_lane import InLane
from rarebit.language.road_family import RoadFamily
from rarebit.language.spec import Spec
from rarebit.reading.entries import Entry
from rarebit.reading.marks import EGO
from rarebit.reading.records import Draft
from rarebit.roads.profile import RoadProfile

_OTHER_SIDE = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands crosswise: in which lane of ego's direction or of the other, counted from its left.

    ``index`` is None beside the driving lanes.
    """

    forward: bool
    index: int | None


def check_lanes(logical: LogicalScenario, specs: Sequence[Spec]) -> Iterator[Fault]:
    """A fault for each actor that some draw puts into a lane, or on an arm, which its template does not make."""
    drafts = block(logical.draft, "actors")
    told: set[str] = set()
    for spec in specs:
        if not isinstance(spec.road, RoadFamily):
            continue
        profile = spec.road.profile()
        for name, actor in spec.actors.items():
            arm = actor.at.arm
            if arm is not None and arm not in profile.arms and name not in told:
                told.add(name)
                there = f"use one of {', '.join(profile.arms)}" if profile.arms else "choose a template with a junction"
                yield _entry(drafts[name], "arm").fault(f"{spec.road.registered.name} has no arm {arm}", there)
        for name, reference in lacking(spec, profile):
            if name not in told:
                told.add(name)
                at = spec.actors[name].at
                problem = f"{spec.road.registered.name} has no lane {at.lane} seen from {at.reference}"
                offered = [lane for lane in profile.places if standing(lane, reference, profile) is not None]
                yield _entry(drafts[name], "lane").fault(problem, f"use one of {', '.join(offered)}")


def lacking(spec: Spec, profile: RoadProfile) -> Iterator[tuple[str, Standing]]:
    """Actors that stand in no lane of the road, with where the actor stands that they count from.

    Who counts from them is not told too.
    """
    known: dict[str, Standing | None] = {EGO: Standing(True, profile.lane_index(spec.ego.lane))}
    pending = {name: actor.at for name, actor in spec.actors.items()}
    while ready := [name for name, at in pending.items() if at.reference in known]:
        for name in ready:
            at = pending.pop(name)
            reference = known[at.reference]
            known[name] = None
            if isinstance(at, InLane) and reference is not None:
                known[name] = standing(at.lane, reference, profile)
                if known[name] is None:
                    yield name, reference


def standing(lane: str, reference: Standing, profile: RoadProfile) -> Standing | None:
    """Where ``lane`` leads seen from ``reference``; None where there is no such lane."""
    head, _, tail = lane.partition("_")
    own, other = profile.lanes, profile.opposite_lanes
    if not reference.forward:
        own, other = other, own
    if lane == "same":
        return reference
    if head == "opposite":
        return Standing(not reference.forward, int(tail) - 1) if int(tail) <= other else None
    if head in ("left", "right"):
        if reference.index is None:
            return Standing(reference.forward, None)
        index = reference.index + (int(tail) if head == "right" else -int(tail))
        return Standing(reference.forward, index) if 0 <= index < own else None
    seen = tail if reference.forward else _OTHER_SIDE[tail]
    return Standing(reference.forward, None) if profile.offers(f"{head}_{seen}") else None


def _entry(draft: Draft, key_of_place: str) -> Entry:
    """Where a key of an actor's place is written."""
    entry = draft.entry
    for key in ("at", key_of_place):
        if isinstance(entry.value, dict):
            entry = entry.value.get(key, entry)
    return entry
