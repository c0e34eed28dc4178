"""Names, times and the stamp that makes the first scene's rows those of another."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rarebit.nuscenes.naming import (
    SLOT_US,
    at_number,
    data_filename,
    scene_base_us,
    scene_date,
    scene_name,
)

CAN_BLACK_LIST = {*range(161, 169), *range(170, 177), *range(309, 315)}


def test_scene_names_are_free_unique_and_four_digits() -> None:
    names = [scene_name(number) for number in range(8800)]
    assert names[:2] == ["scene-9000", "scene-9001"]
    assert len(set(names)) == 8800
    numbers = {int(name.removeprefix("scene-")) for name in names}
    assert all(len(name) == len("scene-0000") for name in names)
    # Real scenes end at 1110.
    assert min(numbers) > 1110
    assert not numbers & CAN_BLACK_LIST
    with pytest.raises(ValueError, match="8800"):
        scene_name(8800)


def test_scenes_do_not_overlap_in_time_and_know_no_clock() -> None:
    assert scene_base_us(0) == 1_577_880_000_000_000
    assert scene_base_us(1) - scene_base_us(0) == SLOT_US
    assert (scene_date(0), scene_date(87)) == ("2020-01-01", "2020-01-02")


@settings(deadline=None)
@given(number=st.integers(0, 8799), time_us=st.integers(0, SLOT_US - 1))
def test_rows_of_another_number_hold_its_time_and_nothing_else_changes(number: int, time_us: int) -> None:
    def row(base_us: int) -> dict[str, object]:
        return {
            "timestamp": base_us + time_us,
            "filename": f"samples/CAM_FRONT/rarebit-1577880__CAM_FRONT__{base_us + time_us}.jpg",
            "translation": [1577880.0, 0.1577880, 1577880],
            "token": "1577880" * 4,
            "height": 1577880,
        }

    stamped = json.loads(at_number(json.dumps(row(scene_base_us(0))), number))
    assert stamped == row(scene_base_us(number))


def test_a_file_name_of_another_number() -> None:
    name = data_filename("ab" * 16, "LIDAR_TOP", ".pcd.bin", 50_000, is_key_frame=False)
    assert name == "sweeps/LIDAR_TOP/rarebit-abababababab__LIDAR_TOP__1577880000050000.pcd.bin"
    assert at_number(name, 3) == "sweeps/LIDAR_TOP/rarebit-abababababab__LIDAR_TOP__1577883000050000.pcd.bin"
    assert at_number(name, 0) == name
