"""Marks that say in a type what may stand in a file: ``Annotated[float, Within(0, 60)]``, ``ActorRef``.

Ranges are in the unit that the field's name says. A field called ``from_`` or ``in_`` is written ``from`` or ``in``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, TypeAlias


@dataclass(frozen=True, slots=True)
class Within:
    """A number from ``low`` to ``high``."""

    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class Matches:
    """A word that ``pattern`` matches wholly; ``choices`` are offered first."""

    pattern: str
    example: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words."""

    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """No formula: what stands there is what is meant."""


@dataclass(frozen=True, slots=True)
class Count:
    """A list of ``low`` to ``high`` values."""

    low: int = 0
    high: int = 1000


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """A list of which a single value may stand without brackets."""


@dataclass(frozen=True, slots=True)
class LowFirst:
    """A pair of numbers, the low end first."""


@dataclass(frozen=True, slots=True)
class Names:
    """A mapping from free names; ``what`` is named, ``reserved`` names are refused."""

    what: str
    reserved: tuple[str, ...] = ()
    pattern: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Refers:
    """The name of an actor or a rule of the spec."""

    kind: str


ActorRef: TypeAlias = Annotated[str, Refers("actor")]
"""The name of an actor of the spec, or "ego"."""

RuleRef: TypeAlias = Annotated[str, Refers("rule")]
"""The name of a rule of the story."""

EGO = "ego"
