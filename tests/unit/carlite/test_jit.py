"""Kept kernels: named by every source that they depend on, so that neither an edit nor another copy can mislead."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from carlite import jit
from carlite.jit import fingerprint, kernel, kernel_sources
from carlite.rays.camera_kernel import trace_kernel

_PACKAGE = Path(jit.__file__).parent
_SCRIPT = """
from pathlib import Path
from sys import argv
from carlite.jit import keep_kernels_in, kernel
from carlite.physics.frame_kernel import wrapped_deg
keep_kernels_in(Path(argv[1]))
@kernel()
def turned(angle_deg):
    return wrapped_deg(angle_deg)
print(turned(190.0), len(turned.stats.cache_hits))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package's sources."""
    target = tmp_path / "copy" / "carlite"
    shutil.copytree(_PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setattr(jit, "_folder", [tmp_path / "cache"])
    return tmp_path / "cache"


def _twice(value: float) -> float:
    return 2.0 * value


def test_two_copies_of_the_same_sources_share_a_folder(copy: Path) -> None:
    assert fingerprint(copy) == fingerprint()


@pytest.mark.parametrize("name", ["rays/air.py", "physics/frame_kernel.py", "rays/layout.py", "tags.py", "jit.py"])
def test_a_change_of_what_a_kernel_uses_gives_another_folder(copy: Path, name: str) -> None:
    before = fingerprint(copy)
    (copy / name).write_text((copy / name).read_text() + "\n# a change\n")
    assert fingerprint(copy) != before


def test_a_change_of_what_no_kernel_uses_keeps_the_folder(copy: Path) -> None:
    before = fingerprint(copy)
    (copy / "wire" / "rpc.py").write_text("")
    assert fingerprint(copy) == before


def test_every_module_that_a_kernel_reads_counts() -> None:
    counted = {path.relative_to(_PACKAGE).as_posix() for path in kernel_sources()}
    kernels = {path.relative_to(_PACKAGE).as_posix() for path in _PACKAGE.rglob("*.py") if "_kernel.py" in path.name}
    assert kernels | {"rays/layout.py", "rays/film.py", "rays/textures.py", "physics/tables.py", "mesh.py"} <= counted


def test_kernels_are_compiled_in_one_way() -> None:
    others = {path for path in _PACKAGE.rglob("*.py") if re.search(r"njit|numba\.jit|import jit", path.read_text())}
    assert others == {_PACKAGE / "jit.py"}


def test_an_edited_function_is_computed_anew_and_found_again(copy: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT)

    def run() -> str:
        environment = {**os.environ, "PYTHONPATH": str(copy.parent), "PYTHONSAFEPATH": "1"}
        command = [sys.executable, str(script), str(tmp_path / "cache")]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=environment).stdout.strip()

    assert run() == "-170.0 0"
    assert run() == "-170.0 1"
    callee = copy / "physics" / "frame_kernel.py"
    text = callee.read_text()
    edited = re.sub(r"(def wrapped_deg\(.*\n(?:    \"\"\".*\n)?)", r"\1    angle = angle + 1.0\n", text)
    assert edited != text
    callee.write_text(edited)
    assert run() == "-169.0 0"
    callee.write_text(text)
    assert run() == "-170.0 1"


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(jit, "_folder", [tmp_path / "file"])
    with caplog.at_level(logging.WARNING):
        assert kernel()(_twice)(4.0) == 8.0
    assert "cannot be kept" in caplog.text


def test_no_folder_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jit, "_folder", [None])
    twice = kernel()(_twice)
    assert twice(4.0) == 8.0
    assert not jit.is_kept(twice)


def test_a_damaged_file_is_compiled_anew(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    twice = kernel()(_twice)
    assert twice(4.0) == 8.0
    (kept,) = twice._cache.files()
    assert kept.parent == folder / "kernels" / fingerprint()
    kept.write_bytes(kept.read_bytes()[:100])
    with caplog.at_level(logging.WARNING):
        assert kernel()(_twice)(4.0) == 8.0
    assert "cannot be read" in caplog.text


def test_each_signature_has_a_file_of_its_own(folder: Path) -> None:
    first, second = kernel()(_twice), kernel()(_twice)
    assert (first(4.0), first(4)) == (8.0, 8.0)
    assert len(first._cache.files()) == 2
    assert (second(np.float32(4.0)), second(4), second(4.0)) == (8.0, 8.0, 8.0)
    assert len(second._cache.files()) == 3
    assert sum(second.stats.cache_hits.values()) == 2


def test_folders_that_were_not_used_for_longest_go(folder: Path) -> None:
    for k in range(20):
        old = folder / "kernels" / f"{k:032x}"
        old.mkdir(parents=True)
        os.utime(old, (1000 + k, 1000 + k))
    (folder / "kernels" / "notes").mkdir()
    kernel()(_twice)(4.0)
    left = {path.name for path in (folder / "kernels").iterdir()}
    assert left == {fingerprint(), "notes", *(f"{k:032x}" for k in range(8, 20))}


def test_a_kernel_of_the_package_keeps_its_code() -> None:
    assert trace_kernel._cache.cache_path.endswith(fingerprint())
