"""CHN003: the boxes of an object are linked in time."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.nuscenes.checks.chains import broken_links
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Instance, Sample


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Every box that does not name its neighbours in its track, and tracks over several scenes."""
    for instance in dataset.rows(Instance).values():
        track = dataset.track(instance)
        yield from broken_links("sample_annotation", track, [dataset.time_us(row) for row in track])
        scenes = {dataset.get(Sample, row.sample_token).scene_token for row in track}
        if len(scenes) > 1:
            yield f"instance {instance.token}", f"is in {len(scenes)} scenes"


CHECK = Check(id="CHN003", rule="The boxes of an object name each other in the order of time, within one scene.", find=find)
