"""The shape of a dataclass, from the types of its fields and the marks on them."""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from rarebit.core.errors import Fault, SpecError
from rarebit.reading import marks
from rarebit.reading.choices import Named
from rarebit.reading.entries import Entry, from_plain
from rarebit.reading.records import Field, Record, build
from rarebit.reading.shapes import Flag, Many, Number, Shape, Span, Word
from rarebit.reading.units import PLAIN, Unit, unit_of
from rarebit.reading.values import Plain, Pointer, Raw

T = TypeVar("T")


def read_as(make: type[T], data: Any, *, file: str, path: str = "") -> T:
    """Plain data (of YAML, JSON or a command line) as a ``make``.

    Args:
        file: what faults name as their file, such as "command line".
        path: where in it the data stand.

    Raises:
        SpecError: every fault.
    """
    return read_entry(make, from_plain(data, path, file))


def read_entry(make: type[T], entry: Entry) -> T:
    """``read_as`` for a tree whose entries know where they stand."""
    faults: list[Fault] = []
    result: T | None = collect(make, entry, faults)
    if faults:
        raise SpecError(faults)
    assert result is not None
    return result


def collect(make: type[T], entry: Entry, faults: list[Fault]) -> T | None:
    """``read_entry`` that adds to ``faults`` instead of raising; None where it found any."""
    before = len(faults)
    checked = record_of(make).check(entry, PLAIN, faults)
    if len(faults) > before:
        return None
    result: T | None = build(checked, {}, faults)
    return result


def record_of(make: type) -> Record:
    """The shape of a dataclass.

    Raises:
        TypeError: a field of a type that cannot be read.
    """
    if make not in _records:
        _records[make] = _record(make)
    return _records[make]


_records: dict[type, Record] = {}


def _record(make: type) -> Record:
    if not dataclasses.is_dataclass(make):
        raise TypeError(f"{make.__name__}: not a dataclass")
    hints = typing.get_type_hints(make, include_extras=True)
    abouts = attributes_of(make)
    fields = []
    for f in dataclasses.fields(make):
        if f.init:
            key = f.name.rstrip("_")
            try:
                fields.append(_field(key, f, hints[f.name], abouts.get(f.name, "")))
            except TypeError as error:
                raise TypeError(f"{make.__name__}.{f.name}: {error}") from None
    return Record(make, tuple(fields), about_of(make))


def _field(key: str, f: dataclasses.Field[Any], hint: Any, about: str) -> Field:
    optional = f.default is not dataclasses.MISSING or f.default_factory is not dataclasses.MISSING
    empty = hint is Any or type(None) in typing.get_args(_without_marks(hint))
    unit = unit_of(key) if _is_quantity(hint) else PLAIN
    shape = shape_of(hint, unit)
    return Field(key, f.name, shape, unit, required=not optional, empty=empty, about=about, default=_shown(f.default))


def shape_of(hint: Any, unit: Unit = PLAIN) -> Shape:
    """The shape of what a type says.

    Args:
        unit: that the ranges are in.

    Raises:
        TypeError: a type that cannot be read.
    """
    base, given = _parted(hint)
    for mark in given:
        if hasattr(mark, "check") and hasattr(mark, "schema"):
            shape: Shape = mark
            return shape
    origin = typing.get_origin(base)
    if base in (float, int, bool, str):
        return _leaf(base, given, unit)
    if origin is typing.Literal:
        return Word(choices=tuple(map(str, typing.get_args(base))), formula=not _has(given, marks.Fixed))
    if origin is tuple:
        return _list(typing.get_args(base), given, unit)
    if origin in (dict, Mapping):
        return _named(typing.get_args(base)[1], given)
    if base is Any:
        return Raw()
    if origin in (typing.Union, types.UnionType) and set(typing.get_args(base)) <= {float, int, bool, str}:
        return Plain()
    if isinstance(base, type):
        of_kind = getattr(base, "shape_of_kind", None)
        return of_kind() if of_kind is not None and "kind" in vars(base) else Nested(base)
    raise TypeError(f"got {hint!r}, expected a type that can be read")


@dataclasses.dataclass(frozen=True, slots=True)
class Nested:
    """A dataclass in a field; resolved when it is needed, so that types may hold each other."""

    make: type

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Any:
        """See Shape."""
        return record_of(self.make).check(entry, unit, faults)

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return record_of(self.make).schema()


def _parted(hint: Any) -> tuple[Any, list[Any]]:
    """A type without ``| None``, and the marks on it."""
    given: list[Any] = []
    while True:
        origin = typing.get_origin(hint)
        if origin is typing.Annotated:
            hint, *more = typing.get_args(hint)
            given += more
        elif origin in (typing.Union, types.UnionType):
            options = [option for option in typing.get_args(hint) if option is not type(None)]
            if len(options) != 1:
                return hint, given
            hint = options[0]
        else:
            return hint, given


def _without_marks(hint: Any) -> Any:
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint


def _has(given: list[Any], kind: type) -> bool:
    return any(isinstance(mark, kind) for mark in given)


def _mark(given: list[Any], kind: type[T], default: T) -> T:
    return next((mark for mark in given if isinstance(mark, kind)), default)


def _leaf(base: type, given: list[Any], unit: Unit) -> Shape:
    formula = not _has(given, marks.Fixed)
    if base is bool:
        return Flag(formula=formula)
    if base is str:
        if _has(given, marks.Refers):
            return Pointer(_mark(given, marks.Refers, marks.Refers("")).kind)
        word = _mark(given, marks.Matches, marks.Matches("", ""))
        choices = _mark(given, marks.OneOf, marks.OneOf(word.choices)).choices
        return Word(choices=choices, pattern=word.pattern, example=word.example, formula=formula)
    span = _mark(given, marks.Within, marks.Within())
    return Number(span.low, span.high, unit, whole=base is int, formula=formula)


def _list(items: tuple[Any, ...], given: list[Any], unit: Unit) -> Shape:
    if _has(given, marks.LowFirst):
        span = _mark(given, marks.Within, marks.Within())
        return Span(Number(span.low, span.high, unit, formula=not _has(given, marks.Fixed)))
    item = shape_of(items[0], unit)
    count = _mark(given, marks.Count, marks.Count() if items[-1] is ... else marks.Count(len(items), len(items)))
    return Many(item, single=_has(given, marks.OneOrMany), low=count.low, high=count.high)


def _named(item: Any, given: list[Any]) -> Shape:
    names = _mark(given, marks.Names, marks.Names("value"))
    shape = Named(shape_of(item), names.what, reserved=names.reserved)
    return dataclasses.replace(shape, pattern=names.pattern, rule=names.rule) if names.pattern else shape


def _is_quantity(hint: Any) -> bool:
    """Whether a field holds numbers, so that its name may say a unit."""
    base, _ = _parted(hint)
    if typing.get_origin(base) is tuple:
        return _is_quantity(typing.get_args(base)[0])
    return base in (float, int)


def _shown(default: Any) -> str:
    """A default as told to people."""
    if isinstance(default, tuple) and all(isinstance(item, str) for item in default):
        return ", ".join(default)
    if not isinstance(default, (bool, int, float, str)):
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, (int, float)) else str(default)


def about_of(make: type) -> str:
    """The first paragraph of a class's own docstring, on one line; "" if it has none."""
    text = inspect.cleandoc(make.__doc__ or "")
    return "" if text.startswith(f"{make.__name__}(") else " ".join(text.split("\n\n")[0].split())


def attributes_of(make: type) -> dict[str, str]:
    """What the "Attributes" of the docstrings of a class and its bases say, by field; the class's own goes first."""
    found: dict[str, str] = {}
    for cls in reversed(make.__mro__):
        text = inspect.cleandoc(cls.__doc__ or "")
        _, mark, block = text.partition("\nAttributes:\n")
        if not mark:
            continue
        block = block.split("\n\n")[0]
        for match in re.finditer(r"^    ([a-z]\w*(?:, [a-z]\w*)*): (.*(?:\n {5,}.*)*)", block, re.MULTILINE):
            for name in match[1].split(", "):
                found[name] = " ".join(match[2].split())
    return found
