"""What measures of two actors have in common."""

from __future__ import annotations

from rarebit import criticality
from rarebit.history import RunView


def footprints(run: RunView, between: tuple[str, str]) -> tuple[criticality.Boxes, criticality.Boxes]:
    """The boxes of two actors from the first event on."""
    one, other = (criticality.boxes(run.history.tracks[name])[run.start :] for name in between)
    return one, other
