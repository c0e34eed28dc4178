"""PTS002: every point of a lidar key frame has a label."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.nuscenes.blobs import read_lidar, read_lidarseg, read_panoptic
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Category, Lidarseg, SampleData


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Label files with more or fewer labels than points, unknown classes, or two classes for one point."""
    if not dataset.rows(Lidarseg):
        return
    most = max(category.index for category in dataset.rows(Category).values())
    for data in dataset.rows(SampleData).values():
        if not data.is_key_frame or dataset.sensor(data).modality != "lidar":
            continue
        files = dataset.point_labels(data)
        if files is None:
            yield f"sample_data {data.token}", "has no point labels"
            continue
        count, classes, panoptic = len(read_lidar(dataset.path(data))), read_lidarseg(files[0]), read_panoptic(files[1])
        if (len(classes), len(panoptic)) != (count, count):
            yield data.filename, f"has {count} points, {len(classes)} classes, {len(panoptic)} panoptic labels"
        elif classes.max() > most:
            yield data.filename, f"class {classes.max()} is in no category"
        elif ((panoptic // 1000 != classes) & (panoptic > 0)).any():
            yield data.filename, "a point's panoptic label is of another class than its lidarseg label"


CHECK = Check(
    id="PTS002", rule="Every point of a lidar key frame has a class that is known, the same in both files.", find=find
)
