"""Names that refer to actors, rules and parameters: that these exist, are used, and do not wait for each other in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from rarebit.core.errors import Fault
from rarebit.language.constraints import Constraint
from rarebit.language.construct import constructs
from rarebit.language.logical import references, terms
from rarebit.reading.advice import nearest
from rarebit.reading.entries import Entry
from rarebit.reading.marks import EGO
from rarebit.reading.records import Draft


def check_names(spec: Draft, faults: list[Fault]) -> None:
    """Actors and rules that are referred to exist, and no place is relative to itself."""
    actors, rules = block(spec, "actors"), block(spec, "story")
    known = {"actor": [EGO, *actors], "rule": list(rules)}
    for reference in references(spec):
        if reference.name not in known[reference.kind]:
            problem = f"there is no {reference.kind} {reference.name!r}"
            faults.append(reference.entry.fault(problem, nearest(reference.name, known[reference.kind])))
    for _, name, entry, _ in directed(spec):
        if name not in known["actor"]:
            faults.append(entry.fault(f"there is no actor {name!r}", nearest(name, known["actor"])))
    for name, actor in actors.items():
        if isinstance(actor, Draft) and any(name.startswith(f"{family}_") for family in constructs("company")):
            faults.append(actor.entry.fault("begins like the names that populate gives", "choose another name"))
    _check_circles(actors, "actor", "stands relative to itself", "break the circle of places", faults)


def check_parameters(
    spec: Draft, names: Mapping[str, Entry], constraints: Iterable[Constraint], also: Set[str], faults: list[Fault]
) -> None:
    """Parameters that formulas name exist, and each that there is is used, there or ``also``."""
    used = [(name, term.entry) for term in terms(spec) for name in term.formula.names()]
    used += [(name, constraint.entry) for constraint in constraints for name in constraint.formula.names()]
    for name, entry in used:
        if name not in names:
            faults.append(entry.fault(f"there is no parameter {name!r}", nearest(name, names)))
    for name, entry in names.items():
        if name not in also and name not in {used_name for used_name, _ in used}:
            faults.append(entry.fault("is used nowhere", f"use ${name} somewhere, or take the parameter out"))


def block(spec: Draft, name: str) -> Mapping[str, Any]:
    """What was read of a block of names, {} where it is missing or wrong."""
    found = spec.values.get(name)
    return found if isinstance(found, Mapping) else {}


def directed(spec: Draft) -> Iterator[tuple[str, str, Entry, tuple[Draft, ...]]]:
    """Whom the story directs: (rule, actor, where it stands, maneuvers)."""
    for rule, draft in block(spec, "story").items():
        do = draft.values.get("do") if isinstance(draft, Draft) else None
        if not isinstance(do, Mapping) or not isinstance(draft.entry.value, dict):
            continue
        entries = draft.entry.value["do"].value
        if not isinstance(entries, dict):
            continue
        for actor, maneuvers in do.items():
            yield rule, actor, entries[actor], tuple(one for one in maneuvers or () if isinstance(one, Draft))


def _check_circles(blocks: Mapping[str, Any], kind: str, problem: str, remedy: str, faults: list[Fault]) -> None:
    points = {name: [r.name for r in references(draft) if r.kind == kind] for name, draft in blocks.items()}
    for name, draft in blocks.items():
        seen, pending = set(), list(points[name])
        while pending:
            other = pending.pop()
            if other == name:
                if isinstance(draft, Draft):
                    faults.append(draft.entry.fault(problem, remedy))
                break
            if other not in seen and other in points:
                seen.add(other)
                pending.extend(points[other])
