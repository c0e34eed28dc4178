"""``python -m rarebit.nuscenes.checks``: how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from rarebit.nuscenes.checks.__main__ import main


def test_without_a_dataset_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "python -m rarebit.nuscenes.checks DATAROOT" in capsys.readouterr().err


def test_a_folder_that_is_no_dataset_ends_with_6(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 6
    told = capsys.readouterr()
    assert told.err.startswith(f"rarebit: {tmp_path}: ")
    assert told.out == ""
