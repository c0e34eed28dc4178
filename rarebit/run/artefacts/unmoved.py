"""Somebody was told to go and stays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit.run.artefacts.case import Case

_MOVES_M = 0.3
_MOVES_AFTER_S = 1.5


def unmoved(case: Case) -> Iterator[str]:
    """Actors that were told to go and did not."""
    scenario, history = case.scenario, case.history
    fired_us = {event.name: event.time_us for event in history.events if event.kind == "rule"}
    for rule in scenario.story:
        if rule.name not in fired_us:
            continue
        start = int(np.searchsorted(history.time_us, fired_us[rule.name]))
        later = int(np.searchsorted(history.time_us, fired_us[rule.name] + _MOVES_AFTER_S * 1e6))
        for name, maneuver in rule.do:
            if not maneuver.moves or name not in history.tracks or later >= len(history.time_us):
                continue
            moved = float(np.linalg.norm(history.tracks[name].position_m[later] - history.tracks[name].position_m[start]))
            if moved < _MOVES_M:
                yield f"{name}: did not move within {_MOVES_AFTER_S:g} s of {rule.name}"
