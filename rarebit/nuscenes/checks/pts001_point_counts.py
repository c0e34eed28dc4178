"""PTS001: boxes count the points that they hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rarebit.core.boxes import points_in_boxes
from rarebit.core.frames import apply
from rarebit.nuscenes.blobs import read_lidar, read_radar
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.geometry import matrix, world_from_sensor
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Sample

# Files hold 32-bit numbers, so a point on a face may fall on either side.
_ON_FACES = 1


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Boxes whose counts of lidar points or radar returns differ from those in the key frames' files."""
    for sample in dataset.rows(Sample).values():
        annotations = dataset.annotations(sample)
        poses = [matrix(row) for row in annotations]
        sizes = [np.array([row.size[1], row.size[0], row.size[2]]) for row in annotations]
        lidar = points_in_boxes(cloud(dataset, sample, "lidar"), poses, sizes)
        # Radars measure no height.
        radar = points_in_boxes(cloud(dataset, sample, "radar"), poses, sizes, flat=True)
        for row, hits, returns in zip(annotations, lidar, radar, strict=True):
            for name, got, counted in (
                ("num_lidar_pts", row.num_lidar_pts, len(hits)),
                ("num_radar_pts", row.num_radar_pts, len(returns)),
            ):
                if abs(got - counted) > _ON_FACES:
                    yield f"sample_annotation {row.token}", f"{name}: got {got}, the files have {counted}"


def cloud(dataset: Dataset, sample: Sample, modality: str) -> NDArray[np.float64]:
    """(n, 3) points of all key frames of a modality, global."""
    parts = [np.empty((0, 3))]
    for data in dataset.key_frames(sample).values():
        if dataset.sensor(data).modality == modality:
            path = dataset.path(data)
            if modality == "lidar":
                points = read_lidar(path)[:, :3].astype(np.float64)
            else:
                returns = read_radar(path)
                points = np.stack([returns[axis].astype(np.float64) for axis in "xyz"], axis=1)
            parts.append(apply(world_from_sensor(dataset, data), points))
    return np.concatenate(parts)


CHECK = Check(id="PTS001", rule="Boxes count the lidar points and radar returns that they hold.", find=find)
