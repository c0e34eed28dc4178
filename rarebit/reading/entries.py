"""A YAML text as a tree that remembers where everything stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from rarebit.core.errors import Fault
from rarebit.reading.expressions import Scalar

MAX_CHARACTERS = 1_000_000
MAX_NODES = 20_000
MAX_DEPTH = 40
Content: TypeAlias = "Scalar | list[Entry] | dict[str, Entry] | None"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the file: a scalar, a list of entries or a mapping of them.

    Attributes:
        value: dates and other curiosities of YAML are read as the text that stands there.
        path: such as "actors.van.at.ahead_m".
        file: the file, with the line behind it.
    """

    value: Content
    path: str
    file: str

    def plain(self) -> Any:
        """The value without places, for hashing."""
        if isinstance(self.value, dict):
            return {key: entry.plain() for key, entry in self.value.items()}
        return [entry.plain() for entry in self.value] if isinstance(self.value, list) else self.value

    def fault(self, problem: str, remedy: str) -> Fault:
        """A fault of this entry."""
        return Fault(file=self.file, path=self.path or "(top)", value=self.shown(), problem=problem, remedy=remedy)

    def shown(self) -> str:
        """The value as text, cut to a readable length."""
        text = repr(self.plain()) if not isinstance(self.value, (dict, list)) else str(self.plain())
        return text if len(text) <= 80 else text[:77] + "..."


def read_yaml(text: str, file: str, faults: list[Fault]) -> Entry | None:
    """The tree of a YAML text, or None after a fault that forbids reading on."""
    top = Entry(None, "", file)
    if len(text) > MAX_CHARACTERS:
        faults.append(top.fault(f"has {len(text)} characters", f"keep it below {MAX_CHARACTERS}"))
        return None
    try:
        node = yaml.compose(text, Loader=_LOADER)
        if node is None:
            faults.append(top.fault("is empty", "write something into it"))
            return None
        return _Reader(file, faults).entry(node, "", 0)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        if "nesting depth" in str(error.problem):
            faults.append(Entry("", "", f"{file}:{line}").fault("is nested too deep", f"keep it below {MAX_DEPTH} levels"))
            return None
        problem = f"is not YAML: {error.problem or error.context}"
        faults.append(Entry("", "", f"{file}:{line}").fault(problem, "check indentation, brackets and quotes near this line"))
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        faults.append(top.fault(f"is not YAML: {str(error).splitlines()[0]}", "save it as UTF-8 text"))
    except _TooBigError as error:
        faults.append(top.fault(str(error), "write it without anchors that multiply and with less nesting"))
    except RecursionError:
        faults.append(top.fault("is nested too deep", f"keep it below {MAX_DEPTH} levels"))
    return None


def from_plain(value: Any, path: str, file: str) -> Entry:
    """The tree of plain data such as an override on the command line."""
    if isinstance(value, Mapping):
        return Entry(
            {str(key): from_plain(item, f"{path}.{key}" if path else str(key), file) for key, item in value.items()}, path, file
        )
    if isinstance(value, (list, tuple)):
        return Entry([from_plain(item, f"{path}[{i}]", file) for i, item in enumerate(value)], path, file)
    return Entry(value if value is None or isinstance(value, (bool, int, float, str)) else str(value), path, file)


# The same grammar in C where libyaml is at hand, ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


class _TooBigError(Exception):
    pass


class _Reader:
    def __init__(self, file: str, faults: list[Fault]) -> None:
        self._file = file
        self._faults = faults
        self._count = 0
        self._scalars = yaml.constructor.SafeConstructor()

    def entry(self, node: yaml.Node, path: str, depth: int) -> Entry:
        self._count += 1
        if self._count > MAX_NODES or depth > MAX_DEPTH:
            raise _TooBigError(f"has more than {MAX_NODES} values or {MAX_DEPTH} levels")
        place = f"{self._file}:{node.start_mark.line + 1}"
        if isinstance(node, yaml.MappingNode):
            return Entry(self._mapping(node, path, depth), path, place)
        if isinstance(node, yaml.SequenceNode):
            items = [self.entry(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(node.value)]
            return Entry(items, path, place)
        return Entry(self._scalar(node), path, place)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Entry]:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            place = f"{self._file}:{key_node.start_mark.line + 1}"
            if not isinstance(key_node, yaml.ScalarNode):
                self._faults.append(Entry("", path, place).fault("a key is not a word", "write keys as plain words"))
                continue
            if key_node.tag == _MERGE:
                merged = {**self._merged(value_node, path, depth, place), **merged}
                continue
            key = str(key_node.value)
            inner = f"{path}.{key}" if path else key
            entry = self.entry(value_node, inner, depth + 1)
            if key in own:
                self._faults.append(Entry(entry.value, inner, place).fault("stands here twice", "remove one of the two"))
            own[key] = Entry(entry.value, inner, place)
        return {**merged, **own}

    def _merged(self, node: yaml.Node, path: str, depth: int, place: str) -> dict[str, Entry]:
        """What ``<<`` brings in: the keys of a mapping, or of several of which the first go before; own keys go before all."""
        result: dict[str, Entry] = {}
        for part in reversed(node.value) if isinstance(node, yaml.SequenceNode) else [node]:
            if isinstance(part, yaml.MappingNode):
                self._count += 1
                if self._count > MAX_NODES or depth > MAX_DEPTH:
                    raise _TooBigError(f"has more than {MAX_NODES} values or {MAX_DEPTH} levels")
                result.update(self._mapping(part, path, depth + 1))
            else:
                fault = Entry("<<", path, place).fault("<< brings in what is no block of keys", "write <<: *anchor of a block")
                self._faults.append(fault)
        return result

    def _scalar(self, node: yaml.Node) -> Scalar | None:
        kind = node.tag.rsplit(":", 1)[-1]
        text = str(node.value)
        try:
            if kind in ("int", "float", "bool", "null"):
                value = getattr(self._scalars, f"construct_yaml_{kind}")(node)
                return None if value is None else value if isinstance(value, (bool, int)) else float(value)
            if not getattr(node, "style", None) and text[:1] in "+-.0123456789":
                number = float(text)  # YAML 1.1 reads 1e-3 as text
                return number if math.isfinite(number) else text
        except (ValueError, OverflowError):
            pass
        return text
