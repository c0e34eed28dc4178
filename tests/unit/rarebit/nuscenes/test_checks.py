"""Each rule passes a good dataset and finds the one thing that breaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rarebit.core.errors import DatasetError
from rarebit.nuscenes.checks import all_checks, run_checks
from rarebit.nuscenes.checks.__main__ import main
from rarebit.nuscenes.naming import VERSION
from rarebit.nuscenes.reader import open_dataset

Rows = list[dict[str, Any]]


def edit(table: str, change: Callable[[Rows], object]) -> Callable[[Path], None]:
    """Spoils a table of a dataset."""

    def spoil(root: Path) -> None:
        path = root / VERSION / f"{table}.json"
        rows = json.loads(path.read_text())
        change(rows)
        path.write_text(json.dumps(rows))

    return spoil


def put(row: int, **values: Any) -> Callable[[Rows], object]:
    return lambda rows: rows[row].update(values)


def rewrite(pattern: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Spoils the first file of a pattern."""

    def spoil(root: Path) -> None:
        path = min(root.glob(pattern), key=str)
        path.write_bytes(change(path.read_bytes()))

    return spoil


def points(change: Callable[[Any], object]) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        rows = np.frombuffer(data, "<f4").reshape(-1, 5).copy()
        change(rows)
        return rows.tobytes()

    return spoil


def smaller_picture(root: Path) -> None:
    path = min(root.glob("samples/CAM_FRONT/*.jpg"), key=str)
    Image.new("RGB", (8, 8)).save(path)


def expansion_without_lanes(root: Path) -> None:
    path = next(root.glob("maps/expansion/*.json"))
    content = json.loads(path.read_text())
    del content["lane"]
    path.write_text(json.dumps(content))


def half_the_messages(root: Path) -> None:
    path = root / "can_bus" / "scene-9000_pose.json"
    path.write_text(json.dumps(json.loads(path.read_text())[::2]))


def late_messages(root: Path) -> None:
    path = root / "can_bus" / "scene-9001_ms_imu.json"
    path.write_text(json.dumps(json.loads(path.read_text())[30:]))


def linked_too_late(rows: Rows) -> None:
    """A sweep of the second half second is said to belong to the third sample."""
    lidar = [row for row in rows if "/LIDAR_TOP/" in row["filename"]]
    lidar[1]["sample_token"] = lidar[-1]["sample_token"]


def unseen_boxes(root: Path) -> None:
    edit("rarebit_annotation", put(0, visible_pixels=0))(root)
    edit("sample_annotation", put(0, num_lidar_pts=0, num_radar_pts=0))(root)


def both_lists(root: Path) -> None:
    edit("splits", lambda splits: splits["all"].append("scene-9999"))(root)


def scenes_at_once(root: Path) -> None:
    """The second scene takes the first one's time."""
    for table in ("sample", "sample_data", "ego_pose"):
        path = root / VERSION / f"{table}.json"
        path.write_text(path.read_text().replace('"timestamp": 1577881', '"timestamp": 1577880'))


SPOILS: list[tuple[str, Callable[[Path], None]]] = [
    ("REC001", edit("sample", put(0, timestamp=0.5))),
    ("REC001", edit("sample_annotation", put(0, size=[1.0, 2.0]))),
    ("REC001", edit("sample_annotation", put(0, size=[1.0, 2.0, 0.0]))),
    ("REC001", edit("sample_annotation", put(0, num_lidar_pts=3.0))),
    ("REC001", edit("ego_pose", put(5, rotation=[0.9, 0.0, 0.0, 0.0]))),
    ("REC001", edit("scene", lambda rows: rows[0].pop("name"))),
    ("REC001", lambda root: (root / VERSION / "sensor.json").unlink()),
    ("REC002", edit("sample_data", lambda rows: rows.append(dict(rows[3])))),
    ("REF001", edit("sample_annotation", put(2, instance_token="nobody"))),
    ("REF001", edit("sample", put(1, next="nowhere"))),
    ("REF001", edit("sample_annotation", put(0, attribute_tokens=["nothing"]))),
    ("REF001", edit("rarebit_annotation", put(0, sample_annotation_token="nobody"))),
    ("CHN001", edit("sample", put(1, prev=""))),
    ("CHN002", edit("sample_data", put(2, next=""))),
    ("CHN003", edit("sample_annotation", put(0, next=""))),
    ("CNT001", edit("scene", put(1, nbr_samples=4))),
    ("CNT001", edit("instance", lambda rows: rows[0].update(first_annotation_token=rows[0]["last_annotation_token"]))),
    ("TIM001", edit("sample_data", lambda rows: rows[0].update(is_key_frame=False))),
    ("TIM001", edit("sample", lambda rows: rows[1].update(timestamp=rows[1]["timestamp"] + 1))),
    ("TIM002", edit("ego_pose", lambda rows: rows[7].update(timestamp=rows[7]["timestamp"] - 1))),
    ("TIM003", edit("sample_data", linked_too_late)),
    ("TIM004", scenes_at_once),
    ("FIL001", lambda root: min(root.glob("sweeps/LIDAR_TOP/*"), key=str).unlink()),
    ("FIL001", rewrite("sweeps/RADAR_FRONT/*", lambda data: b"")),
    ("FIL001", edit("sample_data", lambda rows: rows[0].update(filename=rows[1]["filename"]))),
    ("FIL002", smaller_picture),
    ("PTS001", edit("sample_annotation", lambda rows: rows[0].update(num_lidar_pts=rows[0]["num_lidar_pts"] + 5))),
    ("PTS001", edit("sample_annotation", lambda rows: rows[0].update(num_radar_pts=rows[0]["num_radar_pts"] + 5))),
    ("PTS001", edit("calibrated_sensor", lambda rows: [row.update(rotation=[1.0, 0.0, 0.0, 0.0]) for row in rows])),
    ("PTS002", rewrite("lidarseg/*/*.bin", lambda data: data[:-1])),
    ("PTS002", rewrite("lidarseg/*/*.bin", lambda data: b"\xff" + data[1:])),
    ("PTS002", rewrite("lidarseg/*/*.bin", lambda data: bytes((value + 1) % 32 for value in data))),
    ("PTS003", rewrite("sweeps/LIDAR_TOP/*", points(lambda rows: rows.__setitem__((0, 0), np.nan)))),
    ("PTS003", rewrite("sweeps/LIDAR_TOP/*", points(lambda rows: rows.__setitem__((0, 3), 256.0)))),
    ("PTS003", rewrite("sweeps/LIDAR_TOP/*", points(lambda rows: rows.__setitem__((0, 4), 0.5)))),
    ("BOX001", edit("attribute", lambda rows: [row.update(name="pedestrian.moving") for row in rows])),
    ("BOX001", edit("sample_annotation", lambda rows: rows[0].update(attribute_tokens=rows[0]["attribute_tokens"] * 2))),
    ("BOX002", unseen_boxes),
    ("BOX003", edit("rarebit_annotation", lambda rows: [row.update(velocity=[30.0, 0.0, 0.0]) for row in rows])),
    ("MAP001", edit("map", lambda rows: rows[0]["log_tokens"].pop())),
    ("MAP001", edit("ego_pose", lambda rows: [row.update(translation=[-1.0, 0.0, 0.0]) for row in rows])),
    ("MAP001", expansion_without_lanes),
    ("CAN001", lambda root: (root / "can_bus" / "scene-9001_zoe_veh_info.json").unlink()),
    ("CAN001", half_the_messages),
    ("CAN001", late_messages),
    ("SPL001", both_lists),
    ("SPL001", edit("scene", put(1, name="scene-9000"))),
]


def test_a_good_dataset_breaks_no_rule(two_scenes: Path) -> None:
    assert list(run_checks(open_dataset(two_scenes))) == []


def test_a_scene_folder_breaks_no_rule(two_scenes: Path) -> None:
    for folder in (two_scenes / "scenes").iterdir():
        assert list(run_checks(open_dataset(folder))) == []


@pytest.mark.parametrize(("check", "spoil"), SPOILS, ids=[f"{name}-{i}" for i, (name, _) in enumerate(SPOILS)])
def test_a_broken_rule_is_found(check: str, spoil: Callable[[Path], None], own_copy: Path) -> None:
    spoil(own_copy)
    findings = list(run_checks(open_dataset(own_copy), [check]))
    assert findings, f"{check} found nothing"
    assert {finding.check for finding in findings} == {check}
    assert str(findings[0]).startswith(f"{check} ")


def test_every_rule_is_shown_to_find_something() -> None:
    assert set(all_checks()) == {name for name, _ in SPOILS}


def test_rules_have_ids_that_their_files_begin_with() -> None:
    for name, check in all_checks().items():
        assert re.fullmatch(r"[A-Z]{3}\d{3}", name)
        module = check.find.__module__.rsplit(".", 1)[-1]
        assert module.startswith(name.lower() + "_")
        assert check.rule.endswith(".")


def test_an_unknown_rule_is_told_with_those_that_there_are(two_scenes: Path) -> None:
    with pytest.raises(DatasetError, match="no XYZ001; there are BOX001"):
        list(run_checks(open_dataset(two_scenes), ["XYZ001"]))


def test_the_command_prints_findings(own_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(own_copy)]) == 0
    assert main([]) == 2
    edit("scene", put(1, nbr_samples=4))(own_copy)
    capsys.readouterr()
    assert main([str(own_copy), "CNT001"]) == 1
    assert capsys.readouterr().out == "CNT001 scene scene-9001: says 4, has 3\n"
    assert main([str(own_copy / "nothing")]) == DatasetError.exit_code
    assert "holds no dataset" in capsys.readouterr().err
