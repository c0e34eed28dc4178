"""Reads a spec, or says everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rarebit.core.errors import Fault, SpecError
from rarebit.core.files import content_hash
from rarebit.language.language import language
from rarebit.language.logical import LogicalScenario, Parameter
from rarebit.language.references import check_formulas, check_names, probe, read_constraints
from rarebit.language.shapes import nearest
from rarebit.packs import builtin, files, in_use
from rarebit.reading.entries import Entry, from_plain, read_yaml
from rarebit.reading.units import PLAIN

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


def load(path: Path | str, *, road: Mapping[str, Any] | None = None) -> LogicalScenario:
    """Reads and checks a spec.

    Args:
        road: replaces the road block, such as ``{"town": "Town10HD"}``.

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
    return read(text, str(path), road=road)


def read(text: str, file: str, *, road: Mapping[str, Any] | None = None) -> LogicalScenario:
    """``load`` for a text at hand; ``file`` names it in faults."""
    faults: list[Fault] = []
    top = read_yaml(text, file, faults)
    if top is None:
        raise SpecError(faults)
    if road is not None and isinstance(top.value, dict):
        top.value["road"] = from_plain(road, "road", "road override")
    spec = _check(top, file, faults)
    probe(spec, faults)
    if faults:
        raise SpecError(_once(faults))
    return spec


def _check(top: Entry, file: str, faults: list[Fault]) -> LogicalScenario:
    checked = language().check(top, PLAIN, faults)
    distributions = checked.pop("parameters", {})
    parameters = tuple(Parameter(name=name, distribution=made) for name, made in distributions.items() if made is not None)
    given = top.value.get("constraints") if isinstance(top.value, dict) else None
    entries = given.value if given is not None and isinstance(given.value, list) else []
    checked.pop("constraints", None)
    right = {parameter.name for parameter in parameters}
    constraints = tuple(
        c for c in read_constraints(entries, list(distributions), faults) if right.issuperset(c.formula.names())
    )
    if isinstance(top.value, dict):
        check_names(top, faults)
    check_formulas(checked, list(distributions), faults)
    _check_places(checked, top, faults)
    return LogicalScenario(
        name=str(checked.pop("scenario", "")),
        summary=str(checked.pop("summary", "")),
        tags=tuple(checked.pop("tags", ())),
        file=file,
        content=content_hash(top.plain()),
        parameters=parameters,
        constraints=constraints,
        body=checked,
    )


def _check_places(checked: Mapping[str, Any], top: Entry, faults: list[Fault]) -> None:
    """Keys that exclude each other."""
    actors = top.value.get("actors") if isinstance(top.value, dict) else None
    for name, actor in (checked.get("actors") or {}).items():
        place = actor.get("at") if isinstance(actor, dict) else None
        if not isinstance(place, dict) or actors is None or not isinstance(actors.value, dict):
            continue
        if "behind" in place and ("lane" in place or "ahead_m" in place or "from" in place):
            faults.append(actors.value[name].fault("is placed behind something and by lane at once", "keep one of the two"))
        if "gap_m" in place and "behind" not in place:
            faults.append(actors.value[name].fault("gap_m counts to what it stands behind", "add behind: <actor>"))
        if "behind" not in place and "ahead_m" not in place:
            faults.append(
                actors.value[name].fault("says not how far ahead it starts", "add ahead_m (negative behind ego) to `at`")
            )


def _once(faults: list[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))
