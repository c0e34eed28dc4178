"""The rows that every dataset shares: categories, attributes, levels of visibility."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.labels.vocabulary import ATTRIBUTES, LIDARSEG_NAMES, VISIBILITY_LEVELS
from rarebit.nuscenes import records
from rarebit.nuscenes.naming import token
from rarebit.nuscenes.record import Record


def vocabulary_rows() -> Iterator[Record]:
    """All of them, in the order that lidarseg indices give."""
    for index, name in enumerate(LIDARSEG_NAMES):
        yield records.Category(token=token("category", name), name=name, description="", index=index)
    for name, text in ATTRIBUTES.items():
        yield records.Attribute(token=token("attribute", name), name=name, description=text)
    for level, (name, text) in VISIBILITY_LEVELS.items():
        yield records.Visibility(token=level, level=name, description=f"visibility of whole object is {text}")
