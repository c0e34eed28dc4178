"""A concrete scenario as JSON text and back, and the hash that names it."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from typing import Any

from rarebit import scenario as definitions
from rarebit.core.files import canonical_json, content_hash
from rarebit.scenario import ConcreteScenario

_KINDS: dict[str, type] = {
    name: value for name, value in vars(definitions).items() if isinstance(value, type) and dataclasses.is_dataclass(value)
}


def to_json(scenario: ConcreteScenario) -> str:
    """Canonical JSON text; every object says its class under "kind"."""
    return canonical_json(_plain(scenario))


def from_json(text: str) -> ConcreteScenario:
    """The scenario that ``to_json`` wrote.

    Raises:
        ValueError: the text is not JSON, or not that of a concrete scenario.
    """
    value = _read(json.loads(text), ConcreteScenario, "scenario")
    if not isinstance(value, ConcreteScenario):
        raise ValueError(f"scenario: got {type(value).__name__}, expected ConcreteScenario")
    return value


def scenario_key(scenario: ConcreteScenario) -> str:
    """32 hex digits that name the scenario's content."""
    return content_hash(_plain(scenario))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _read(value: Any, wanted: Any, where: str) -> Any:
    """``value`` of JSON as ``wanted``, a type annotation of the definitions."""
    origin = typing.get_origin(wanted)
    if isinstance(value, dict) and "kind" in value and origin is not dict:
        return _read_object(value, wanted, where)
    if origin is tuple:
        arguments = typing.get_args(wanted)
        items = arguments[:1] * len(value) if arguments[-1] is ... else arguments
        if not isinstance(value, list) or len(items) != len(value):
            raise ValueError(f"{where}: got {value!r}, expected a list of {len(items)}")
        return tuple(_read(item, kind, f"{where}[{i}]") for i, (item, kind) in enumerate(zip(value, items, strict=True)))
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"{where}: got {value!r}, expected an object")
        return dict(value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(wanted, type) and not isinstance(value, wanted):
        raise ValueError(f"{where}: got {value!r}, expected {wanted.__name__}")
    return value


def _read_object(value: dict[str, Any], wanted: Any, where: str) -> Any:
    kind = _KINDS.get(value["kind"])
    union = typing.get_origin(wanted) in (typing.Union, types.UnionType)
    allowed = typing.get_args(wanted) if union else (wanted,)
    if kind is None or kind not in allowed:
        names = ", ".join(getattr(option, "__name__", str(option)) for option in allowed)
        raise ValueError(f"{where}: got kind {value['kind']!r}, expected {names}")
    annotations = typing.get_type_hints(kind, vars(definitions))
    extra = set(value) - set(annotations) - {"kind"}
    if extra:
        raise ValueError(f"{where}: {kind.__name__} has no field {sorted(extra)[0]!r}")
    given = {
        name: _read(value[name], annotation, f"{where}.{name}") for name, annotation in annotations.items() if name in value
    }
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error
