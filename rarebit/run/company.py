"""Company that could not go its way: who fills a scene without a part in it must not spoil it."""

from __future__ import annotations

import dataclasses
import re

from rarebit.history import History
from rarebit.layout import Layout
from rarebit.run import artefacts
from rarebit.run.artefacts.meetings import story_of
from rarebit.scenario import ConcreteScenario

_COMPANY = ("traffic", "parked")


def without_troubled(scenario: ConcreteScenario, layout: Layout, history: History) -> Layout | None:
    """The layout without the company that an artefact of the run names, each with what it did; None where there is none.

    Of a driver too fast for a town's bend and the one that runs into it both are named. The story's own actors stay, and with
    them the verdict on what they do.
    """
    story = story_of(scenario)
    company = {plan.name for plan in scenario.actors if plan.role in _COMPANY} - story
    troubled: dict[str, str] = {}
    for line in artefacts.found(scenario, history):
        for name in re.findall(r"\w+", line):
            if name in company:
                troubled.setdefault(name, line)
    here = [placed.name for placed in layout.actors if placed.name in troubled]
    if not here:
        return None
    return dataclasses.replace(
        layout,
        actors=tuple(placed for placed in layout.actors if placed.name not in troubled),
        dropped=(*layout.dropped, *((name, troubled[name]) for name in here)),
    )
