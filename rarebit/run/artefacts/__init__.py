"""What a simulator does that the world does not: one rule a file, each a pure function of a run's ``Case``.

A rule yields one line a fault; a new rule is one file and one line in ``RULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rarebit.history import History
from rarebit.run.artefacts.accelerations import accelerations
from rarebit.run.artefacts.case import Case, case_of
from rarebit.run.artefacts.contacts import contacts
from rarebit.run.artefacts.falls import falls
from rarebit.run.artefacts.hovering import hovering
from rarebit.run.artefacts.jumps import jumps
from rarebit.run.artefacts.overlaps import overlaps
from rarebit.run.artefacts.releases import releases
from rarebit.run.artefacts.reported import reported
from rarebit.run.artefacts.unmoved import unmoved
from rarebit.scenario import ConcreteScenario

RULES: tuple[Callable[[Case], Iterator[str]], ...] = (
    reported,
    jumps,
    accelerations,
    falls,
    hovering,
    releases,
    overlaps,
    contacts,
    unmoved,
)
"""All rules, in the order of their reasons."""


def found(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """One line a fault of the run."""
    case = case_of(scenario, history)
    for rule in RULES:
        yield from rule(case)
