"""Tries a spec on drawn values and on the ends of its distributions, before any server starts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rarebit.core.errors import Fault, SpecError
from rarebit.language.checks.arms import check_arms
from rarebit.language.checks.lanes import check_lanes
from rarebit.language.checks.models import check_models
from rarebit.language.checks.timing import check_timing
from rarebit.language.draw import draw_values
from rarebit.language.logical import LogicalScenario, terms
from rarebit.language.spec import Spec
from rarebit.reading.expressions import Scalar
from rarebit.reading.shapes import Term, fault_of

PROBES = 24
Check = Callable[[LogicalScenario, Sequence[Spec]], Iterator[Fault]]
CHECKS: tuple[Check, ...] = (check_lanes, check_arms, check_timing)


def check_draws(spec: LogicalScenario, faults: list[Fault], *, any_model: bool = False) -> None:
    """Formulas that go wrong for some values, each once; and where there are none, what whole draws show."""
    count = PROBES if spec.varies else 1
    try:
        draws = [draw_values(spec, 0, index, 0) for index in range(count)]
    except SpecError as error:
        faults.extend(error.faults)
        draws = [draw_values(replace(spec, constraints=()), 0, index, 0) for index in range(count)]
    check_formulas(spec, draws, faults)
    check_models(spec, draws, faults, any_model=any_model)
    if faults:
        return
    specs = []
    for values in [*draws, *_other_ends(spec, draws[0])]:
        try:
            specs.append(spec.evaluate(values))
        except SpecError as error:
            faults += [fault for fault in error.faults if fault not in faults]
    for check in () if faults else CHECKS:
        faults += dict.fromkeys(check(spec, specs))


def check_formulas(spec: LogicalScenario, draws: Sequence[dict[str, Scalar]], faults: list[Fault]) -> None:
    """Formulas that have no value, or one that cannot stand where it is used, for some draw or at an end."""
    drawn = {p.name for p in spec.parameters}
    for term in terms(spec.draft):
        if not drawn.issuperset(term.formula.names()):
            continue  # reported where the parameter is missing or wrong
        for values in [*draws, *_ends(term, spec)]:
            try:
                term.value(values)
            except ValueError as error:
                fault = fault_of(term.entry, error)
                shown = ", ".join(f"${name} = {_short(values[name])}" for name in term.formula.names())
                faults.append(term.entry.fault(f"{fault.problem} (with {shown})" if shown else fault.problem, fault.remedy))
                break


def _ends(term: Term, spec: LogicalScenario) -> Iterator[dict[str, Scalar]]:
    """For a formula of a single, unconstrained parameter: the ends of its distribution, every option of a choice."""
    names = term.formula.names()
    if len(names) == 1 and names[0] not in _tied(spec):
        parameter = next(p for p in spec.parameters if p.name == names[0])
        yield from ({names[0]: end} for end in parameter.distribution.ends())


def _other_ends(spec: LogicalScenario, values: dict[str, Scalar]) -> Iterator[dict[str, Scalar]]:
    """Draws in which one unconstrained parameter stands at an end."""
    tied = _tied(spec)
    free = [parameter for parameter in spec.parameters if parameter.name not in tied]
    pairs = itertools.chain.from_iterable(((p.name, end) for end in p.distribution.ends()) for p in free)
    return ({**values, name: end} for name, end in pairs if end != values[name])


def _tied(spec: LogicalScenario) -> set[str]:
    return {name for constraint in spec.constraints for name in constraint.formula.names()}


def _short(value: Scalar) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
