"""FIL002: pictures have the size that their rows say."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import SampleData


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Pictures that are no JPEG or of another size."""
    for data in (data for data in dataset.rows(SampleData).values() if data.fileformat == "jpg"):
        try:
            with Image.open(dataset.path(data)) as image:
                kind, size = image.format, image.size
        except OSError as error:
            yield data.filename, f"cannot be read: {error}"
            continue
        if kind != "JPEG" or size != (data.width, data.height):
            yield data.filename, f"is a {kind} of {size}, its row says {(data.width, data.height)}"


CHECK = Check(id="FIL002", rule="Pictures are JPEGs of the size that their rows say.", find=find)
