"""Formulas over parameters: ``$child_speed_mps * $reveal_ttc_s >= 2``.

A small language of its own, read by a recursive-descent parser; no Python code is ever run. Grammar::

    formula    = comparison { "and" comparison }
    comparison = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
    sum        = product { ("+" | "-") product }
    product    = factor { ("*" | "/") factor }
    factor     = "-" factor | number | "$" name | function "(" sum { "," sum } ")" | "(" formula ")"
    function   = min | max | abs | sqrt

Units: a name's value has the unit that the name ends with. A bare number takes the unit of the quantity it is added to or
compared with, so ``$speed_kph >= 40`` means 40 km/h. Products and quotients of quantities come out in SI units, so
``$speed_kph * $time_s`` is a length in metres. Quantities of different kinds cannot be added or compared.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rarebit.reading.units import PLAIN, Dimension, Unit, convert, si_unit, unit_of

MAX_LENGTH = 400
MAX_DEPTH = 30
FUNCTIONS: dict[str, tuple[int, int]] = {"min": (2, 8), "max": (2, 8), "abs": (1, 1), "sqrt": (1, 1)}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)|\$(?P<name>[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/()<>,]))"
)
Scalar: TypeAlias = float | int | str | bool


class ExpressionError(ValueError):
    """A formula that cannot be read or has no value; the message says what and what to write instead."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit; ``bare`` if it is a number without one, which adapts to what it meets."""

    value: Scalar
    unit: Unit
    bare: bool = False

    def number(self) -> float:
        """The value if it is a number; raises ExpressionError for a word."""
        if isinstance(self.value, (str, bool)):
            raise ExpressionError(f"{self.value!r} is not a number; only numbers can be reckoned with")
        return float(self.value)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """The value of a parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function on its operands."""

    operator: str
    operands: tuple[Node, ...]


Node: TypeAlias = Number | Name | Call


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula with the text it came from."""

    text: str
    root: Node

    def names(self) -> tuple[str, ...]:
        """Parameters it uses, in order of appearance."""
        found: dict[str, None] = {}
        pending = [self.root]
        while pending:
            node = pending.pop()
            if isinstance(node, Name):
                found[node.name] = None
            elif isinstance(node, Call):
                pending.extend(reversed(node.operands))
        return tuple(found)

    def value(self, parameters: Mapping[str, Scalar]) -> Quantity:
        """Its value.

        Raises:
            ExpressionError: an unknown name, kinds that do not fit together, a division by zero or an infinite result.
        """
        return _evaluate(self.root, parameters)

    def is_condition(self) -> bool:
        """Whether it compares, so that it is either true or false."""
        return isinstance(self.root, Call) and self.root.operator in (*_COMPARE, "and")


def parse(text: str) -> Formula:
    """Reads a formula.

    Raises:
        ExpressionError: the text is not one, or is too long or nested too deep.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the formula has {len(text)} characters; at most {MAX_LENGTH} are read")
    return Formula(text.strip(), _Parser(text).formula())


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def formula(self) -> Node:
        node = self._conjunction()
        if self._peek()[0] != "end":
            raise ExpressionError(f"cannot read on at {self._peek()[1]!r}; use + - * / < <= > >= == != and parentheses")
        return node

    def _conjunction(self) -> Node:
        parts = [self._comparison()]
        while self._take("word", "and"):
            parts.append(self._comparison())
        return parts[0] if len(parts) == 1 else Call("and", tuple(parts))

    def _comparison(self) -> Node:
        left = self._sum()
        for operator in _COMPARE:
            if self._take("sign", operator):
                return Call(operator, (left, self._sum()))
        return left

    def _sum(self) -> Node:
        node = self._product()
        while self._peek() in (("sign", "+"), ("sign", "-")):
            node = Call(self._next()[1], (node, self._product()))
        return node

    def _product(self) -> Node:
        node = self._factor()
        while self._peek() in (("sign", "*"), ("sign", "/")):
            node = Call(self._next()[1], (node, self._factor()))
        return node

    def _factor(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH}; write it with fewer parentheses")
        try:
            return self._atom()
        finally:
            self._depth -= 1

    def _atom(self) -> Node:
        kind, text = self._next()
        if kind == "number":
            return Number(float(text))
        if kind == "name":
            return Name(text)
        if (kind, text) == ("sign", "-"):
            return Call("negate", (self._factor(),))
        if (kind, text) == ("sign", "("):
            node = self._conjunction()
            self._expect(")")
            return node
        if kind == "word" and text in FUNCTIONS:
            return self._function(text)
        if kind == "word":
            raise ExpressionError(
                f"{text!r} is no function; parameters are written ${text}, functions are {', '.join(FUNCTIONS)}"
            )
        raise ExpressionError("the formula ends too early" if kind == "end" else f"{text!r} stands where a value is needed")

    def _function(self, name: str) -> Node:
        self._expect("(")
        operands = [self._sum()]
        while self._take("sign", ","):
            operands.append(self._sum())
        self._expect(")")
        low, high = FUNCTIONS[name]
        if not low <= len(operands) <= high:
            raise ExpressionError(f"{name} takes {low if low == high else f'{low} to {high}'} values, got {len(operands)}")
        return Call(name, tuple(operands))

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _take(self, kind: str, text: str) -> bool:
        if self._peek() == (kind, text):
            self._next()
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take("sign", sign):
            raise ExpressionError(f"{sign!r} is missing before {self._peek()[1] or 'the end'!r}")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"cannot read {text[at:].strip()[:12]!r}")
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return [*tokens, ("end", "")]


def _evaluate(node: Node, parameters: Mapping[str, Scalar]) -> Quantity:
    if isinstance(node, Number):
        return Quantity(node.value, PLAIN, bare=True)
    if isinstance(node, Name):
        if node.name not in parameters:
            raise ExpressionError(f"there is no parameter {node.name!r}")
        return Quantity(parameters[node.name], unit_of(node.name))
    operands = [_evaluate(operand, parameters) for operand in node.operands]
    if node.operator in ("==", "!=") and all(isinstance(operand.value, (str, bool)) for operand in operands):
        return Quantity((operands[0].value == operands[1].value) == (node.operator == "=="), PLAIN)
    result = _operate(node.operator, operands)
    if not isinstance(result.value, bool) and not math.isfinite(result.number()):
        raise ExpressionError(f"the result of {node.operator!r} is not a finite number")
    return result


def _operate(operator: str, operands: list[Quantity]) -> Quantity:
    if operator == "and":
        if not all(isinstance(operand.value, bool) for operand in operands):
            raise ExpressionError("'and' joins comparisons only")
        return Quantity(all(operand.value for operand in operands), PLAIN)
    if operator in ("*", "/"):
        return _scale(operator, *operands)
    if operator == "sqrt":
        return _root(operands[0])
    unit, values = _alike(operator, operands)
    bare = all(operand.bare for operand in operands)
    if operator in _COMPARE:
        return Quantity(_COMPARE[operator](values[0], values[1]), PLAIN)
    return Quantity(_REDUCE[operator](values), unit, bare)


def _alike(operator: str, operands: list[Quantity]) -> tuple[Unit, list[float]]:
    """The operands in one unit: that of the first which has one; bare numbers are taken in it."""
    unit = next((operand.unit for operand in operands if not operand.bare), PLAIN)
    values = []
    for operand in operands:
        if not operand.bare and operand.unit.dimension != unit.dimension:
            raise ExpressionError(f"{operator!r} joins {unit.dimension} and {operand.unit.dimension}")
        values.append(operand.number() if operand.bare else convert(operand.number(), operand.unit, unit))
    return unit, values


def _scale(operator: str, left: Quantity, right: Quantity) -> Quantity:
    sign = 1 if operator == "*" else -1
    a, b = left.number(), right.number()
    if sign < 0 and b == 0.0:
        raise ExpressionError("division by zero")
    if right.unit.dimension == Dimension():
        return Quantity(a * b if sign > 0 else a / b, left.unit, left.bare and right.bare)
    if left.unit.dimension == Dimension() and sign > 0:
        return Quantity(a * b, right.unit)
    unit = si_unit(left.unit.dimension.times(right.unit.dimension, sign))
    a, b = a * left.unit.si, b * right.unit.si
    return Quantity(a * b if sign > 0 else a / b, unit)


def _root(operand: Quantity) -> Quantity:
    value = operand.number() * operand.unit.si
    if value < 0.0:
        raise ExpressionError("sqrt of a negative number")
    if any(exponent % 2 for exponent in operand.unit.dimension):
        raise ExpressionError(f"sqrt of {operand.unit.dimension} has no meaning")
    return Quantity(math.sqrt(value), si_unit(Dimension(*(e // 2 for e in operand.unit.dimension))), operand.bare)


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}
_REDUCE: dict[str, Callable[[list[float]], float]] = {
    "+": sum,
    "-": lambda values: values[0] - values[1],
    "negate": lambda values: -values[0],
    "abs": lambda values: abs(values[0]),
    "min": min,
    "max": max,
}
