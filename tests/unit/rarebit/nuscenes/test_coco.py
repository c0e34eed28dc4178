"""COCO boxes against what the pictures show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rarebit.nuscenes.exports import export
from rarebit.nuscenes.reader import Dataset, open_dataset
from rarebit.nuscenes.records import SampleAnnotation, SampleData


@pytest.fixture(scope="module")
def content(two_scenes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("coco") / "out"
    export(open_dataset(two_scenes), "coco", out)
    found: dict[str, Any] = json.loads((out / "annotations.json").read_text())
    return found


@pytest.fixture(scope="module")
def dataset(two_scenes: Path) -> Dataset:
    return open_dataset(two_scenes)


def test_every_key_frames_picture_is_an_image(content: dict[str, Any], dataset: Dataset) -> None:
    assert len(content["images"]) == 2 * 3 * 6
    assert [image["id"] for image in content["images"]] == list(range(1, 37))
    for image in content["images"]:
        with Image.open(dataset.root / image["file_name"]) as picture:
            assert picture.size == (image["width"], image["height"])
    assert len({row["id"] for row in content["annotations"]}) == len(content["annotations"]) > 20
    assert {row["id"]: row["name"] for row in content["categories"]}[17] == "vehicle.car"


def test_boxes_hold_what_the_picture_shows_of_the_object(content: dict[str, Any], dataset: Dataset) -> None:
    """The synthetic world is made of boxes: the pixels of one lie within its projection, and fill it where nothing hides it."""
    rows = {(row["image_id"], row["sample_annotation_token"]): row for row in content["annotations"]}
    checked = filled = 0
    for image in content["images"]:
        data = dataset.get(SampleData, image["token"])
        files = dataset.label_images(data)
        assert files is not None
        shown = np.asarray(Image.open(dataset.root / files.instance))
        for annotation in dataset.rows(SampleAnnotation).values():
            truth = dataset.truth(annotation)
            if annotation.sample_token != data.sample_token or truth is None or truth.actor_id > 0xFFFF:
                continue
            v, u = np.nonzero(shown == truth.actor_id)
            if len(v) < 3:
                continue
            x, y, width, height = rows[image["id"], annotation.token]["bbox"]
            assert x - 0.5 <= u.min()
            assert u.max() + 1 <= x + width + 0.5
            assert y - 0.5 <= v.min()
            assert v.max() + 1 <= y + height + 0.5
            checked += 1
            filled += abs(u.min() - x) < 1.5 and abs(u.max() + 1 - x - width) < 1.5
    assert checked > 20
    assert filled > checked / 2


def test_boxes_lie_in_their_pictures(content: dict[str, Any]) -> None:
    sizes = {image["id"]: (image["width"], image["height"]) for image in content["images"]}
    for row in content["annotations"]:
        x, y, width, height = row["bbox"]
        assert x >= 0
        assert y >= 0
        assert x + width <= sizes[row["image_id"]][0] + 1e-9
        assert y + height <= sizes[row["image_id"]][1] + 1e-9
        assert row["area"] == pytest.approx(width * height)
        assert row["area"] >= 1.0
