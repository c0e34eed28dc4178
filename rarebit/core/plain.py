"""Dataclasses as plain data that knows their types, and back: for JSON and for hashes."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")
KIND = "kind"


def kind_of(make: type) -> str:
    """What plain data call a dataclass: its ``json_kind`` if it has one, else its name."""
    return str(getattr(make, "json_kind", make.__name__))


def to_plain(value: Any) -> Any:
    """Dicts, lists and scalars; every dataclass says its type under "kind"."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {KIND: kind_of(type(value)), **fields}
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    return value


def from_plain(value: Any, wanted: type[T], where: str) -> T:
    """What ``to_plain`` made of a ``wanted``; ``where`` names it in errors.

    A type whose subtypes may stand for it finds them by its class method ``of_json_kind``.

    Raises:
        ValueError: the data are not those of a ``wanted``.
    """
    result: T = _read(value, wanted, where)
    return result


def _read(value: Any, wanted: Any, where: str) -> Any:
    origin = typing.get_origin(wanted)
    if origin is tuple:
        arguments = typing.get_args(wanted)
        items = arguments[:1] * len(value) if arguments[-1] is ... else arguments
        if not isinstance(value, list) or len(items) != len(value):
            raise ValueError(f"{where}: got {value!r}, expected a list of {len(items)}")
        return tuple(_read(item, kind, f"{where}[{i}]") for i, (item, kind) in enumerate(zip(value, items, strict=True)))
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"{where}: got {value!r}, expected an object")
        return {key: _read(item, typing.get_args(wanted)[1], f"{where}.{key}") for key, item in value.items()}
    if origin in (typing.Union, types.UnionType):
        return _read_one_of(value, typing.get_args(wanted), where)
    if isinstance(wanted, type) and (dataclasses.is_dataclass(wanted) or hasattr(wanted, "of_json_kind")):
        return _read_object(value, (wanted,), where)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(wanted, type) and not isinstance(value, wanted):
        raise ValueError(f"{where}: got {value!r}, expected {wanted.__name__}")
    return value


def _read_one_of(value: Any, options: tuple[Any, ...], where: str) -> Any:
    if value is None and type(None) in options:
        return None
    simple = [option for option in options if option is not type(None)]
    if len(simple) == 1:
        return _read(value, simple[0], where)
    if isinstance(value, dict):
        return _read_object(value, options, where)
    if not any(isinstance(value, option) for option in simple if isinstance(option, type)):
        raise ValueError(f"{where}: got {value!r}, expected {' or '.join(_name(option) for option in simple)}")
    return value


def _read_object(value: Any, options: tuple[Any, ...], where: str) -> Any:
    got = value.get(KIND) if isinstance(value, dict) else None
    kind = next((found for option in options if (found := _subtype(option, str(got))) is not None), None)
    if kind is None:
        shown = f"kind {got!r}" if got is not None else repr(value)
        raise ValueError(f"{where}: got {shown}, expected {', '.join(_name(option) for option in options)}")
    annotations = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    extra = set(value) - {*names, KIND}
    if extra:
        raise ValueError(f"{where}: {kind.__name__} has no field {sorted(extra)[0]!r}")
    given = {name: _read(value[name], annotations[name], f"{where}.{name}") for name in names if name in value}
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error


def _subtype(option: Any, kind: str) -> type[Any] | None:
    of_json_kind = getattr(option, "of_json_kind", None)
    if of_json_kind is not None:
        found: type[Any] | None = of_json_kind(kind)
        return found
    return option if isinstance(option, type) and dataclasses.is_dataclass(option) and kind_of(option) == kind else None


def _name(option: Any) -> str:
    return str(getattr(option, "__name__", option))
