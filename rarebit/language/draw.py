"""Draws a scenario's parameters so that its constraints hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rarebit.core.errors import SpecError
from rarebit.core.rng import stream
from rarebit.language.constraints import Constraint
from rarebit.language.logical import LogicalScenario, Parameter
from rarebit.reading.expressions import ExpressionError, Scalar

TRIES = 5000


def draw_values(spec: LogicalScenario, seed: int, index: int, attempt: int) -> dict[str, Scalar]:
    """A value for each parameter, in the order of the file.

    Each parameter has a random stream of its own. Parameters that constraints tie together are redrawn together until these
    hold (rejection sampling, which keeps the distributions exact); the others are left alone.

    Raises:
        SpecError: constraints that hold in none of ``TRIES`` draws; it names the one that fails most.
    """
    streams = {p.name: stream(seed, spec.name, index, attempt, "parameter", p.name) for p in spec.parameters}
    values: dict[str, Scalar] = {}
    for parameters, constraints in _groups(spec.parameters, spec.constraints):
        values.update(_draw_group(parameters, constraints, streams))
    return {p.name: values[p.name] for p in spec.parameters}


def _draw_group(
    parameters: Sequence[Parameter], constraints: Sequence[Constraint], streams: dict[str, np.random.Generator]
) -> dict[str, Scalar]:
    failed = [0] * len(constraints)
    for _ in range(TRIES):
        values = {p.name: p.distribution.draw(streams[p.name]) for p in parameters}
        for i, constraint in enumerate(constraints):
            if not _holds(constraint, values):
                failed[i] += 1
                break
        else:
            return values
    worst = constraints[int(np.argmax(failed))]
    names = ", ".join(worst.formula.names()) or "no parameter"
    problem = f"no draw of {TRIES} satisfies the constraints; this one fails most ({max(failed)} times)"
    raise SpecError([worst.entry.fault(problem, f"widen the distributions of {names} or relax it")])


def _holds(constraint: Constraint, values: dict[str, Scalar]) -> bool:
    try:
        return constraint.formula.value(values).value is True
    except ExpressionError as error:
        raise SpecError([constraint.entry.fault(str(error), "correct the formula")]) from error


def _groups(
    parameters: Sequence[Parameter], constraints: Sequence[Constraint]
) -> list[tuple[list[Parameter], list[Constraint]]]:
    """Parameters that constraints tie together, with these constraints."""
    root = {p.name: p.name for p in parameters}

    def find(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    for constraint in constraints:
        names = constraint.formula.names()
        for name in names[1:]:
            root[find(name)] = find(names[0])
    groups: dict[str, tuple[list[Parameter], list[Constraint]]] = {}
    for parameter in parameters:
        groups.setdefault(find(parameter.name), ([], []))[0].append(parameter)
    for constraint in constraints:
        groups[find(constraint.formula.names()[0])][1].append(constraint)
    return list(groups.values())
