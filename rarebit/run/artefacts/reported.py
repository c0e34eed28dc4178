"""What the run itself has found wrong."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.history import History
from rarebit.scenario import ConcreteScenario


def reported(_scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """Events of the kind "artefact"."""
    for event in history.events:
        if event.kind == "artefact":
            yield event.name
