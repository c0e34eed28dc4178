"""TIM002: data have the ego's pose of their own time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import EgoPose, SampleData


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Data whose pose is of another time, and poses that belong to no data or to several."""
    used: Counter[str] = Counter()
    for data in dataset.rows(SampleData).values():
        used[data.ego_pose_token] += 1
        pose = dataset.ego_pose(data)
        if pose.timestamp != data.timestamp:
            yield f"sample_data {data.token}", f"its pose is {pose.timestamp - data.timestamp} us later"
    for token in dataset.rows(EgoPose):
        if used[token] != 1:
            yield f"ego_pose {token}", f"belongs to {used[token]} data"


CHECK = Check(id="TIM002", rule="Every data row has an ego pose of its own, of its own time.", find=find)
