"""What the records of all tables share: JSON both ways, a checked shape, a name for what is wrong."""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from rarebit.core.errors import DatasetError

R = TypeVar("R", bound="Record")


class Record:
    """A row of a table; subclasses are frozen dataclasses whose fields are the row's keys."""

    __slots__ = ()
    TABLE: ClassVar[str]
    KEY: ClassVar[str] = "token"

    @property
    def row_key(self) -> str:
        """The token that names this row."""
        return str(getattr(self, self.KEY))


def expect(condition: bool, field: str, got: object, expected: str) -> None:
    """Raises ``ValueError`` unless ``condition`` holds."""
    if not condition:
        raise ValueError(f"{field}: got {got}, expected {expected}")


def to_json(record: Record) -> str:
    """The row as one line of JSON, keys in the order of the fields."""
    values = {name: getattr(record, name) for name in _shapes(type(record))}
    return json.dumps(values, allow_nan=False, ensure_ascii=False)


def from_row(kind: type[R], row: Mapping[str, Any]) -> R:
    """The record of a JSON object; keys that nuScenes does not have are passed over.

    Raises:
        DatasetError: a key is missing, or a value is not what the table holds; names table, row and key.
    """
    name = f"{kind.TABLE} {row.get(kind.KEY, '(no token)')}"
    missing = [field for field in _shapes(kind) if field not in row]
    if missing:
        raise DatasetError(f"{name}: lacks {', '.join(missing)}; write the row anew")
    values = {field: _frozen(row[field]) if isinstance(row[field], list) else row[field] for field in _shapes(kind)}
    faults = [
        f"{field}: got {row[field]!r}, expected {_words(shape)}"
        for field, shape in _shapes(kind).items()
        if not _fits(values[field], shape)
    ]
    if faults:
        raise DatasetError(f"{name}: {'; '.join(faults)}")
    try:
        return kind(**values)
    except ValueError as error:
        raise DatasetError(f"{name}: {error}") from error


def table_text(records: Iterable[Record]) -> str:
    """A whole table: a JSON array, one row a line."""
    return join_rows(to_json(record) for record in records)


def join_rows(lines: Iterable[str]) -> str:
    """A table of rows that are JSON texts already."""
    return "[\n" + ",\n".join(lines) + "\n]"


_SHAPES: dict[str, dict[str, Any]] = {}


def _shapes(kind: type[Record]) -> dict[str, Any]:
    """The annotated type of every field."""
    if kind.TABLE not in _SHAPES:
        hints = typing.get_type_hints(kind)
        _SHAPES[kind.TABLE] = {field.name: hints[field.name] for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return _SHAPES[kind.TABLE]


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _fits(value: Any, shape: Any) -> bool:
    """Whether a JSON value has the annotated type; whole numbers count as floats, truth values as no numbers."""
    origin, arguments = typing.get_origin(shape), typing.get_args(shape)
    if shape is Any:
        return True
    if shape is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if shape is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if origin is typing.Literal:
        return value in arguments
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, one) for one in arguments)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return all(_fits(item, arguments[0]) for item in value)
        return len(value) == len(arguments) and all(map(_fits, value, arguments))
    if origin is dict:
        return isinstance(value, dict) and all(_fits(item, arguments[1]) for item in value.values())
    return value is None if shape is type(None) else isinstance(value, shape)


def _words(shape: Any) -> str:
    return str(getattr(shape, "__name__", shape)) if typing.get_origin(shape) is None else str(shape).replace("typing.", "")
