"""Files are whole or absent; hashes name content; streams depend on their names alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rarebit.core.errors import Fault, OutputError, SpecError
from rarebit.core.files import canonical_json, content_hash, file_hash, write_bytes
from rarebit.core.rng import stream


def test_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a" / "b.bin", b"abc")
    write_bytes(tmp_path / "a" / "b.bin", b"abcd")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.bin"]
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"abcd"


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"cannot write.*choose another out="):
        write_bytes(tmp_path / "file" / "b.bin", b"abc")


def test_canonical_json_ignores_key_order_and_refuses_nan() -> None:
    assert canonical_json({"b": 1, "a": [1.5]}) == '{"a":[1.5],"b":1}'
    assert content_hash({"b": 1, "a": 2}) == content_hash({"a": 2, "b": 1})
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))


def test_file_hash_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    assert file_hash(tmp_path / "x") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_streams_differ_by_name_and_repeat_by_seed() -> None:
    assert stream(0, "a", 1).random() == stream(0, "a", 1).random()
    draws = {stream(seed, *names).random() for seed in (0, 1) for names in (("a",), ("b",), ("a", 0), ("a", 1), ("a\x1fb",))}
    assert len(draws) == 10


def test_stream_values_are_fixed_for_ever() -> None:
    np.testing.assert_array_equal(stream(7, "scene", 3).integers(0, 1000, 3), [731, 461, 968])


def test_spec_error_lists_every_fault() -> None:
    faults = [Fault(file="a.yaml", path=f"p{i}", value="1", problem="is wrong", remedy="mend it") for i in range(2)]
    assert (
        str(SpecError(faults)) == "2 faults:\n  a.yaml: p0: is wrong (got 1); mend it\n  a.yaml: p1: is wrong (got 1); mend it"
    )
