"""PTS003: lidar points are numbers in their ranges."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rarebit.nuscenes.blobs import read_lidar
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import SampleData


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Sweeps with numbers that are none, intensities beyond a byte, or rings that are no whole numbers."""
    for data in dataset.rows(SampleData).values():
        if dataset.sensor(data).modality != "lidar":
            continue
        points = read_lidar(dataset.path(data))
        if not np.isfinite(points).all():
            yield data.filename, "holds numbers that are not finite"
        elif points[:, 3].min() < 0 or points[:, 3].max() > 255:
            yield data.filename, f"intensities from {points[:, 3].min()} to {points[:, 3].max()}, expected 0 to 255"
        elif points[:, 4].min() < 0 or (points[:, 4] % 1 != 0).any():
            yield data.filename, "rings are no whole numbers from 0"


CHECK = Check(id="PTS003", rule="Lidar points are finite, intensities 0 to 255, rings whole numbers.", find=find)
