"""Built models on disk: what comes back is what was kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from carlite.library import find
from carlite.mesh import ActorModel, Mesh
from carlite.models import keep_models_in
from carlite.models.store import kept, kept_array
from carlite.models.trucks import truck_model


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    keep_models_in(tmp_path)
    yield tmp_path
    keep_models_in(None)


def _model() -> ActorModel:
    blueprint = find("vehicle.ford.ambulance")
    assert blueprint is not None
    return truck_model(blueprint, blueprint.half_extent, blueprint.centre)


def _unused() -> ActorModel:
    raise AssertionError("built although it was kept")


def test_a_kept_model_comes_back_the_same(folder: Path) -> None:
    built = kept("truck", _model)
    read = kept("truck", _unused)
    assert (read.wheels, read.head_lamps, len(read.parts)) == (built.wheels, built.head_lamps, len(built.parts))
    for one, other in zip(read.parts, built.parts, strict=True):
        assert (one.pivot, one.joint, one.index, one.parent) == (other.pivot, other.joint, other.index, other.parent)
        for field in fields(Mesh):
            np.testing.assert_array_equal(getattr(one.mesh, field.name), getattr(other.mesh, field.name))


def test_a_damaged_file_is_built_anew(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept("truck", _model)
    (file,) = folder.glob("*/*.npz")
    file.write_bytes(file.read_bytes()[:1000])
    with caplog.at_level(logging.WARNING):
        assert len(kept("truck", _model).wheels) == 4
    assert "built anew" in caplog.text


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    kept("truck", _model)
    assert not list(tmp_path.iterdir())


def test_a_kept_array_comes_back_the_same(folder: Path) -> None:
    built = kept_array("numbers", (), lambda: np.arange(5, dtype=np.uint8))

    def unused() -> NDArray[Any]:
        raise AssertionError("built although it was kept")

    read = kept_array("numbers", (), unused)
    np.testing.assert_array_equal(read, built)
    assert read.dtype == built.dtype
    assert not read.flags.writeable
    assert not built.flags.writeable
