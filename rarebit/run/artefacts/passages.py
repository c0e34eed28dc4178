"""Two go through each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit import criticality
from rarebit.history import History
from rarebit.run.artefacts.shapes import moves, reach_m, shrunk
from rarebit.scenario import ConcreteScenario


def passages(scenario: ConcreteScenario, history: History) -> Iterator[str]:
    """Vehicles and hazards that drive or roll through others than the ego."""
    tracks = [track for name, track in history.tracks.items() if name != "ego"]
    for i, a in enumerate(tracks):
        for b in tracks[i + 1 :]:
            bodies = any(t.type_id.startswith("vehicle.") or t.name in scenario.hazards for t in (a, b))
            close = np.flatnonzero(np.linalg.norm(a.position_m[:, :2] - b.position_m[:, :2], axis=1) < reach_m(a, b))
            if not bodies or not len(close) or not (moves(a) or moves(b)):
                continue
            apart = criticality.distance_m(shrunk(a)[close], shrunk(b)[close]) + criticality.height_gap_m(a, b)[close]
            if (apart <= 0.0).any():
                tick = close[int(np.argmax(apart <= 0.0))]
                yield f"{a.name} and {b.name} went through each other at {history.time_us[tick] * 1e-6:.1f} s"
