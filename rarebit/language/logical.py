"""A logical scenario: a checked spec, its parameters not drawn yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rarebit.core.errors import Fault, SpecError
from rarebit.language.constraints import Constraint
from rarebit.language.kinds import Distribution
from rarebit.language.spec import Spec
from rarebit.reading.expressions import Scalar
from rarebit.reading.records import Draft, build
from rarebit.reading.shapes import Checked, Term
from rarebit.reading.values import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What is drawn under ``name``."""

    name: str
    distribution: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalScenario:
    """One spec.

    Attributes:
        name, summary, tags: as written.
        file: where it was read from.
        content: hash of what it says, comments and layout of the file apart.
        parameters, constraints: in the order of the file.
        draft: the whole spec, with a ``Term`` for every formula.
        folded: the same, built already as far as it holds no formula.
    """

    name: str
    summary: str
    tags: tuple[str, ...]
    file: str
    content: str
    parameters: tuple[Parameter, ...]
    constraints: tuple[Constraint, ...]
    draft: Draft
    folded: Checked

    def evaluate(self, values: Mapping[str, Scalar]) -> Spec:
        """The spec with every formula replaced by its value.

        Raises:
            SpecError: formulas that have no value, or one that cannot stand where it is used.
        """
        faults: list[Fault] = []
        spec: Spec | None = build(self.folded, values, faults)
        if faults:
            raise SpecError(faults)
        assert spec is not None
        return spec

    @property
    def varies(self) -> bool:
        """Whether two draws can differ: a parameter that is drawn, company, or a stretch of a town that is chosen."""
        company = bool(self.draft.values.get("populate"))
        chosen = any(isinstance(draft, Draft) and "town" in draft.values for draft in (self.draft.values.get("road"),))
        return company or chosen or any(parameter.distribution.varies for parameter in self.parameters)


def terms(checked: Any) -> Iterator[Term]:
    """Every formula of what was read."""
    return (item for item in _leaves(checked) if isinstance(item, Term))


def references(checked: Any) -> Iterator[Reference]:
    """Every name in what was read that stands for an actor or a rule."""
    return (item for item in _leaves(checked) if isinstance(item, Reference))


def _leaves(checked: Any) -> Iterator[Any]:
    if isinstance(checked, Draft):
        yield from _leaves(checked.values)
    elif isinstance(checked, Mapping):
        for item in checked.values():
            yield from _leaves(item)
    elif isinstance(checked, tuple):
        for item in checked:
            yield from _leaves(item)
    else:
        yield checked
