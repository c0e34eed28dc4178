"""CHN001: samples are linked in time."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.nuscenes.checks.chains import broken_links
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Every sample that does not name its neighbours in the scene."""
    for scene in dataset.scenes():
        samples = dataset.samples(scene)
        yield from broken_links("sample", samples, [sample.timestamp for sample in samples])


CHECK = Check(id="CHN001", rule="The samples of a scene name each other in the order of time.", find=find)
