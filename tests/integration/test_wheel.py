"""What an installed wheel brings, and that it works away from the repository, with a pack of the user's."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from rarebit import __version__

ROOT = Path(__file__).resolve().parents[2]
SPEC = """
scenario: my_braking
summary: The car ahead brakes on a road of the pack's own.
road: {template: my_road, length_m: 300}
ego: {speed_kph: 30}
actors:
  lead: {model: vehicle.seat.leon, speed_kph: 30, at: {lane: same, ahead_m: 18}}
story:
  braking:
    when: {at_time_s: 0.3}
    do: {lead: {brake_mps2: 3}, ego: {brake_mps2: 3}}
accept:
  min_distance_m: {between: [ego, lead], in: [1, 25]}
duration_s: 1.5
"""
FAMILY = """
from dataclasses import dataclass

from rarebit.language.road_family import road_family
from rarebit.packs import builtin


@road_family("my_road", example="{template: my_road, length_m: 300}")
@dataclass(frozen=True, slots=True, kw_only=True)
class MyRoad(builtin().module("generators", "urban_street").UrbanStreet):
    'A street under another name.'
"""
RIG = """
name: my_rig
key_rate_hz: 2
sensors:
  CAM_FRONT:
    camera: {width_px: 160, height_px: 90, fov_deg: 70}
    at: {x_m: 1.7, y_m: 0, z_m: 1.5}
    rate_hz: 2
  LIDAR_TOP:
    lidar: {points_per_turn: 360}
    at: {x_m: 0.94, y_m: 0, z_m: 1.84}
    rate_hz: 20
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment that holds the wheel alone; dependencies come from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    site = next(folder.glob("lib/python*/site-packages"))
    # Paths from a .pth file are searched, but .pth files in them are not read: an editable rarebit there stays unseen.
    (site / "dependencies.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n")
    python = str(folder / "bin" / "python")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", str(wheel)]
    subprocess.run(command, check=True, timeout=120)
    return folder / "bin"


def test_the_wheel_installs_two_names(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"rarebit", "carlite", f"rarebit-{__version__}.dist-info"}
    for kind in ("scenarios/smoke.yaml", "generators/motorway.py", "sensors/lidar.py", "hydra_conf/rig/nuscenes.yaml"):
        assert f"rarebit/builtin/{kind}" in names
    assert {"rarebit/py.typed", "carlite/py.typed"} <= set(names)


def test_its_metadata_are_complete(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        dist = f"rarebit-{__version__}.dist-info"
        metadata = message_from_string(archive.read(f"{dist}/METADATA").decode())
        assert f"{dist}/licenses/LICENSE" in archive.namelist()
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Author"] == "The Rarebit authors"
    assert "CARLA" in str(metadata["Keywords"])
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert any(line.startswith("hydra-core<1.4") for line in metadata.get_all("Requires-Dist", []))


def test_a_job_with_a_pack_of_the_users(installed: Path, tmp_path: Path) -> None:
    """From another folder than the pack's, with folders and modules beside it that have the names of ours and of others."""
    pack, work = tmp_path / "mine", tmp_path / "work"
    for kind, name, text in (
        ("scenarios", "my_braking.yaml", SPEC),
        ("generators", "my_road.py", FAMILY),
        ("hydra_conf/rig", "my_rig.yaml", RIG),
    ):
        (pack / kind).mkdir(parents=True)
        (pack / kind / name).write_text(text)
    for name in ("sensors", "generators", "scenarios", "hydra_conf", "carla", "carlite"):
        (work / name).mkdir(parents=True)
        (work / name / "__init__.py").write_text("raise ImportError('the folder beside')\n")
    (work / "queue.py").write_text("raise ImportError('the file beside')\n")
    where = subprocess.run(
        [str(installed / "python"), "-c", "import rarebit; print(rarebit.__file__)"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert where.stdout.startswith(str(installed.parent))
    command = [
        str(installed / "rarebit"),
        "packs=[../mine]",
        "scenarios=my_braking",
        "rig=my_rig",
        "name=mine",
        "pictures=false",
    ]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert "✓ my_braking[0]" in done.stdout
    assert len(list((work / "outputs" / "mine" / "samples" / "CAM_FRONT").glob("*.jpg"))) == 4


def test_scenarios_of_a_folder_on_hydras_search_path(installed: Path, tmp_path: Path) -> None:
    """What Hydra finds is recorded: here as far as a server that is not there."""
    (tmp_path / "theirs" / "scenarios").mkdir(parents=True)
    text = (ROOT / "scenarios" / "smoke.yaml").read_text().replace("scenario: smoke", "scenario: found")
    (tmp_path / "theirs" / "scenarios" / "found.yaml").write_text(text)
    away = ["carla.host=127.0.0.1", "carla.port=9"]
    for option in ("--config-dir=theirs", f"hydra.searchpath=[file://{tmp_path}/theirs]"):
        command = [str(installed / "rarebit"), option, "scenarios=found", *away]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 3, done.stderr
        assert "✗ found[0]" in done.stdout
        assert "nothing answers" in done.stderr
