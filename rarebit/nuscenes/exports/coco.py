"""COCO: two-dimensional boxes in the pictures of all key frames.

A box is the part of the picture that the projection of the three-dimensional box takes up; what stands before the object is not
taken away. Objects of which no camera sees a pixel are left out where the dataset tells so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from rarebit.core.frames import apply, box_corners, inverse
from rarebit.nuscenes.exports.export import Export
from rarebit.nuscenes.geometry import box, lens, world_from_sensor
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Category, Sample, SampleAnnotation, SampleData

Json = dict[str, Any]
_LEAST_AREA_PX = 1.0


def write(dataset: Dataset, out: Path) -> None:
    """Writes ``annotations.json``; pictures stay where they are, ``file_name`` is below the dataset's root."""
    images: list[Json] = []
    found: list[Json] = []
    for scene in dataset.scenes():
        for sample in dataset.samples(scene):
            for _, data in sorted(dataset.key_frames(sample).items()):
                if dataset.sensor(data).modality == "camera":
                    number = len(images) + 1
                    images.append(
                        {
                            "id": number,
                            "file_name": data.filename,
                            "width": data.width,
                            "height": data.height,
                            "token": data.token,
                        }
                    )
                    found += _in_picture(dataset, sample, data, number)
    content = {
        "images": images,
        "annotations": [{"id": i + 1, **row} for i, row in enumerate(found)],
        "categories": [{"id": row.index, "name": row.name} for row in dataset.rows(Category).values()],
    }
    (out / "annotations.json").write_text(json.dumps(content, allow_nan=False, ensure_ascii=False), encoding="utf-8")


def _in_picture(dataset: Dataset, sample: Sample, data: SampleData, number: int) -> list[Json]:
    camera_from_world, optics = inverse(world_from_sensor(dataset, data)), lens(dataset, data)
    rows = []
    for annotation in dataset.annotations(sample):
        if (truth := dataset.truth(annotation)) is not None and truth.visible_pixels == 0:
            continue
        solid = box(dataset, annotation)
        bounds = optics.bounds(apply(camera_from_world @ solid.world_from_box, box_corners(solid.size_lwh_m)))
        if bounds is None:
            continue
        low = np.clip(bounds[0], 0.0, [data.width, data.height])
        side = np.clip(bounds[1], 0.0, [data.width, data.height]) - low
        if side[0] * side[1] >= _LEAST_AREA_PX:
            rows.append(_row(dataset, annotation, number, [*low.tolist(), *side.tolist()]))
    return rows


def _row(dataset: Dataset, annotation: SampleAnnotation, number: int, bbox: list[float]) -> Json:
    return {
        "image_id": number,
        "category_id": dataset.category(annotation).index,
        "bbox": bbox,
        "area": bbox[2] * bbox[3],
        "iscrowd": 0,
        "sample_annotation_token": annotation.token,
        "instance_token": annotation.instance_token,
    }


EXPORT = Export(name="coco", says="COCO boxes of all key frames' pictures, one annotations.json.", write=write)
