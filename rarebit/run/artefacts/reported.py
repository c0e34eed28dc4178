"""What the run itself has found wrong."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.run.artefacts.case import Case


def reported(case: Case) -> Iterator[str]:
    """Events of the kind "artefact"."""
    for event in case.history.events:
        if event.kind == "artefact":
            yield event.name
