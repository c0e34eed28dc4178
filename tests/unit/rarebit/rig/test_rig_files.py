"""Rigs from YAML: what the files of the repository say, and every fault at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from rarebit.core.errors import SpecError
from rarebit.core.frames import quaternion_wxyz
from rarebit.rig.load import load_rig, rig_from_mapping
from rarebit.rig.plan import faults_of_rates, lead_ticks, plan
from rarebit.rig.request import every_ticks, sensor_tick
from rarebit.rig.rig import Rig

RIGS = sorted((Path(__file__).resolve().parents[4] / "hydra_conf" / "rig").glob("*.yaml"))
OF_NUSCENES = [path for path in RIGS if path.stem in ("nuscenes", "nuscenes_key", "smoke")]
NUSCENES = next(path for path in RIGS if path.stem == "nuscenes")
CHANNELS = {
    *("CAM_FRONT", "CAM_FRONT_LEFT", "CAM_FRONT_RIGHT", "CAM_BACK", "CAM_BACK_LEFT", "CAM_BACK_RIGHT", "LIDAR_TOP"),
    *("RADAR_FRONT", "RADAR_FRONT_LEFT", "RADAR_FRONT_RIGHT", "RADAR_BACK_LEFT", "RADAR_BACK_RIGHT"),
}


@pytest.mark.parametrize("path", RIGS, ids=lambda path: path.stem)
def test_every_rig_of_the_repository_fits_20_hz(path: Path) -> None:
    rig = load_rig(path)
    assert rig.name == path.stem
    assert faults_of_rates(rig, 0.05) == []


def test_rates_that_do_not_fit_the_tick_are_faults_of_their_channels() -> None:
    rig = load_rig(NUSCENES)
    assert {fault.path for fault in faults_of_rates(rig, 0.03)} == {
        "key_rate_hz",
        *(f"sensors.{channel}.rate_hz" for channel in CHANNELS),
    }
    slow = [replace(mount, rate_hz=10.0) if mount.channel == "LIDAR_TOP" else mount for mount in rig.mounts]
    (fault,) = faults_of_rates(replace(rig, mounts=tuple(slow)), 0.05)
    assert fault.path == "sensors.LIDAR_TOP.rate_hz"
    assert "a lidar turns once a tick" in fault.problem
    assert "20 Hz" in fault.remedy


@pytest.mark.parametrize(("rate_hz", "ahead"), [(10.0, 10), (0.5, 40)])
def test_the_run_up_is_long_enough_for_the_slowest_sensor(rate_hz: float, ahead: int) -> None:
    rig = load_rig(NUSCENES)
    front = next(mount for mount in rig.mounts if mount.channel == "CAM_FRONT")
    rig = replace(rig, key_rate_hz=0.5 if rate_hz < 2 else 2.0, mounts=(replace(front, rate_hz=rate_hz),))
    assert lead_ticks(rig, 0.05) == ahead
    for at_once in (True, False):
        assert all(1 <= request.ticks_ahead(at_once) <= ahead for request in plan(rig, 0.05))


@pytest.mark.parametrize("path", OF_NUSCENES, ids=lambda path: path.stem)
def test_rigs_of_nuscenes_have_its_channels(path: Path) -> None:
    rig = load_rig(path)
    assert rig.name == path.stem
    assert {mount.channel for mount in rig.mounts} == CHANNELS
    requests = plan(rig, 0.05)
    # RGB, instance and depth a camera, one lidar, two beams a radar.
    assert len(requests) == 6 * 3 + 1 + 5 * 2
    for request in requests:
        assert all(isinstance(value, str) for value in request.attributes.values())


def mount(rig: Rig, channel: str):
    return next(mount for mount in rig.mounts if mount.channel == channel)


def test_calibration_is_that_of_nuscenes() -> None:
    rig = load_rig(NUSCENES)
    front = mount(rig, "CAM_FRONT")
    # Real calibration of CAM_FRONT: about [0.5, -0.5, 0.5, -0.5]; f about 1266 px.
    np.testing.assert_allclose(quaternion_wxyz(front.ego_from_sensor), [0.5, -0.5, 0.5, -0.5], atol=1e-12)
    assert front.lens.intrinsic[0, 0] == pytest.approx(1266, abs=2)
    # A point ahead of the ego is ahead of the camera; one to the left has negative x in the image frame.
    camera_from_ego = np.linalg.inv(front.ego_from_sensor)
    np.testing.assert_allclose(camera_from_ego @ [11.7, 1.02, 1.51, 1.0], [-1.0, 0.0, 10.0, 1.0], atol=1e-12)
    # The lidar's y points forward (a yaw of -90 degrees).
    lidar = mount(rig, "LIDAR_TOP")
    np.testing.assert_allclose(lidar.ego_from_sensor[:3, :3] @ [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(quaternion_wxyz(lidar.ego_from_sensor), [2**-0.5, 0, 0, -(2**-0.5)], atol=1e-12)
    # CAM_FRONT_LEFT looks to the left, RADAR_FRONT_LEFT too.
    for channel in ("CAM_FRONT_LEFT", "RADAR_FRONT_LEFT"):
        assert mount(rig, channel).ego_from_body[1, 0] > 0.8


def test_lidar_turns_once_a_tick_with_the_asked_points() -> None:
    request = next(request for request in plan(load_rig(NUSCENES), 0.05) if request.role == "lidar")
    attributes = request.attributes
    assert float(attributes["rotation_frequency"]) == 20.0
    assert int(attributes["points_per_second"]) == 32 * 1084 * 20
    assert request.every_ticks == 1


def test_all_faults_are_reported_at_once() -> None:
    data = yaml.safe_load(NUSCENES.read_text())
    data["colour"] = "red"
    data["sensors"]["CAM_FRONT"]["camera"]["fov_deg"] = 190
    data["sensors"]["CAM_BACK"]["at"].pop("x_m")
    data["sensors"]["LIDAR_TOP"]["rate_hz"] = 7
    data["sensors"]["RADAR_FRONT"]["sonar"] = data["sensors"]["RADAR_FRONT"].pop("radar")
    data["sensors"]["CAM_BACK_LEFT"]["camera"]["width_px"] = 100.5
    data["sensors"]["CAM_FRONT_LEFT"]["rate_hz"] = True
    with pytest.raises(SpecError) as error:
        rig_from_mapping(data, file="my.yaml")
    paths = {fault.path for fault in error.value.faults}
    assert paths >= {
        "colour",
        "sensors.CAM_FRONT.camera.fov_deg",
        "sensors.CAM_BACK.at",
        "sensors.LIDAR_TOP.rate_hz",
        "sensors.RADAR_FRONT.sonar",
        "sensors.RADAR_FRONT",
        "sensors.CAM_BACK_LEFT.camera.width_px",
        "sensors.CAM_FRONT_LEFT.rate_hz",
    }
    assert all(fault.file == "my.yaml" and fault.remedy for fault in error.value.faults)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: a\nname: b\n", "stands here twice"),
        ("name: [a\n", "expected"),
        ("- 1\n", "not a block of keys"),
        ("name: a\nsensors: {}\n", "empty"),
    ],
)
def test_broken_files_are_one_clear_error(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "rig.yaml"
    path.write_text(text)
    with pytest.raises(SpecError, match=problem):
        load_rig(path)


def test_a_missing_file_names_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"nuscenes\.yaml"):
        load_rig(tmp_path / "none.yaml")


def test_rates_must_divide_the_tick_rate() -> None:
    assert every_ticks(10.0, 0.05) == 2
    assert every_ticks(2.0, 0.05) == 10
    for rate in (3.0, 40.0, 12.0):
        with pytest.raises(ValueError, match="divisor"):
            every_ticks(rate, 0.05)
    with pytest.raises(ValueError, match=r"LIDAR_TOP.*30 Hz"):
        plan(load_rig(NUSCENES), 1 / 30)


@pytest.mark.parametrize("ticks", [1, 2, 10, 20])
def test_sensor_tick_fires_on_time_in_floating_point(ticks: int) -> None:
    """As a server adds up: fires when the sum reaches the attribute, and carries the rest over."""
    interval, total, fired = np.float32(sensor_tick(ticks, 0.05)), np.float32(0), []
    for tick in range(1, 2001):
        total = np.float32(total + np.float32(0.05))
        if total >= interval:
            fired.append(tick)
            total = np.float32(total - interval) if interval > 0 else np.float32(0)
    assert fired == list(range(ticks, 2001, ticks))
