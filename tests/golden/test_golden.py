"""A recorded scene compared with what it was when somebody last looked at it.

Processors round differently, so pictures of another machine differ by a shade: byte identity is tested between two runs of one
machine (tests/integration/test_command.py), and here each figure has a tolerance that a person could not see, while what is
drawn from the seed alone is compared by its hash. After a wanted change, look at the pictures and write the new figures with

    python tests/golden/test_golden.py outputs/smoke > tests/golden/smoke.json

where outputs/smoke comes from ``rarebit scenarios=smoke rig=smoke name=smoke``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rarebit.generate import concretise
from rarebit.language import find, load
from rarebit.scenario_json import scenario_key

GOLDEN = Path(__file__).with_name("smoke.json")


def figures(dataset: Path) -> dict[str, Any]:
    """What is compared: the draw's hash; for every sample ego's place, boxes, point counts and brightness of each camera."""
    tables = {path.stem: json.loads(path.read_text()) for path in (dataset / "v1.0-sim").glob("*.json")}
    poses = {row["token"]: row for row in tables["ego_pose"]}
    samples = []
    for sample in tables["sample"]:
        rows = [row for row in tables["sample_data"] if row["is_key_frame"] and row["sample_token"] == sample["token"]]
        lidar = next(row for row in rows if "LIDAR_TOP" in row["filename"])
        boxes = [row for row in tables["sample_annotation"] if row["sample_token"] == sample["token"]]
        cameras = sorted((row["filename"].split("/")[1], row["filename"]) for row in rows if row["fileformat"] == "jpg")
        samples.append(
            {
                "ego_m": poses[lidar["ego_pose_token"]]["translation"],
                "boxes": len(boxes),
                "lidar_points": (dataset / lidar["filename"]).stat().st_size // 20,
                "points_in_boxes": sum(row["num_lidar_pts"] for row in boxes),
                "brightness": {channel: _brightness(dataset / name) for channel, name in cameras},
            }
        )
    return {"scenario": scenario_key(concretise(load(find("smoke")), 0, 0)), "samples": samples}


def _brightness(path: Path) -> float:
    with Image.open(path) as image:
        return round(float(np.asarray(image.convert("L"), np.float64).mean()), 2)


def test_the_scene_is_what_it_was(first: tuple[Path, Any]) -> None:
    golden, now = json.loads(GOLDEN.read_text()), figures(first[0])
    assert now["scenario"] == golden["scenario"]
    assert len(now["samples"]) == len(golden["samples"])
    for index, (got, wanted) in enumerate(zip(now["samples"], golden["samples"], strict=True)):
        where = f"sample {index}"
        np.testing.assert_allclose(got["ego_m"], wanted["ego_m"], atol=0.01, err_msg=where)
        assert got["boxes"] == wanted["boxes"], where
        assert got["lidar_points"] == pytest.approx(wanted["lidar_points"], rel=0.002), where
        assert got["points_in_boxes"] == pytest.approx(wanted["points_in_boxes"], rel=0.01), where
        for channel, brightness in wanted["brightness"].items():
            assert got["brightness"][channel] == pytest.approx(brightness, abs=0.5), (where, channel)


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1])), indent=1))
