"""Records: JSON both ways, and what they refuse."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rarebit.core.errors import DatasetError
from rarebit.core.files import content_hash
from rarebit.nuscenes import records
from rarebit.nuscenes.record import Record, from_row, table_text, to_json
from rarebit.nuscenes.records import TABLES
from rarebit.nuscenes.sidecars import SIDECARS, SensorFacts
from rarebit.nuscenes.writer import FORMAT

text = st.text(max_size=12)
number = st.floats(-1e6, 1e6)
vector = st.tuples(number, number, number)
unit = st.sampled_from([(1.0, 0.0, 0.0, 0.0), (0.6, 0.0, 0.0, 0.8), (0.5, -0.5, 0.5, -0.5)])

annotations = st.builds(
    records.SampleAnnotation,
    token=text,
    sample_token=text,
    instance_token=text,
    visibility_token=st.sampled_from(["", "1", "4"]),
    attribute_tokens=st.lists(text, max_size=1).map(tuple),
    translation=vector,
    size=st.tuples(*[st.floats(0.01, 50.0)] * 3),
    rotation=unit,
    prev=text,
    next=text,
    num_lidar_pts=st.integers(0, 9999),
    num_radar_pts=st.integers(0, 9),
)
facts = st.builds(
    SensorFacts,
    calibrated_sensor_token=text,
    kind=text,
    rate_hz=number,
    settings=st.dictionaries(text, st.one_of(number, text), max_size=3),
    lens=st.none() | st.just({"model": "pinhole"}),
    asked_translation=st.none() | vector,
)


@settings(deadline=None)
@given(record=st.one_of(annotations, facts))
def test_a_row_reads_back_as_it_was_written(record: Record) -> None:
    assert from_row(type(record), json.loads(to_json(record))) == record


@settings(deadline=None)
@given(rows=st.lists(annotations, max_size=4))
def test_a_table_is_a_json_array_with_a_row_a_line(rows: list[records.SampleAnnotation]) -> None:
    written = table_text(rows)
    assert [from_row(records.SampleAnnotation, row) for row in json.loads(written)] == rows
    assert written.startswith("[\n")
    assert written.endswith("\n]")


def test_keys_stand_in_the_order_of_the_format() -> None:
    row = records.Sample(token="a", timestamp=1, prev="", next="", scene_token="s")
    assert to_json(row) == '{"token": "a", "timestamp": 1, "prev": "", "next": "", "scene_token": "s"}'


def test_every_table_of_the_format_has_a_record_and_every_field_an_annotation() -> None:
    assert sorted(kind.TABLE for kind in TABLES) == sorted(
        [
            *("attribute", "calibrated_sensor", "category", "ego_pose", "instance", "lidarseg", "log", "map", "panoptic"),
            *("sample", "sample_annotation", "sample_data", "scene", "sensor", "visibility"),
        ]
    )
    names = [kind.TABLE for kind in SIDECARS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("rarebit_") for name in names)
    for kind in (*TABLES, *SIDECARS):
        assert kind.__doc__
        assert kind.KEY in {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]


SAMPLE = {"token": "a", "timestamp": 1, "prev": "", "next": "", "scene_token": "s"}
ANNOTATION: dict[str, Any] = {
    "token": "a",
    "sample_token": "s",
    "instance_token": "i",
    "visibility_token": "",
    "attribute_tokens": [],
    "translation": [1, 2.0, 3.0],
    "size": [1.0, 2.0, 3.0],
    "rotation": [1.0, 0.0, 0.0, 0.0],
    "prev": "",
    "next": "",
    "num_lidar_pts": 3,
    "num_radar_pts": 0,
}


def test_columns_of_other_writers_are_passed_over_and_whole_numbers_are_numbers() -> None:
    row = from_row(records.SampleAnnotation, ANNOTATION | {"truncation": 0.5})
    assert row.translation == (1, 2.0, 3.0)


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        (records.Sample, {k: v for k, v in SAMPLE.items() if k != "next"}, "sample a: lacks next"),
        (records.Sample, SAMPLE | {"timestamp": 1.5}, "sample a: timestamp: got 1.5, expected int"),
        (records.Sample, SAMPLE | {"timestamp": True}, "timestamp: got True, expected int"),
        (records.Sample, SAMPLE | {"prev": None}, "prev: got None, expected str"),
        (records.SampleAnnotation, ANNOTATION | {"num_lidar_pts": 3.0}, "num_lidar_pts: got 3.0"),
        (records.SampleAnnotation, ANNOTATION | {"num_radar_pts": -1}, "0 or more"),
        (records.SampleAnnotation, ANNOTATION | {"size": [1.0, 0.0, 3.0]}, "three lengths above 0"),
        (records.SampleAnnotation, ANNOTATION | {"size": [1.0, 2.0]}, "size: got"),
        (records.SampleAnnotation, ANNOTATION | {"translation": [1.0, 2.0, float("nan")]}, "translation: got"),
        (records.SampleAnnotation, ANNOTATION | {"rotation": [0.9, 0.0, 0.0, 0.0]}, "length 1"),
        (records.SampleAnnotation, ANNOTATION | {"attribute_tokens": "moving"}, "attribute_tokens: got 'moving'"),
        (records.Lidarseg, {"token": "a", "sample_data_token": "b", "filename": "f"}, "the token of the sample_data"),
        (records.Category, {"token": "a", "name": "n", "description": "", "index": 256}, "fits into a byte"),
    ],
)
def test_what_a_table_does_not_hold_is_refused_by_name(kind: type[Record], row: dict[str, Any], message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        from_row(kind, row)
    assert message in str(caught.value)


def test_all_faults_of_a_row_are_told_at_once() -> None:
    with pytest.raises(DatasetError, match=r"timestamp: got 'x'.*next: got 3"):
        from_row(records.Sample, SAMPLE | {"timestamp": "x", "next": 3})


@pytest.mark.parametrize(
    "values",
    [
        {"camera_intrinsic": ((1.0, 0.0), (0.0, 1.0))},
        {"rotation": (2.0, 0.0, 0.0, 0.0)},
    ],
)
def test_a_calibration_that_is_none_is_refused(values: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "token": "a",
        "sensor_token": "s",
        "translation": (0.0, 0.0, 0.0),
        "rotation": (1.0, 0.0, 0.0, 0.0),
        "camera_intrinsic": (),
    }
    records.CalibratedSensor(**good)
    with pytest.raises(ValueError, match="expected"):
        records.CalibratedSensor(**(good | values))


def test_other_columns_are_another_format() -> None:
    """A scene folder of an earlier format is made anew, not joined: whoever changes a table raises ``writer.FORMAT``."""
    columns = {kind.TABLE: [field.name for field in dataclasses.fields(kind)] for kind in (*TABLES, *SIDECARS)}  # type: ignore[arg-type]
    assert (FORMAT, content_hash(columns)[:8]) == (5, "9aeafcf4")
