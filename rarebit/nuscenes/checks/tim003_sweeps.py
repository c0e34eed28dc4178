"""TIM003: a sweep belongs to the sample that follows it."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Sample


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Sweeps before the sample before theirs, or after their own."""
    for scene in dataset.scenes():
        for channel in dataset.channels(scene):
            for data in (data for data in dataset.data(scene, channel) if not data.is_key_frame):
                own = dataset.get(Sample, data.sample_token)
                before = dataset.get(Sample, own.prev).timestamp if own.prev else None
                if data.timestamp > own.timestamp or (before is not None and data.timestamp <= before):
                    yield f"sample_data {data.token}", "is not between its sample and the one before"


CHECK = Check(id="TIM003", rule="A sweep belongs to the first sample that does not precede it.", find=find)
