"""The story without the company that fills its scene: most draws that fail, fail by what the story's own actors do.

Company keeps out of the way of the story and is kept out of contact by the verdict, so what the story's actors do does not
depend on it: a draw that fails alone fails in company.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from rarebit.layout import Layout
from rarebit.run.artefacts.meetings import story_of
from rarebit.run.carrying import carriers
from rarebit.scenario import ConcreteScenario

# Alone a run costs about a third of one among fifty, so it pays where every third draw fails; among a dozen, half or more.
_COMPANY = 20


def solo(
    scenario: ConcreteScenario, layout: Layout, size_m: Mapping[str, NDArray[np.float64]]
) -> tuple[ConcreteScenario, Layout] | None:
    """The scenario and its layout with the story's actors alone, and no criterion that has to look; None if it is not worth it.

    Args:
        size_m: (length, width, height) of every actor by name.

    Raises:
        SceneError: see ``carriers``.
    """
    names = {plan.name for plan in scenario.actors}
    cast = (story_of(scenario) | set(_named(scenario.story)) | set(_named(scenario.accept))) & names
    loads = carriers(scenario, layout, size_m)
    while below := {loads[name].name for name in cast & loads.keys()} & names - cast:
        cast |= below  # which may be loads themselves
    if len(layout.actors) - len(cast) < _COMPANY:
        return None
    alone = dataclasses.replace(
        scenario,
        actors=tuple(plan for plan in scenario.actors if plan.name in cast),
        accept=tuple(criterion for criterion in scenario.accept if not criterion.watched()),
    )
    return alone, dataclasses.replace(layout, actors=tuple(placed for placed in layout.actors if placed.name in cast))


def _named(value: object) -> Iterator[str]:
    """All text in constructs: names of actors among it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for one in value:
            yield from _named(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _named(getattr(value, field.name))
