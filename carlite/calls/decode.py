"""Reads the arguments of calls; anything unexpected is a CallError that says what came and what was expected."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from enum import IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from carlite.errors import CallError

Vector = tuple[float, float, float]
Pose = tuple[Vector, Vector]
_Read = Callable[[Any, str], Any]
_Structure = TypeVar("_Structure")
_Member = TypeVar("_Member", bound=IntEnum)


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


def transform(value: Any, what: str = "transform") -> Pose:
    """Location in metres and (pitch, yaw, roll) in degrees."""
    parts = items(value, what, 2)
    return vector(parts[0], f"{what}.location"), vector(parts[1], f"{what}.rotation")


def optional(value: Any, what: str = "optional") -> Any | None:
    """The value of an ``optional``, None when it is absent."""
    parts = items(value, what, 1)
    if not flag(parts[0], what):
        return None
    return items(parts, what, 2)[1]


def description(value: Any, what: str = "actor description") -> tuple[str, dict[str, str]]:
    """Blueprint id and attribute values of an ActorDescription."""
    parts = items(value, what, 3)
    attributes = {}
    for entry in items(parts[2], what):
        fields = items(entry, "actor attribute", 3)
        attributes[text(fields[0], "actor attribute")] = text(fields[2], "actor attribute")
    return text(parts[1], "blueprint id"), attributes


def integers(value: Any, what: str) -> list[int]:
    """A list of whole numbers."""
    return [integer(entry, what) for entry in items(value, what)]


def member(kind: type[_Member]) -> Callable[[Any, str], _Member]:
    """Reads the number of a member of ``kind``."""
    known = {int(entry): entry for entry in kind}

    def read(value: Any, what: str) -> _Member:
        found = known.get(integer(value, what))
        if found is None:
            raise _wrong(what, value, f"{min(known)}..{max(known)}")
        return found

    return read


@cache
def structure(kind: type[_Structure]) -> Callable[[Any, str], _Structure]:
    """Reads the dataclass ``kind`` from the list of its fields in order, each by its annotation.

    Understands numbers, flags, texts, vectors, optional values, lists (``tuple[X, ...]``), pairs and dataclasses; what the
    class refuses with a ValueError is a CallError.
    """
    hints = get_type_hints(kind)
    readers = [(entry.name, _reader_of(hints[entry.name])) for entry in fields(kind)]  # type: ignore[arg-type]

    def read(value: Any, what: str) -> _Structure:
        parts = items(value, f"{what} ({kind.__name__})", len(readers))
        given = {name: reader(part, name) for (name, reader), part in zip(readers, parts, strict=False)}
        try:
            return kind(**given)
        except ValueError as error:
            raise CallError(str(error)) from error

    return read


def _reader_of(annotation: Any) -> _Read:
    simple: dict[Any, _Read] = {float: number, int: integer, bool: flag, str: text, Vector: vector}
    if annotation in simple:
        return simple[annotation]
    parts = get_args(annotation)
    if get_origin(annotation) is UnionType and NoneType in parts:
        inner = _reader_of(next(part for part in parts if part is not NoneType))
        return lambda value, what: None if (held := optional(value, what)) is None else inner(held, what)
    if get_origin(annotation) is tuple:
        inner = _reader_of(parts[0])
        if parts[-1] is Ellipsis:
            return lambda value, what: tuple(inner(part, what) for part in items(value, what))
        return lambda value, what: tuple(inner(part, what) for part in items(value, what, len(parts))[: len(parts)])
    return structure(annotation)
