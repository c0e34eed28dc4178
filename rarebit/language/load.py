"""Reads a spec, or says everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rarebit.core.errors import Fault, SpecError
from rarebit.core.files import content_hash
from rarebit.language.checks.draws import check_draws
from rarebit.language.checks.names import check_names, check_parameters
from rarebit.language.logical import LogicalScenario, Parameter
from rarebit.language.spec import Spec
from rarebit.packs import builtin, files, in_use
from rarebit.reading.advice import nearest
from rarebit.reading.dataclass_shapes import record_of
from rarebit.reading.entries import Entry, from_plain, read_yaml
from rarebit.reading.records import Draft, folded
from rarebit.reading.units import PLAIN
from rarebit.reading.values import Given

FOLDER = builtin().folder / "scenarios"


def find(name: str) -> Path:
    """The file of a spec: a path to a YAML file, or the name of one in the ``scenarios/`` of the packs in use.

    Raises:
        SpecError: there is none, and it suggests the nearest name; or two packs have one of that name.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return path
    known = files("scenarios", "*.yaml", in_use())
    if name in known:
        return known[name]
    problem = "there is no such scenario"
    raise SpecError([Fault(file=name, path="scenario", value=name, problem=problem, remedy=nearest(path.stem, list(known)))])


def load(path: Path | str, *, road: Mapping[str, Any] | None = None, any_model: bool = False) -> LogicalScenario:
    """Reads and checks a spec.

    Args:
        path: of the file.
        road: replaces the road block, such as ``{"town": "Town10HD"}``.
        any_model: takes models that neither CARLA 0.9.16 nor the embedded server has, for a server with blueprints of its own.

    Raises:
        SpecError: every fault of the file.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        fault = Fault(
            file=str(path), path="(file)", value=str(path), problem=f"cannot be read: {reason}", remedy="check the path"
        )
        raise SpecError([fault]) from error
    return read(text, str(path), road=road, any_model=any_model)


def read(text: str, file: str, *, road: Mapping[str, Any] | None = None, any_model: bool = False) -> LogicalScenario:
    """``load`` for a text at hand; ``file`` names it in faults."""
    faults: list[Fault] = []
    top = read_yaml(text, file, faults)
    if top is None:
        raise SpecError(faults)
    replaced: Entry | None = None
    if road is not None and isinstance(top.value, dict):
        replaced = top.value.get("road")
        top.value["road"] = from_plain(road, "road", "road override")
    draft = record_of(Spec).check(top, PLAIN, faults)
    spec = None if draft is None else _checked(draft, top, file, replaced, faults)
    if spec is not None:
        check_draws(spec, faults, any_model=any_model)
    if faults or spec is None:
        raise SpecError(list(dict.fromkeys(faults)))
    return spec


def _checked(draft: Draft, top: Entry, file: str, replaced: Entry | None, faults: list[Fault]) -> LogicalScenario:
    given = {name: item.value for name, item in _given(draft.values.get("parameters") or {}).items()}
    constraints = tuple(item.value for item in draft.values.get("constraints") or () if isinstance(item, Given))
    check_names(draft, faults)
    # What only a road that was replaced has used is not called unused.
    also = set(re.findall(r"\$([A-Za-z_]\w*)", str(replaced.plain()))) if replaced is not None else set()
    check_parameters(draft, _entries(top, "parameters"), constraints, also, faults)
    right = tuple(c for c in constraints if given.keys() >= set(c.formula.names()))
    return LogicalScenario(
        name=str(draft.values.get("scenario", "")),
        summary=str(draft.values.get("summary", "")),
        tags=tuple(str(tag) for tag in draft.values.get("tags", ())),
        file=file,
        content="" if faults else content_hash(top.plain()),
        parameters=tuple(Parameter(name=name, distribution=made) for name, made in given.items()),
        constraints=right,
        draft=draft,
        folded=draft if faults else folded(draft),
    )


def _given(block: Mapping[str, Any]) -> dict[str, Given]:
    return {name: item for name, item in block.items() if isinstance(item, Given)}


def _entries(top: Entry, block: str) -> dict[str, Entry]:
    inner = top.value.get(block) if isinstance(top.value, dict) else None
    return inner.value if inner is not None and isinstance(inner.value, dict) else {}
