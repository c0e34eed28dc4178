"""Arms, turns and traffic lights that a template's junction has not, and places on arms that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rarebit.core.errors import Fault
from rarebit.language.checks.names import block
from rarebit.language.logical import LogicalScenario
from rarebit.language.road_family import RoadFamily
from rarebit.language.spec import Spec
from rarebit.reading.entries import Entry
from rarebit.reading.records import Draft
from rarebit.roads.junctions import ARMS
from rarebit.roads.profile import RoadProfile
from rarebit.roads.route import Turn

_TURNS = {"right": 1, "straight": 2, "left": 3}  # arms further, counter-clockwise


def check_arms(logical: LogicalScenario, specs: Sequence[Spec]) -> Iterator[Fault]:
    """A fault for each place, turn and light that some draw asks of a junction in vain."""
    for spec in specs:
        yield from _ego(logical, spec)
        yield from _meetings(logical, spec)
        if isinstance(spec.road, RoadFamily):
            profile = spec.road.profile()
            yield from _lacking(logical, spec, profile)


def _ego(logical: LogicalScenario, spec: Spec) -> Iterator[Fault]:
    at = spec.ego.at
    if at is None:
        asks = bool(spec.signals) or any(actor.at.arm for actor in spec.actors.values())
        if asks:
            problem = "does not come to a junction, but the scenario speaks of arms"
            yield _of(logical, "ego").fault(problem, "add at: {arm: near, before_m: 60}")
    elif at.arm != "near":
        yield _of(logical, "ego", "at").fault(f"{at.arm} is never ego's arm", "write near: the arms are named as ego sees them")
    elif at.before_m is None:
        yield _of(logical, "ego", "at").fault("does not say how far before the junction", "add before_m")


def _meetings(logical: LogicalScenario, spec: Spec) -> Iterator[Fault]:
    meeting = {
        name
        for rule in spec.story.values()
        for name, several in rule.do.items()
        if any(one.meeting() is not None for one in several)
    }
    for name, actor in spec.actors.items():
        if actor.at.arm is not None and actor.at.before_m is None and name not in meeting:
            problem = "does not say how far before the junction, and arrives with nobody"
            yield _of(logical, "actors", name, "at").fault(
                problem, "add before_m, or let the story have it arrive_with another"
            )


def _lacking(logical: LogicalScenario, spec: Spec, profile: RoadProfile) -> Iterator[Fault]:
    assert isinstance(spec.road, RoadFamily)
    where = spec.road.registered.name
    known = ", ".join(profile.arms) or "none; take the template junction"
    near = "near" if spec.ego.at else None
    places: list[tuple[tuple[str, ...], str | None, Turn]] = [(("ego", "at"), near, spec.ego.route)]
    places += [(("actors", name, "at"), actor.at.arm, actor.route) for name, actor in spec.actors.items()]
    for path, arm, route in places:
        if arm is None:
            continue
        if arm not in profile.arms:  # of an actor the check of lanes tells it
            if path[0] == "ego":
                yield _of(logical, *path).fault(f"{where} has no arm {arm}", f"its arms are {known}")
        elif (leads := ARMS[(ARMS.index(arm) + _TURNS[route]) % 4]) not in profile.arms:
            seen = f"{route} from the arm {arm} leads to the arm {leads}"
            yield _of(logical, *path[:-1]).fault(
                f"{seen}, which {where} has not", f"choose another route; its arms are {known}"
            )
    for arm in spec.signals:
        if arm not in profile.arms:
            yield _of(logical, "signals", arm).fault(f"{where} has no arm {arm}", f"its arms are {known}")
        elif not profile.signalised:
            yield _of(logical, "signals", arm).fault(f"the {where} has no traffic lights", "add signals: true to the road")
    if profile.arms and spec.ego.at is None and spec.ego.route != "straight":
        yield _of(logical, "ego").fault("turns, but says not where", "add at: {arm: near, before_m: 60}")


def _of(logical: LogicalScenario, *path: str) -> Entry:
    """Where something is written, or the innermost block around it that is."""
    entry = logical.draft.entry
    if path[0] == "actors":
        drafts = block(logical.draft, "actors")
        draft = drafts.get(path[1])
        entry, path = (draft.entry if isinstance(draft, Draft) else entry), path[2:]
    for key in path:
        if isinstance(entry.value, dict) and key in entry.value:
            entry = entry.value[key]
    return entry
