"""REF001: tokens lead to rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from rarebit.nuscenes import records
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.record import Record
from rarebit.nuscenes.records import TABLES
from rarebit.nuscenes.sidecars import SIDECARS

# Columns by the table that they lead to; "prev" and "next" lead to their own.
TARGETS: dict[str, type[Record]] = {
    "attribute_tokens": records.Attribute,
    "calibrated_sensor_token": records.CalibratedSensor,
    "category_token": records.Category,
    "ego_pose_token": records.EgoPose,
    "first_annotation_token": records.SampleAnnotation,
    "first_sample_token": records.Sample,
    "instance_token": records.Instance,
    "last_annotation_token": records.SampleAnnotation,
    "last_sample_token": records.Sample,
    "log_token": records.Log,
    "log_tokens": records.Log,
    "sample_annotation_token": records.SampleAnnotation,
    "sample_data_token": records.SampleData,
    "sample_token": records.Sample,
    "scene_token": records.Scene,
    "sensor_token": records.Sensor,
    "visibility_token": records.Visibility,
}
# The ends of chains, and a visibility that nobody knows.
_MAY_BE_EMPTY = ("prev", "next", "visibility_token")


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Every token that leads nowhere."""
    for kind in (*TABLES, *SIDECARS):
        columns = [field.name for field in dataclasses.fields(kind) if field.name in TARGETS]  # type: ignore[arg-type]
        columns += [name for name in ("prev", "next") if name in kind.__dict__.get("__slots__", ())]
        for row in dataset.rows(kind).values():
            for column in columns:
                value = getattr(row, column)
                known = dataset.rows(TARGETS.get(column, kind))
                for token in value if isinstance(value, tuple) else (value,):
                    if token not in known and not (token == "" and column in _MAY_BE_EMPTY):
                        yield f"{kind.TABLE} {row.row_key}", f"{column}: no row {token or '(empty)'}"


CHECK = Check(id="REF001", rule="Every token in a row leads to a row.", find=find)
