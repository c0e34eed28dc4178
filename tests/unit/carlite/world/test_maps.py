from __future__ import annotations

from pathlib import Path

import pytest

from carlite.errors import MapError
from carlite.world.maps import MapShelf, MapSource, read_opendrive


@pytest.mark.parametrize("name", ["Town01", "Carla/Maps/Town01", "/Game/Carla/Maps/Town01"])
def test_a_map_goes_by_all_its_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "Town01.xodr").write_text("<OpenDRIVE/>")
    source = MapShelf(tmp_path).get(name)
    assert source is not None
    assert (source.name, source.wire_name, source.opendrive) == ("Town01", "Carla/Maps/Town01", "<OpenDRIVE/>")


def test_a_generated_map_can_be_loaded_but_is_not_listed(tmp_path: Path) -> None:
    shelf = MapShelf(tmp_path)
    shelf.keep(MapSource(name="OpenDriveMap", opendrive="one"))
    shelf.keep(MapSource(name="OpenDriveMap", opendrive="two"))
    source = shelf.get("OpenDriveMap")
    assert source is not None
    assert source.opendrive == "two"
    assert shelf.names() == []


def test_single_files_are_on_the_shelf(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.xodr"
    path.write_text("x")
    assert MapShelf(None, (path,)).names() == ["elsewhere"]


def test_an_unknown_map_is_none_and_an_unreadable_one_an_error(tmp_path: Path) -> None:
    assert MapShelf(tmp_path).get("Nowhere") is None
    with pytest.raises(MapError, match=r"gone\.xodr: cannot be read"):
        read_opendrive(tmp_path / "gone.xodr")


def test_carlas_towns_are_listed_with_and_without_layers(tmp_path: Path) -> None:
    for name in ("Town01", "Mine"):
        (tmp_path / f"{name}.xodr").write_text("<OpenDRIVE/>")
    shelf = MapShelf(tmp_path)
    assert shelf.names() == ["Mine", "Town01", "Town01_Opt"]
    assert all(shelf.get(name) is not None for name in shelf.names())
