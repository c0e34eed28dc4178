"""Shapes that values of a spec can have: each checks an entry of the file and gives its part of the JSON Schema.

A checked value is plain data (numbers in the unit of the declared name, words, tuples, dicts), in which a ``Term`` stands for
every formula until a scenario is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeAlias

from rarebit.core.errors import Fault
from rarebit.reading.advice import nearest
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import ExpressionError, Formula, Quantity, Scalar, parse
from rarebit.reading.units import PLAIN, Unit, convert

Checked: TypeAlias = Any  # plain data with Terms in it; what enters from YAML
Json: TypeAlias = dict[str, Any]
FORMULA_SCHEMA: Json = {"$ref": "#/$defs/formula"}


class Shape(Protocol):
    """What a value can look like."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """The checked value; ``unit`` is that of the key it stands under. Faults are added, never raised."""
        ...

    def schema(self) -> Json:
        """JSON Schema of it."""
        ...


class Leaf(Protocol):
    """A shape of a single value, which a formula can give."""

    @property
    def formula(self) -> bool:
        """Whether a formula may stand for the value."""
        ...

    def accept(self, quantity: Quantity, unit: Unit) -> Scalar:
        """The value in the declared unit; raises ValueError with "problem; remedy" if it cannot stand here."""
        ...


@dataclass(frozen=True, slots=True)
class Term:
    """A formula where a value will stand.

    Attributes:
        unit: of the key it is given under.
    """

    formula: Formula
    leaf: Leaf
    unit: Unit
    entry: Entry

    def value(self, parameters: Mapping[str, Scalar]) -> Scalar:
        """Its value in the unit of the declared key; raises ExpressionError or ValueError ("problem; remedy")."""
        return self.leaf.accept(self.formula.value(parameters), self.unit)


def check_leaf(leaf: Leaf, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
    """A literal as it is, or a Term for a formula; None after a fault."""
    value = entry.value
    if isinstance(value, (list, dict)) or value is None:
        got = "nothing" if value is None else "a list" if isinstance(value, list) else "a mapping"
        faults.append(entry.fault(f"is {got}", "give a single value"))
        return None
    if is_unreal(value):
        faults.append(entry.fault("is not a finite number", "give a finite number"))
        return None
    try:
        if isinstance(value, str) and "$" in value:
            if not leaf.formula:
                faults.append(entry.fault("cannot be a formula", "write the value itself"))
                return None
            return Term(parse(value), leaf, unit, entry)
        return leaf.accept(Quantity(value, PLAIN, bare=True), unit)
    except ExpressionError as error:
        faults.append(entry.fault(f"is no formula: {error}", "write something like $speed_kph * 0.5"))
    except ValueError as error:
        faults.append(fault_of(entry, error))
    return None


def is_unreal(value: object) -> bool:
    """Whether a value is a number beyond all reckoning: not a number, infinite, or too large for a float."""
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, int) and abs(value) > _LARGEST


_LARGEST = 10**18


def fault_of(entry: Entry, error: ValueError) -> Fault:
    """The fault of a ValueError that says "problem; remedy"."""
    problem, _, remedy = str(error).partition("; ")
    return entry.fault(problem, remedy or "correct it")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the unit of its key, with the range of the declared unit.

    Attributes:
        low, high: in the unit of the declared key.
        declared: unit that low and high are in.
        whole: integers only.
    """

    low: float = -math.inf
    high: float = math.inf
    declared: Unit = PLAIN
    whole: bool = False
    about: str = ""
    formula: bool = True

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        return check_leaf(self, entry, unit, faults)

    def accept(self, quantity: Quantity, unit: Unit) -> Scalar:
        value = quantity.value
        if isinstance(value, (str, bool)):
            raise ValueError(f"is not a number; give a number{f' in {unit.suffix}' if unit.suffix else ''}")
        if not quantity.bare and quantity.unit.dimension != unit.dimension:
            wanted = f"name the parameter ..._{unit.suffix}" if unit.suffix else "use a parameter without a unit"
            raise ValueError(f"gives {quantity.unit.dimension} where {unit.dimension} is needed; {wanted}")
        number = value if quantity.bare else convert(float(value), quantity.unit, unit)
        declared = (
            convert(float(number), unit, self.declared) if self.declared.suffix and unit.si != self.declared.si else number
        )
        if not self.low - 1e-9 <= float(declared) <= self.high + 1e-9:
            raise ValueError(f"{float(number):g} is out of range; {self._range(unit)}")
        if self.whole and float(number) != int(number):
            raise ValueError(f"{float(number):g} is not a whole number; {self._range(unit)}")
        return int(declared) if self.whole else float(declared)

    def _range(self, unit: Unit) -> str:
        scale = self.declared.si / unit.si if self.declared.suffix else 1.0
        low, high = self.low * scale, self.high * scale
        suffix = f" {unit.suffix}" if unit.suffix else ""
        if math.isinf(high):
            return f"give {low:g}{suffix} or more" if not math.isinf(low) else "give a number"
        return f"give {low:g} to {high:g}{suffix}"

    def schema(self) -> Json:
        """See Shape; the range is that of the declared unit."""
        return self.schema_in(self.declared)

    def schema_in(self, unit: Unit) -> Json:
        """JSON Schema of the value under a key in ``unit``."""
        number: Json = {"type": "integer" if self.whole else "number"}
        scale = self.declared.si / unit.si if self.declared.suffix else 1.0
        for word, end in (("minimum", self.low), ("maximum", self.high)):
            if math.isfinite(end):
                number[word] = float(f"{end * scale:.10g}")
        return _described({"anyOf": [number, FORMULA_SCHEMA]} if self.formula else number, self.about)


@dataclass(frozen=True, slots=True)
class Word:
    """A word: one of ``choices``, or any that ``pattern`` matches wholly."""

    choices: tuple[str, ...] = ()
    pattern: str = ""
    example: str = ""
    about: str = ""
    formula: bool = True

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        return check_leaf(self, entry, unit, faults)

    def accept(self, quantity: Quantity, unit: Unit) -> Scalar:
        value = quantity.value
        if not isinstance(value, str):
            value = str(value)
        if self.pattern and re.fullmatch(self.pattern, value):
            return value
        if value in self.choices:
            return value
        if self.choices:
            raise ValueError(f"{value!r} is not known; {nearest(value, self.choices)}")
        if self.pattern:
            raise ValueError(f"{value!r} does not fit; write it like {self.example}")
        return value

    def schema(self) -> Json:
        options: list[Json] = []
        if self.choices:
            options.append({"enum": list(self.choices)})
        if self.pattern:
            options.append({"type": "string", "pattern": f"^(?:{self.pattern})$"})
        if not options:
            options.append({"type": "string"})
        if self.formula:
            options.append(FORMULA_SCHEMA)
        return _described(options[0] if len(options) == 1 else {"anyOf": options}, self.about)


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    told: ClassVar[str] = "`true`, `false`"
    about: str = ""
    formula: bool = True

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        return check_leaf(self, entry, unit, faults)

    def accept(self, quantity: Quantity, unit: Unit) -> Scalar:
        if not isinstance(quantity.value, bool):
            raise ValueError("is not true or false; write true or false")
        return quantity.value

    def schema(self) -> Json:
        flag: Json = {"type": "boolean"}
        return _described({"anyOf": [flag, FORMULA_SCHEMA]} if self.formula else flag, self.about)


@dataclass(frozen=True, slots=True)
class Span:
    """A pair of numbers, the low end first, in the unit of the key around it."""

    number: Number = field(default_factory=Number)
    about: str = ""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        if not isinstance(entry.value, list) or len(entry.value) != 2:
            faults.append(entry.fault("is not a pair of numbers", "write it like [0.5, 2.0]"))
            return None
        low, high = (self.number.check(item, unit, faults) for item in entry.value)
        literal = not isinstance(low, Term) and not isinstance(high, Term)
        if literal and low is not None and high is not None and low > high:
            faults.append(entry.fault("the low end is above the high end", f"write [{high:g}, {low:g}]"))
        return low, high

    def schema(self) -> Json:
        """See Shape."""
        return self.schema_in(self.number.declared)

    def schema_in(self, unit: Unit) -> Json:
        """JSON Schema of the pair under a key in ``unit``."""
        pair = {"type": "array", "items": self.number.schema_in(unit), "minItems": 2, "maxItems": 2}
        return _described(pair, self.about)


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values of one shape; a single one may stand without brackets if ``single``."""

    item: Shape
    single: bool = False
    low: int = 0
    high: int = 1000
    about: str = ""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        if self.single and not isinstance(entry.value, list):
            return (self.item.check(entry, unit, faults),)
        if not isinstance(entry.value, list):
            faults.append(entry.fault("is not a list", "write it in brackets: [a, b]"))
            return ()
        if not self.low <= len(entry.value) <= self.high:
            bound = f"exactly {self.low}" if self.low == self.high else f"{self.low} to {self.high}"
            faults.append(entry.fault(f"has {len(entry.value)} values", f"give {bound}"))
        return tuple(self.item.check(item, unit, faults) for item in entry.value)

    def schema(self) -> Json:
        items: Json = {"type": "array", "items": self.item.schema(), "minItems": self.low, "maxItems": self.high}
        return _described({"anyOf": [self.item.schema(), items]} if self.single else items, self.about)


def _described(schema: Json, about: str) -> Json:
    return {"description": about, **schema} if about else schema
