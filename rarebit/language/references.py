"""Checks that go across blocks: names that refer to actors, rules and parameters, and what formulas give."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rarebit.core.errors import Fault, SpecError
from rarebit.families import populate_families
from rarebit.language.distributions import Choice, Constant, LogUniform, Normal, Uniform
from rarebit.language.draw import draw_values
from rarebit.language.logical import Block, Constraint, LogicalScenario, terms
from rarebit.language.shapes import Term, fault_of, nearest
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import ExpressionError, Scalar, parse

_PROBES = 24
_ACTOR_KEYS = ("from", "behind", "time_to_reach", "distance_to", "gap_to", "actor", "between", "of")
_RULE_KEYS = ("after", "until")
_MOVES = {  # which kinds of actors can do what
    "brake_mps2": ("vehicle.",),
    "change_lane": ("vehicle.",),
    "lights_on": ("vehicle.",),
    "lights_off": ("vehicle.",),
    "run_across": ("walker.", "carlite.", "static."),
    "walk_across": ("walker.", "carlite.", "static."),
    "roll": ("carlite.", "static."),
    "reach_speed_mps": ("vehicle.", "walker."),
}


def check_names(top: Entry, faults: list[Fault]) -> None:
    """Actors and rules that are referred to exist; places and rules do not wait for each other in a circle."""
    blocks = {key: _keys(top, key) for key in ("actors", "story", "ego")}
    actors = ["ego", *blocks["actors"]]
    for key in ("actors", "story", "accept"):
        for name, entry in _references(top, key):
            known = actors if name in _ACTOR_KEYS else list(blocks["story"])
            if isinstance(entry.value, str) and entry.value not in known:
                what = "actor" if name in _ACTOR_KEYS else "rule"
                faults.append(entry.fault(f"there is no {what} {entry.value!r}", nearest(entry.value, known)))
    for rule in blocks["story"].values():
        for name, entry in _keys(rule, "do").items():
            if name not in actors:
                faults.append(entry.fault(f"there is no actor {name!r}", nearest(name, actors)))
            _check_moves(name, entry, top, faults)
    for name, entry in blocks["actors"].items():
        if any(name.startswith(f"{family}_") for family in populate_families()):
            faults.append(entry.fault("begins like the names that populate gives", "choose another name"))
    _check_circles(blocks["actors"], ("from", "behind"), "stands relative to itself", faults)
    _check_circles(blocks["story"], ("after",), "waits for itself", faults)


def _check_moves(name: str, entry: Entry, top: Entry, faults: list[Fault]) -> None:
    owner = top if name == "ego" else Entry(_keys(top, "actors"), "", "")
    model = _keys(owner, name).get("model")
    word = model.value if model else "vehicle.lincoln.mkz_2020" if name == "ego" else None
    if not isinstance(word, str) or "$" in word:
        return
    for item in entry.value if isinstance(entry.value, list) else [entry]:
        for key in item.value if isinstance(item.value, dict) else ():
            allowed = next((kinds for move, kinds in _MOVES.items() if key.split("_m")[0] == move.split("_m")[0]), None)
            if allowed and not word.startswith(allowed):
                able = ", ".join(kind.rstrip(".") for kind in allowed)
                faults.append(item.fault(f"{key} is nothing that {word} can do", f"only {able} can"))


def _check_circles(entries: Mapping[str, Entry], keys: tuple[str, ...], problem: str, faults: list[Fault]) -> None:
    points = {
        name: [e.value for key, e in _walk(entry) if key in keys and isinstance(e.value, str)]
        for name, entry in entries.items()
    }
    for name, entry in entries.items():
        seen, pending = set(), list(points[name])
        while pending:
            other = pending.pop()
            if other == name:
                faults.append(entry.fault(problem, f"break the circle of {' and '.join(keys)}"))
                break
            if other not in seen and other in points:
                seen.add(other)
                pending.extend(points[other])


def _keys(entry: Entry, key: str) -> dict[str, Entry]:
    inner = entry.value.get(key) if isinstance(entry.value, dict) else None
    return inner.value if inner is not None and isinstance(inner.value, dict) else {}


def _references(top: Entry, block: str) -> Iterator[tuple[str, Entry]]:
    for name, inner in _keys(top, block).items():
        for key, entry in _walk(inner):
            if key in (*_ACTOR_KEYS, *_RULE_KEYS):
                items = entry.value if isinstance(entry.value, list) else [entry]
                yield from ((key, item) for item in items)
        del name


def _walk(entry: Entry) -> Iterator[tuple[str, Entry]]:
    """All keys below an entry with their values."""
    if isinstance(entry.value, dict):
        for key, item in entry.value.items():
            yield key, item
            yield from _walk(item)
    elif isinstance(entry.value, list):
        for item in entry.value:
            yield from _walk(item)


def read_constraints(entries: list[Entry], known: list[str], faults: list[Fault]) -> tuple[Constraint, ...]:
    """Parses the constraints; faults for what is no comparison of parameters."""
    found = []
    for entry in entries:
        if not isinstance(entry.value, str):
            faults.append(entry.fault("is no comparison", "write something like $gap_m >= 2"))
            continue
        try:
            formula = parse(entry.value)
        except ExpressionError as error:
            faults.append(entry.fault(f"is no comparison: {error}", "write something like $gap_m >= 2"))
            continue
        unknown = [name for name in formula.names() if name not in known]
        faults += [entry.fault(f"there is no parameter {name!r}", nearest(name, known)) for name in unknown]
        if not formula.is_condition() or not formula.names():
            faults.append(entry.fault("is no comparison of parameters", "compare with <, <=, >, >=, == or !="))
        elif not unknown:
            found.append(Constraint(formula=formula, entry=entry))
    return tuple(found)


def check_formulas(body: Block, known: list[str], faults: list[Fault]) -> None:
    """Parameters that formulas name exist."""
    for term in terms(body):
        for name in term.formula.names():
            if name not in known:
                faults.append(term.entry.fault(f"there is no parameter {name!r}", nearest(name, known)))


def probe(spec: LogicalScenario, faults: list[Fault]) -> None:
    """Tries formulas on drawn values and on the ends of the distributions; reports each formula once.

    Also finds constraints that cannot be met. Works on what is right of a spec that has other faults.
    """
    try:
        draws = [draw_values(spec, 0, index, 0) for index in range(_PROBES)]
    except SpecError as error:
        faults.extend(error.faults)
        draws = [draw_values(replace(spec, constraints=()), 0, index, 0) for index in range(_PROBES)]
    drawn = {p.name for p in spec.parameters}
    for term in terms(spec.body):
        if not drawn.issuperset(term.formula.names()):
            continue  # reported where the parameter is missing or wrong
        for values in [*draws, *_extremes(term, spec)]:
            try:
                term.value(values)
            except ValueError as error:
                fault = fault_of(term.entry, error)
                shown = ", ".join(f"${name} = {_short(values[name])}" for name in term.formula.names())
                faults.append(term.entry.fault(f"{fault.problem} (with {shown})" if shown else fault.problem, fault.remedy))
                break


def _extremes(term: Term, spec: LogicalScenario) -> Iterator[dict[str, Scalar]]:
    """For a formula of a single, unconstrained parameter: every option, or both ends."""
    names = term.formula.names()
    tied = {name for constraint in spec.constraints for name in constraint.formula.names()}
    if len(names) != 1 or names[0] in tied:
        return
    distribution = next(p.distribution for p in spec.parameters if p.name == names[0])
    ends: tuple[Any, ...] = ()
    if isinstance(distribution, Choice):
        ends = distribution.options
    elif isinstance(distribution, (Uniform, LogUniform, Normal)):
        ends = tuple(end for end in (distribution.low, distribution.high) if math.isfinite(end))
    elif isinstance(distribution, Constant):
        ends = (distribution.value,)
    for end in ends:
        yield {names[0]: end}


def _short(value: Scalar) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
