"""Two stand inside each other before anything happens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit import criticality
from rarebit.run.artefacts.case import Case
from rarebit.run.artefacts.shapes import shrunk


def overlaps(case: Case) -> Iterator[str]:
    """Actors inside each other at time 0."""
    tracks = list(case.history.tracks.values())
    start = np.stack([track.position_m[0, :2] for track in tracks])
    reach = np.array([np.linalg.norm(track.size_lwh_m[:2]) / 2.0 for track in tracks])
    near = np.linalg.norm(start[:, None] - start[None], axis=2) < reach[:, None] + reach[None]
    for i, j in zip(*np.nonzero(np.triu(near, 1)), strict=True):
        a, b = tracks[i], tracks[j]
        if criticality.distance_m(shrunk(a)[0:1], shrunk(b)[0:1])[0] <= 0.0 and criticality.height_gap_m(a, b)[0] <= 0.0:
            yield f"{a.name} and {b.name} stand inside each other at the start"
