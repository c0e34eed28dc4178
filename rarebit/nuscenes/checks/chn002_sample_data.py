"""CHN002: the data of a channel are linked in time."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.nuscenes.checks.chains import broken_links
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Every row that does not name its neighbours in the channel."""
    for scene in dataset.scenes():
        for channel in dataset.channels(scene):
            data = dataset.data(scene, channel)
            yield from broken_links("sample_data", data, [row.timestamp for row in data])


CHECK = Check(id="CHN002", rule="The data of a channel in a scene name each other in the order of time.", find=find)
