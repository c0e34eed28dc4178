"""Devices on the surface of the ego at hand, on a stage that knows how far its body reaches."""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rarebit.core.errors import SpecError
from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.rig.load import load_rig
from rarebit.rig.rig import Mount, Rig
from rarebit.run.fit import check_view, fitted

RIG = load_rig(Path(__file__).resolve().parents[4] / "hydra_conf" / "rig" / "nuscenes.yaml")
WORLD_FROM_ACTOR = transform((50.0, -20.0, 0.3), rotation_from_rpy(0.0, 0.0, 2.0))
ACTOR_FROM_EGO = transform((-1.4, 0.0, -0.3))


class Stage:
    """An ego whose body ends some way out of every place asked for."""

    def __init__(self, way_m: float | None) -> None:
        self.state = SimpleNamespace(names=("van", "ego"), world_from_actor=np.stack([np.full((4, 4), 9.0), WORLD_FROM_ACTOR]))
        self.actor_from_ego = ACTOR_FROM_EGO
        self.actors = {"ego": SimpleNamespace(type_id="vehicle.tesla.model3")}
        self.asked: list[tuple[str, np.ndarray, np.ndarray]] = []
        self._way_m = way_m

    def way_out(self, name: str, place_m: np.ndarray, direction: np.ndarray) -> float | None:
        self.asked.append((name, place_m, direction))
        return self._way_m


def fit(way_m: float | None, rig: Rig = RIG) -> tuple[Rig, Stage]:
    stage = Stage(way_m)
    handle: Any = stage
    return fitted(rig, handle), stage


def on_surface(rig: Rig) -> list[Mount]:
    return [mount for mount in rig.mounts if mount.modality.outward is not None]


def test_what_goes_on_the_surface_stands_3_cm_before_it_turned_as_before() -> None:
    found, _ = fit(0.4231)
    assert {mount.modality.name for mount in on_surface(RIG)} >= {"radar"}
    for before, after in zip(RIG.mounts, found.mounts, strict=True):
        if before.modality.outward is None:
            assert after is before
            continue
        outward = before.ego_from_body[:3, :3] @ np.array(before.modality.outward)
        # Up to the next millimetre, then 0.03 m.
        assert after.ego_from_body[:3, 3] - before.ego_from_body[:3, 3] == pytest.approx(0.454 * outward, abs=2e-6)
        assert np.array_equal(after.ego_from_body[:3, :3], before.ego_from_body[:3, :3])
        assert after.asked is before.ego_from_body


def test_what_stands_outside_stays_where_the_rig_puts_it() -> None:
    found, _ = fit(None)
    assert all(after is before for before, after in zip(RIG.mounts, found.mounts, strict=True))
    assert all(mount.asked is None for mount in found.mounts)


def test_the_stage_is_asked_in_the_world_for_the_egos_own_body() -> None:
    _, stage = fit(0.1)
    for mount, (name, place, direction) in zip(on_surface(RIG), stage.asked, strict=True):
        assert name == "ego"
        expected = WORLD_FROM_ACTOR @ ACTOR_FROM_EGO @ mount.ego_from_body
        assert place == pytest.approx(expected[:3, 3])
        assert np.linalg.norm(direction) == pytest.approx(1.0)
        assert direction == pytest.approx(expected[:3, :3] @ np.array(mount.modality.outward))


def test_a_move_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        fit(0.2)
    assert f"{on_surface(RIG)[0].channel}: moved 0.230 m outwards to the surface of vehicle.tesla.model3" in caplog.messages


def test_a_device_that_sees_nearly_nothing_but_the_ego_is_a_fault_of_the_rig() -> None:
    mount = replace(
        RIG.mounts[0], channel="RADAR_X", ego_from_body=transform((1.0, -0.25, 0.5), rotation_from_rpy(0, 0, math.pi))
    )
    check_view(mount, 0.9, "mine", "vehicle.audi.tt")
    with pytest.raises(SpecError) as told:
        check_view(mount, 0.957, "mine", "vehicle.audi.tt")
    (fault,) = told.value.faults
    assert (fault.file, fault.path, fault.value) == ("rig mine", "sensors.RADAR_X.at", "(1.00, -0.25, 0.50) m")
    assert fault.problem == "96% of what it sees is the ego itself (vehicle.audi.tt)"
