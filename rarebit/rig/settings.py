"""Reads the settings of a mount: numbers by the ranges that the fields of a modality's dataclass carry."""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

AddFault = Callable[[str, object, str, str], None]
"""Takes path, value, problem and remedy."""


@dataclass(frozen=True, slots=True)
class Within:
    """The allowed range of a number, in the unit of its field."""

    low: float
    high: float


def read_settings(kind: type[Any], data: Any, path: str, add: AddFault) -> Any | None:
    """An object of the dataclass ``kind`` from plain data; None after telling ``add`` every fault.

    A field ``x_rad`` is written ``x_deg``, in degrees.
    """
    if data is None:
        data = {}
    types = typing.get_type_hints(kind, include_extras=True)
    fields = {_key(one.name): one for one in dataclasses.fields(kind)}
    if not isinstance(data, Mapping):
        add(path, data, "not a mapping", f"write some of {', '.join(fields)}")
        return None
    whole = True
    for key in data:
        if key not in fields:
            add(f"{path}.{key}", data[key], "unknown key", f"known are {', '.join(fields)}")
            whole = False
    values: dict[str, Any] = {}
    for key, one in fields.items():
        number, limits = _limits(types[one.name], in_degrees=key != one.name)
        if key not in data:
            if one.default is dataclasses.MISSING:
                add(f"{path}.{key}", None, "missing", f"write a number from {limits.low:g} to {limits.high:g}")
                whole = False
            continue
        value = read_number(f"{path}.{key}", data[key], limits, add)
        if value is not None and number is int and value != int(value):
            add(f"{path}.{key}", data[key], "not a whole number", "write a whole number")
            value = None
        if value is None:
            whole = False
            continue
        values[one.name] = math.radians(value) if key != one.name else number(value)
    return kind(**values) if whole else None


def read_number(path: str, value: Any, limits: Within, add: AddFault) -> float | None:
    """``value`` if it is a finite number within ``limits``, else None and a fault."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        add(path, value, "not a number", f"write a number from {limits.low:g} to {limits.high:g}")
        return None
    if not limits.low <= value <= limits.high:
        add(path, value, "out of range", f"write a number from {limits.low:g} to {limits.high:g}")
        return None
    return float(value)


def _key(name: str) -> str:
    return f"{name.removesuffix('_rad')}_deg" if name.endswith("_rad") else name


def _limits(annotation: Any, *, in_degrees: bool) -> tuple[type, Within]:
    """The type of a field and its range in the unit that files are written in."""
    number, limits = typing.get_args(annotation)[:2]
    if in_degrees:
        limits = Within(math.degrees(limits.low), math.degrees(limits.high))
    return number, limits
