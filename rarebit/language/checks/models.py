"""Models that no server has, and maneuvers that a model cannot do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rarebit.core.errors import Fault
from rarebit.language.blocks.ego import Ego
from rarebit.language.blueprints import kind_of, known, nearest_models
from rarebit.language.checks.names import block, directed
from rarebit.language.logical import LogicalScenario
from rarebit.reading.expressions import Scalar
from rarebit.reading.records import Draft
from rarebit.reading.shapes import Term


def check_models(spec: LogicalScenario, draws: Sequence[Mapping[str, Scalar]], faults: list[Fault], *, any_model: bool) -> None:
    """A fault for each actor whose model, in some draw or at the end of some distribution, is unknown or cannot do its part.

    Args:
        any_model: whether unknown ones are taken.
    """
    drafts = {"ego": spec.draft.values.get("ego"), **block(spec.draft, "actors")}
    models = {name: _models(draft, spec, draws) for name, draft in drafts.items() if isinstance(draft, Draft)}
    for name, possible in models.items():
        wrong = next((model for model in possible if not any_model and not known(model)), None)
        if wrong is not None:
            advice = f"did you mean {' or '.join(nearest_models(wrong))}?"
            faults.append(_entry(drafts[name]).fault(f"there is no model {wrong}", advice))
    for _, actor, _, maneuvers in directed(spec.draft):
        for draft in maneuvers:
            faults += _unable(draft, models.get(actor, []))


def _unable(draft: Draft, models: Sequence[str]) -> Iterator[Fault]:
    able: tuple[str, ...] = getattr(draft.make, "by", ())
    for model in models:
        if kind_of(model) not in able:
            name = draft.make.registered.name  # type: ignore[attr-defined]
            who = " or ".join(able)
            yield draft.entry.fault(f"{name} is nothing that {model} (a kind of {kind_of(model)}) can do", f"only a {who} can")
            return


def _models(draft: Draft, spec: LogicalScenario, draws: Sequence[Mapping[str, Scalar]]) -> list[str]:
    """Every model that an actor is seen to have; none where a formula goes wrong, which is reported elsewhere."""
    given: Any = draft.values.get("model", Ego.__dataclass_fields__["model"].default)
    if isinstance(given, str):
        return [given]
    if not isinstance(given, Term):
        return []
    names = set(given.formula.names())
    ends = [{p.name: end} for p in spec.parameters if {p.name} == names for end in p.distribution.ends()]
    found: dict[str, None] = {}
    for values in (*draws, *ends):
        try:
            found[str(given.value(values))] = None
        except ValueError:
            return []
    return list(found)


def _entry(draft: Draft) -> Any:
    given = draft.entry.value
    return given.get("model", draft.entry) if isinstance(given, dict) else draft.entry
