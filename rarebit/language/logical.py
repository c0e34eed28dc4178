"""A logical scenario: a checked spec, its parameters not drawn yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rarebit.core.errors import Fault, SpecError
from rarebit.language.distributions import Distribution
from rarebit.language.shapes import Term, fault_of
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import Formula, Scalar

Block: TypeAlias = Mapping[str, Any]  # checked data: the keys of rarebit.language.language, with Terms for formulas


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What is drawn under ``name``."""

    name: str
    distribution: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A comparison that every draw satisfies."""

    formula: Formula
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalScenario:
    """One spec.

    Attributes:
        name, summary, tags: as written.
        file: where it was read from.
        content: hash of what it says, comments and layout of the file apart.
        parameters, constraints: in the order of the file.
        body: the other blocks ("road", "environment", "ego", "actors", "populate", "story", "accept", "duration_s").
    """

    name: str
    summary: str
    tags: tuple[str, ...]
    file: str
    content: str
    parameters: tuple[Parameter, ...]
    constraints: tuple[Constraint, ...]
    body: Block

    def evaluate(self, values: dict[str, Scalar]) -> Block:
        """The body with every formula replaced by its value.

        Raises:
            SpecError: formulas that have no value, or one that cannot stand where it is used.
        """
        faults: list[Fault] = []
        result: Block = _evaluate(self.body, values, faults)
        if faults:
            raise SpecError(faults)
        return result


def terms(data: Any) -> Iterator[Term]:
    """Every formula of checked data."""
    if isinstance(data, Term):
        yield data
    elif isinstance(data, Mapping):
        for item in data.values():
            yield from terms(item)
    elif isinstance(data, tuple):
        for item in data:
            yield from terms(item)


def _evaluate(data: Any, values: dict[str, Scalar], faults: list[Fault]) -> Any:
    if isinstance(data, Term):
        try:
            return data.value(values)
        except ValueError as error:
            shown = ", ".join(f"${name} = {values[name]}" for name in data.formula.names() if name in values)
            fault = fault_of(data.entry, error)
            problem = f"{fault.problem} with {shown}" if shown else fault.problem
            faults.append(data.entry.fault(problem, fault.remedy))
            return None
    if isinstance(data, Mapping):
        return {key: _evaluate(item, values, faults) for key, item in data.items()}
    return tuple(_evaluate(item, values, faults) for item in data) if isinstance(data, tuple) else data
