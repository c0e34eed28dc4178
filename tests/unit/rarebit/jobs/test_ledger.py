"""The record of draws: round trip, another identity starts afresh, a torn file is no record."""

from __future__ import annotations

from pathlib import Path

import pytest

from rarebit.jobs.ledger import Accepted, Draws, Rejected

REJECTED = Rejected(attempt=0, reasons=("min_ttc_s 2.10 is above 1.50",), values={"speed_kph": 40.0, "weather": "ClearNoon"})
ACCEPTED = Accepted(attempt=1, key="ab" * 16, measures={"min_ttc_s": 0.8}, first_seen=("CAM_FRONT", 0.5), samples=17)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    draws = Draws.read(tmp_path / "draws" / "a.json", "one")
    draws.reject(REJECTED)
    draws.accept(ACCEPTED)
    return draws.path


def test_round_trip(path: Path) -> None:
    again = Draws.read(path, "one")
    assert again.rejected == [REJECTED]
    assert again.accepted == ACCEPTED


def test_another_identity_knows_nothing(path: Path) -> None:
    again = Draws.read(path, "two")
    assert again.rejected == []
    assert again.accepted is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"identity": "one"}', '{"identity": "one", "rejected": [{}], "accepted": null}']
)
def test_a_torn_file_knows_nothing(path: Path, text: str) -> None:
    path.write_text(text)
    again = Draws.read(path, "one")
    assert again.rejected == []
    assert again.accepted is None
