"""BOX002: something of what is annotated was measured."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import SampleAnnotation


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Boxes without a lidar point, a radar return or a visible pixel."""
    for row in dataset.rows(SampleAnnotation).values():
        truth = dataset.truth(row)
        pixels = truth.visible_pixels if truth is not None else 0
        if row.num_lidar_pts + row.num_radar_pts + pixels == 0:
            yield f"sample_annotation {row.token}", "no sensor has anything of it"


CHECK = Check(id="BOX002", rule="Every box holds a lidar point, a radar return or a visible pixel.", find=find)
