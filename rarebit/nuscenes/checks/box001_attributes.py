"""BOX001: attributes fit the class."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Attribute, SampleAnnotation

# Which attributes a class may have, by how both names begin.
_FITS = (
    ("vehicle.bicycle", "cycle."),
    ("vehicle.motorcycle", "cycle."),
    ("vehicle.", "vehicle."),
    ("human.", "pedestrian."),
)


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Boxes with two attributes, which evaluation refuses, or with one of another class."""
    for row in dataset.rows(SampleAnnotation).values():
        names = [dataset.get(Attribute, token).name for token in row.attribute_tokens]
        category = dataset.category(row).name
        family = next((attributes for classes, attributes in _FITS if category.startswith(classes)), None)
        if len(names) > 1:
            yield f"sample_annotation {row.token}", f"has {len(names)} attributes, expected at most one"
        elif any(family is None or not name.startswith(family) for name in names):
            yield f"sample_annotation {row.token}", f"a {category} cannot be {names[0]}"


CHECK = Check(id="BOX001", rule="A box has at most one attribute, of its own class.", find=find)
