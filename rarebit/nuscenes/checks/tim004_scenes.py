"""TIM004: scenes do not overlap in time, for readers that sort all samples by it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Scenes that begin before an earlier one ends."""
    spans = sorted(
        (samples[0].timestamp, samples[-1].timestamp, scene.name)
        for scene in dataset.scenes()
        if (samples := dataset.samples(scene))
    )
    for (_, end, before), (start, _, name) in pairwise(spans):
        if start <= end:
            yield f"scene {name}", f"begins {end - start} us before {before} ends"


CHECK = Check(id="TIM004", rule="Scenes follow each other in time.", find=find)
