"""The reference of the scenario language: one page, from the constructs and blocks themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rarebit.language.blocks.road import Town
from rarebit.language.construct import constructs
from rarebit.language.spec import Spec
from rarebit.reading.advice import unit_variants
from rarebit.reading.choices import Named
from rarebit.reading.dataclass_shapes import Nested, record_of
from rarebit.reading.records import Field, Record
from rarebit.reading.shapes import Many, Number, Shape, Span, Word
from rarebit.reading.units import UNITS, Unit

_HEAD = """\
# The scenario language

<!-- Written by `python -m rarebit.language reference > docs/language.md`; a test says whether it is up to date. -->

A spec is a YAML file that describes a *logical scenario*: what happens, with parameters that are drawn anew for each scene.
Every fault of a spec is told at once, before anything starts.

**Units** stand at the end of a key, and any unit of the kind may be written: `speed_mps`, `speed_kph`, `speed_mph`.
**Formulas** over parameters stand wherever a value does: `$ego_speed_kph - 10`, `2 * $gap_m / $speed_mps`, with `+ - * /`,
`min`, `max`, `abs`, `sqrt`; a parameter's unit is the one that its name ends with. **Anchors and merge keys** (`&name`,
`*name`, `<<: *name`) are YAML's.
"""
_KINDS = (
    ("distribution", "Distributions", "How a parameter is drawn; a plain value is a constant."),
    ("place", "Places", "Where an actor starts: its `at`."),
    ("condition", "Conditions", "What a rule waits for: its `when`."),
    ("maneuver", "Maneuvers", "What an actor does when a rule fires: under its name in `do`, one or a list of several."),
    ("measure", "Measures", "Numbers that `accept` holds in a band: `in: [low, high]`, in the unit of the key."),
    ("criterion", "Criteria", "What else `accept` can ask for."),
    ("road", "Road templates", "Generated roads: `road: {template: <name>, ...}`."),
    ("company", "Company", "Who else is there: under its name in `populate`, one block or a list of several."),
)


def reference_text() -> str:
    """The text of ``docs/language.md``."""
    return "\n".join([_HEAD, *_blocks(), *_constructs(), *_units()]) + "\n"


def _blocks() -> Iterator[str]:
    yield "## Blocks"
    yield from _record("A spec", record_of(Spec), level=3)
    for title, make in _nested(record_of(Spec), ""):
        yield from _record(title, record_of(make), level=3)
    yield from _record("`road` of a town", record_of(Town), level=3)
    for title, make in _nested(record_of(Town), "road."):
        yield from _record(title, record_of(make), level=3)


def _nested(record: Record, path: str) -> Iterator[tuple[str, type[Any]]]:
    """The blocks within a block, with what people call them."""
    for f in record.fields:
        shape = f.shape.item if isinstance(f.shape, (Named, Many)) else f.shape
        if isinstance(shape, Nested):
            yield f"{'One of ' if shape is not f.shape else ''}`{path}{f.key}`", shape.make
            yield from _nested(record_of(shape.make), f"{path}{f.key}.")


def _constructs() -> Iterator[str]:
    for kind, title, about in _KINDS:
        yield f"## {title}"
        yield f"{about}\n"
        for name, make in constructs(kind).items():
            yield from _record(f"`{name}`", record_of(make), level=3, after=_facts(kind, make), example=_example(kind, make))


def _facts(kind: str, make: type[Any]) -> str:
    if kind == "maneuver":
        return f"For: {', '.join(make.by)}."
    return f"The {make.worse} end is the critical one." if kind == "measure" else ""


def _example(kind: str, make: type[Any]) -> str:
    example = make.registered.example
    stands = {
        "distribution": f"parameters: {{drawn: {example}}}",
        "place": f"at: {example}",
        "condition": f"when: {example}",
        "maneuver": f"do: {{lead: {example}}}",
    }
    named = {"road": f"road: {example}", "company": f"populate: {{{make.registered.name}: {example}}}"}
    return {**stands, **named}.get(kind, f"accept: {{{make.registered.name}: {example}}}")


def _units() -> Iterator[str]:
    yield "## Units"
    kinds: dict[str, list[str]] = {}
    for unit in UNITS.values():
        kinds.setdefault(str(unit.dimension), []).append(f"`{unit.suffix}`")
    yield from (f"* {kind}: {', '.join(units)}" for kind, units in kinds.items())


def _record(title: str, record: Record, *, level: int, after: str = "", example: str = "") -> Iterator[str]:
    yield f"{'#' * level} {title}"
    yield f"{record.about[:1].upper()}{record.about[1:]}\n" if record.about else ""
    if after:
        yield f"{after}\n"
    if record.fields:
        yield "| key | value | unless given | meaning |"
        yield "|---|---|---|---|"
        yield from (_row(f) for f in record.fields)
        yield ""
    if example:
        yield f"```yaml\n{example}\n```\n"


def _row(f: Field) -> str:
    required = "required" if f.required else f.default.replace("|", "\\|")
    return f"| `{_key(f)}` | {_value(f.shape, f.unit)} | {required} | {f.about} |"


def _key(f: Field) -> str:
    """Angles as people write them."""
    variants = list(unit_variants(f.key, f.unit))
    return f.key.removesuffix("_rad") + "_deg" if f.key.endswith("_rad") and f"{f.key[:-4]}_deg" in variants else f.key


def _value(shape: Shape, unit: Unit) -> str:
    if isinstance(shape, Word):
        words = [f"`{choice}`" for choice in shape.choices]
        return ", ".join(words) if words else f"a word such as `{shape.example}`" if shape.example else "text"
    if isinstance(shape, Number):
        return _range(shape, unit)
    if isinstance(shape, Span):
        return "`[low, high]`"
    if isinstance(shape, Many):
        inner = _value(shape.item, unit)
        return f"one or several: {inner}" if shape.single else f"list: {inner}"
    if isinstance(shape, Named):
        return f"a block for each {shape.what}, by its name"
    if isinstance(shape, Nested):
        return f"block: {', '.join(f'`{f.key}`' for f in record_of(shape.make).fields)}"
    kind = getattr(shape, "kind", "")
    return str(getattr(shape, "told", "")) or (f"a {kind}" if kind else "see below")


def _range(shape: Number, unit: Unit) -> str:
    scale = UNITS["rad"].si / UNITS["deg"].si if unit.suffix == "rad" else 1.0
    low, high, kind = shape.low * scale, shape.high * scale, "whole number" if shape.whole else "number"
    if high == float("inf"):
        return kind if low == float("-inf") else f"{kind} from {low:g}"
    return f"{kind} from {low:g} to {high:g}"
