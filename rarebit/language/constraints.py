"""Constraints: comparisons of parameters that every draw satisfies."""

from __future__ import annotations

from dataclasses import dataclass

from rarebit.core.errors import Fault
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import ExpressionError, Formula, parse
from rarebit.reading.shapes import Checked, Json
from rarebit.reading.units import Unit
from rarebit.reading.values import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A comparison that every draw satisfies."""

    formula: Formula
    entry: Entry


class ConstraintShape:
    """``$gap_m >= 2``; that the parameters exist is checked when the whole spec is read."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """The constraint as ``Given``; None after a fault."""
        if not isinstance(entry.value, str):
            faults.append(entry.fault("is no comparison", "write something like $gap_m >= 2"))
            return None
        try:
            formula = parse(entry.value)
        except ExpressionError as error:
            faults.append(entry.fault(f"is no comparison: {error}", "write something like $gap_m >= 2"))
            return None
        if not formula.is_condition() or not formula.names():
            faults.append(entry.fault("is no comparison of parameters", "compare with <, <=, >, >=, == or !="))
            return None
        return Given(Constraint(formula=formula, entry=entry))

    def schema(self) -> Json:
        """See Shape."""
        return {"$ref": "#/$defs/formula"}
