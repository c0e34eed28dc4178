"""A recorded dataset of many classes: the official devkit's scores class by class, the CAN bus, and our own rules."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import trapezoid

from rarebit.nuscenes.checks import run_checks
from rarebit.nuscenes.reader import open_dataset

SPEC = Path(__file__).with_name("eight_classes.yaml")
# The server's library has no trailer and no construction vehicle.
CLASSES = ["barrier", "bicycle", "bus", "car", "motorcycle", "pedestrian", "traffic_cone", "truck"]


@pytest.fixture(scope="module")
def recorded(rarebit: Callable[..., subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    done = rarebit(folder, f"specs=[{SPEC}]", "rig=smoke", "name=eight", "pictures=false")
    assert done.returncode == 0, done.stderr
    return folder / "outputs" / "eight"


def test_every_class_scores_by_itself(recorded: Path, judge_nuscenes: Callable[[Path, str], dict[str, Any]]) -> None:
    verdict = judge_nuscenes(recorded, "v1.0-sim")
    assert verdict["faults"] == []
    assert verdict["detection_classes"] == CLASSES
    assert verdict["AP_per_class"] == pytest.approx(dict.fromkeys(CLASSES, 1.0))
    # The devkit's own mean is over ten classes.
    assert verdict["mAP_devkit"] == pytest.approx(len(CLASSES) / 10)


def test_it_breaks_no_rule(recorded: Path) -> None:
    assert [str(finding) for finding in run_checks(open_dataset(recorded))] == []


def test_the_bus_tells_the_indicator_gravity_and_the_way(recorded: Path) -> None:
    def messages(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((recorded / "can_bus" / f"scene-9000_{name}.json").read_text())
        return found

    assert {(row["left_signal"], row["right_signal"]) for row in messages("vehicle_monitor")} == {(1, 0)}
    poses = messages("pose")
    assert len(poses) == 76
    np.testing.assert_allclose(np.mean([pose["accel"] for pose in poses], axis=0), [0.0, 0.0, 9.81], atol=0.6)
    # What the speed says of the way against where the car was, and what the wheels say of the speed.
    seconds = np.array([pose["utime"] for pose in poses]) * 1e-6
    speed = np.array([pose["vel"][0] for pose in poses])
    way = np.linalg.norm(np.subtract(poses[-1]["pos"], poses[0]["pos"]))
    assert trapezoid(speed, seconds) == pytest.approx(way, rel=0.01)
    info = messages("zoe_veh_info")
    turns = np.array([row["RL_wheel_speed"] for row in info])[::2]
    assert (speed / turns).std() / (speed / turns).mean() < 1e-3
