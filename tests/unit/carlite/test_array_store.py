"""Kept arrays: named by code and values, and a disk that refuses costs nothing but time."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np
import pytest

from carlite import store


def _pack(value: int) -> store.Arrays:
    return {"value": np.array(value)}


def _unpack(arrays: store.Arrays) -> int:
    return int(arrays["value"])


def test_what_is_kept_is_not_built_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "one.npz"
    assert store.kept(path, lambda: 7, _pack, _unpack) == 7
    assert store.kept(path, lambda: 8, _pack, _unpack) == 7
    assert [file.name for file in path.parent.iterdir()] == ["one.npz"]


def test_a_folder_that_cannot_be_written_is_told_and_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        assert store.kept(tmp_path / "file" / "one.npz", lambda: 7, _pack, _unpack) == 7
    assert "cannot be kept" in caplog.text


def test_a_file_of_something_else_is_built_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store.kept(tmp_path / "one.npz", lambda: 7, lambda value: {"other": np.array(value)}, lambda arrays: int(arrays["other"]))
    with caplog.at_level(logging.WARNING):
        assert store.kept(tmp_path / "one.npz", lambda: 8, _pack, _unpack) == 8
    assert "built anew" in caplog.text


def test_the_key_tells_code_and_values_apart() -> None:
    known = store.key(("mesh.py", "opendrive"), 1, "text")
    assert known == store.key(("mesh.py", "opendrive"), 1, "text")
    others = [
        store.key(("mesh.py",), 1, "text"),
        store.key(("mesh.py", "opendrive"), 1, "other"),
        store.key(("mesh.py", "opendrive"), "1text"),
    ]
    assert len({known, *others}) == 4


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    paths = [tmp_path / "a.npz", tmp_path / "models" / "b.npz", tmp_path / "c.bin", tmp_path / "notes.txt"]
    for age, path in enumerate(paths):
        path.write_bytes(bytes(1000))
        os.utime(path, (1000 + age, 1000 + age))
    store.bound(tmp_path, most_bytes=3000)
    assert all(path.exists() for path in paths)
    store.touch(paths[0])
    store.bound(tmp_path, most_bytes=2500)  # leaves 1875
    assert [path.exists() for path in paths] == [True, False, False, True]
    store.bound(tmp_path, most_bytes=10)
    assert paths[0].exists(), "the newest stays"
