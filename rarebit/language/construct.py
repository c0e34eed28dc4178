"""Constructs: the parts that scenarios are written in, one decorated frozen dataclass and one file each.

A decorator of ``rarebit.language.kinds`` makes a dataclass a construct of a kind (condition, maneuver, place, distribution,
measure, criterion) under a name that specs use. What specs may write, the JSON Schema, JSON both ways, the hash and the page of
the reference come from it. Constructs are found, never listed: in the folders beside this module, and in the ``generators/`` of
the packs in use.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, TypeVar

from rarebit.core.errors import Fault
from rarebit.packs import Pack, collect, in_use, unique
from rarebit.reading.choices import Headed
from rarebit.reading.dataclass_shapes import record_of
from rarebit.reading.entries import Entry
from rarebit.reading.shapes import Checked, Json
from rarebit.reading.units import Unit

FOLDERS = {
    "distribution": "distributions",
    "place": "places",
    "condition": "conditions",
    "maneuver": "maneuvers",
    "measure": "measures",
    "criterion": "criteria",
}
"""Of each kind that Rarebit itself has some of, the folder beside this module; all others come from packs."""

T = TypeVar("T", bound="Construct")


@dataclass(frozen=True, slots=True)
class Registered:
    """What a decorator said of a construct.

    Attributes:
        kind: such as "condition".
        name: as specs write it.
        example: YAML text of one, as it stands where the kind is written.
    """

    kind: str
    name: str
    example: str


class Construct:
    """Base of all constructs.

    Attributes:
        kind: of constructs; set by the base class of each kind.
        registered: what the decorator said.
        json_kind: what JSON calls the type, such as "condition.after".
    """

    __slots__ = ()
    kind: ClassVar[str]
    registered: ClassVar[Registered]
    json_kind: ClassVar[str]

    @classmethod
    def shape_of_kind(cls) -> OfKind:
        """The shape of any construct of this kind, for fields of this type."""
        return OfKind(cls.kind)

    @classmethod
    def of_json_kind(cls, json_kind: str) -> type[Construct] | None:
        """The construct of this kind that JSON calls so."""
        kind, _, name = json_kind.partition(".")
        if kind != cls.kind:
            return None
        unnamed = {vars(make).get("json_kind"): make for make in cls.__subclasses__() if "registered" not in vars(make)}
        return constructs(kind).get(name) or unnamed.get(json_kind)


def register(base: type[Construct], name: str, example: str, **facts: Any) -> Callable[[type[T]], type[T]]:
    """The decorator that makes a dataclass a construct; ``facts`` become attributes of the class."""

    def decorate(make: type[T]) -> type[T]:
        if not (issubclass(make, base) and dataclasses.is_dataclass(make) and make.__dataclass_params__.frozen):
            raise TypeError(f"{make.__name__}: got no frozen dataclass that inherits {base.__name__}, expected one")
        if not (make.__doc__ or "").strip() or (make.__doc__ or "").startswith(f"{make.__name__}("):
            raise TypeError(f"{make.__name__}: has no docstring; say what it does")
        make.registered = Registered(base.kind, name, example)
        make.json_kind = f"{base.kind}.{name}"
        for key, value in facts.items():
            setattr(make, key, value)
        return make

    return decorate


def constructs(kind: str) -> dict[str, type[Any]]:
    """Every construct of a kind by name, in alphabetical order: Rarebit's own and those of the packs in use.

    Raises:
        SpecError: two have one name, or a module of a pack cannot be imported.
    """
    return _constructs(kind, in_use())


@cache
def _constructs(kind: str, packs: tuple[Pack, ...]) -> dict[str, type[Any]]:
    own = {name: make for module in _own_modules(kind) for name, make in _in_module(module, kind)}
    added = collect("generators", lambda module: _in_module(module, kind), packs)
    unique((name, _file_of(make)) for found in (own, added) for name, make in found.items())
    return dict(sorted({**own, **added}.items()))


def _file_of(make: type[Any]) -> Path:
    return Path(str(sys.modules[make.__module__].__file__))


def _own_modules(kind: str) -> Iterator[ModuleType]:
    if kind not in FOLDERS:
        return
    package = importlib.import_module(f"rarebit.language.{FOLDERS[kind]}")
    for found in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def _in_module(module: ModuleType, kind: str) -> list[tuple[str, type[Any]]]:
    return [
        (value.registered.name, value)
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Construct)
        and value.__module__ == module.__name__
        and "registered" in vars(value)
        and value.registered.kind == kind
    ]


@dataclass(frozen=True, slots=True)
class OfKind:
    """The shape of any construct of a kind, told apart by the key that is its name."""

    kind: str

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        return headed(self.kind).check(entry, unit, faults)

    def schema(self) -> Json:
        """See Shape."""
        return {"$ref": f"#/$defs/{self.kind}"}


def headed(kind: str) -> Headed:
    """The choice between all constructs of a kind."""
    return _headed(kind, in_use())


@cache
def _headed(kind: str, packs: tuple[Pack, ...]) -> Headed:
    records = {name: record_of(make) for name, make in _constructs(kind, packs).items()}
    return Headed(records, f"an {kind}" if kind[0] in "aeiou" else f"a {kind}")
