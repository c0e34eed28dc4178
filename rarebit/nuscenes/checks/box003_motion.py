"""BOX003: boxes move as their objects do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Instance

# The mean of both ends' velocities is the mean between them under constant acceleration. What else may lie between: a
# kick or a crash within one step of half a second.
_KICK_MPS = 8.0
_LONGEST_GAP_S = 1.5


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Steps of a box that its object's true velocities at both ends cannot have made."""
    for instance in dataset.rows(Instance).values():
        track = dataset.track(instance)
        for before, after in pairwise(track):
            first, second = dataset.truth(before), dataset.truth(after)
            seconds = (dataset.time_us(after) - dataset.time_us(before)) * 1e-6
            if first is None or second is None or not 0.0 < seconds <= _LONGEST_GAP_S:
                continue
            made = np.subtract(after.translation, before.translation) / seconds
            told = np.add(first.velocity, second.velocity) / 2.0
            if np.linalg.norm(made - told) > _KICK_MPS:
                yield (
                    f"sample_annotation {after.token}",
                    f"came {np.round(made, 1)} m/s, its velocities say {np.round(told, 1)}",
                )


CHECK = Check(id="BOX003", rule="A box moves between samples as its object's velocities say.", find=find)
