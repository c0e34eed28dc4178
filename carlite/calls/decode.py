"""Reads the arguments of calls; anything unexpected is a CallError that says what came and what was expected."""

from __future__ import annotations

import math
from typing import Any

from carlite.errors import CallError

Vector = tuple[float, float, float]


def _wrong(what: str, value: object, expected: str) -> CallError:
    return CallError(f"{what}: got {str(value)[:80]!r}, expected {expected}")


def items(value: Any, what: str, least: int = 0) -> list[Any]:
    """A list with at least ``least`` entries."""
    if not isinstance(value, list) or len(value) < least:
        raise _wrong(what, value, f"a list of at least {least} entries")
    return value


def integer(value: Any, what: str = "number") -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(what, value, "a whole number")
    return value


def number(value: Any, what: str = "number") -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _wrong(what, value, "a finite number")
    return float(value)


def flag(value: Any, what: str = "flag") -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise _wrong(what, value, "a boolean")
    return value


def text(value: Any, what: str = "text") -> str:
    """A text."""
    if not isinstance(value, str):
        raise _wrong(what, value, "a text")
    return value


def vector(value: Any, what: str = "vector") -> Vector:
    """Three finite numbers."""
    parts = items(value, what, 3)
    return number(parts[0], what), number(parts[1], what), number(parts[2], what)


def transform(value: Any, what: str = "transform") -> tuple[Vector, Vector]:
    """Location in metres and (pitch, yaw, roll) in degrees."""
    parts = items(value, what, 2)
    return vector(parts[0], f"{what}.location"), vector(parts[1], f"{what}.rotation")


def optional(value: Any, what: str = "optional") -> Any | None:
    """The value of an ``optional``, None when it is absent."""
    parts = items(value, what, 1)
    if not flag(parts[0], what):
        return None
    return items(parts, what, 2)[1]


def description(value: Any) -> tuple[str, dict[str, str]]:
    """Blueprint id and attribute values of an ActorDescription."""
    parts = items(value, "actor description", 3)
    attributes = {}
    for entry in items(parts[2], "actor description"):
        fields = items(entry, "actor attribute", 3)
        attributes[text(fields[0], "actor attribute")] = text(fields[2], "actor attribute")
    return text(parts[1], "blueprint id"), attributes
