"""TIM001: a sample has one key frame of every channel, at its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import SampleData

# Half of a lidar's turn at 20 Hz would be 25 ms; real cameras are up to 50 ms from their sample.
_NEAR_US = 50_000


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Samples that lack a channel or have two of one, and key frames far from their sample."""
    counts = Counter(
        (data.sample_token, dataset.sensor(data).channel) for data in dataset.rows(SampleData).values() if data.is_key_frame
    )
    for scene in dataset.scenes():
        for sample in dataset.samples(scene):
            for channel in dataset.channels(scene):
                if (count := counts[sample.token, channel]) != 1:
                    yield f"sample {sample.token}", f"has {count} key frames of {channel}"
            for channel, data in dataset.key_frames(sample).items():
                apart_us = data.timestamp - sample.timestamp
                if abs(apart_us) > (0 if dataset.sensor(data).modality == "lidar" else _NEAR_US):
                    yield f"sample_data {data.token}", f"{channel} is {apart_us} us from its sample"


CHECK = Check(
    id="TIM001", rule="A sample has one key frame of every channel, lidars at its time and others near it.", find=find
)
