"""Two stand inside each other before anything happens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit import criticality
from rarebit.history import History
from rarebit.run.artefacts.shapes import reach_m, shrunk
from rarebit.scenario import ConcreteScenario


def overlaps(_scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """Actors inside each other at time 0."""
    tracks = list(history.tracks.values())
    for i, a in enumerate(tracks):
        for b in tracks[i + 1 :]:
            if np.linalg.norm(a.position_m[0, :2] - b.position_m[0, :2]) >= reach_m(a, b):
                continue
            first = [shrunk(track)[0:1] for track in (a, b)]
            if criticality.distance_m(*first)[0] <= 0.0 and criticality.height_gap_m(a, b)[0] <= 0.0:
                yield f"{a.name} and {b.name} stand inside each other at the start"
