"""The reference page is up to date and tells every construct with its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from rarebit.language.construct import FOLDERS, constructs
from rarebit.language.reference import reference_text
from rarebit.reading.dataclass_shapes import record_of

PAGE = Path(__file__).parents[4] / "docs" / "language.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_text(), "run: python -m rarebit.language reference > docs/language.md"


@pytest.mark.parametrize("kind", FOLDERS)
def test_every_construct_is_there_with_its_keys_and_example(kind: str) -> None:
    text = reference_text()
    for name, make in constructs(kind).items():
        _, _, section = text.partition(f"### `{name}`\n")
        section = section.partition("\n## ")[0].partition("\n### ")[0]
        assert make.registered.example in section
        for f in record_of(make).fields:
            assert any(f"| `{variant}` |" in section for variant in f.variants()), (name, f.key)


def test_angles_and_ranges_are_told_as_people_write_them() -> None:
    text = reference_text()
    assert "| `heading_deg` | number from -360 to 360 | 0 |" in text
    assert "| `angle_deg` | number from -80 to 80 | 0 |" in text
    assert "| `lanes` | whole number from 1 to 5 | 1 |" in text
    assert "### One of `actors`" in text
