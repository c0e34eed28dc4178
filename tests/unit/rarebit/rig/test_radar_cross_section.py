"""Radar cross-sections against the tables that they come from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.rig.radar_cross_section import car_pattern_dbsm, cross_section, deviation_db
from rarebit.snapshot import ActorState


def actor(
    type_id: str = "vehicle.audi.tt", base_type: str = "car", size: tuple[float, float, float] = (4.2, 1.8, 1.4), tag: int = 14,
    yaw: float = 0.0,
) -> ActorState:  # fmt: skip
    return ActorState(
        actor_id=2, instance_id=None, name="x", type_id=type_id, base_type=base_type, special_type="", tag=tag,
        world_from_box=transform((20.0, 5.0, 0.7), rotation_from_rpy(0.0, 0.0, yaw)), size_lwh_m=np.array(size),
        velocity_mps=np.zeros(3), angular_velocity_radps=np.zeros(3),
    )  # fmt: skip


# 3GPP TR 38.901 v19.4, 7.9.2.1: front, sides and rear of a car at the zenith angle of their peak.
@pytest.mark.parametrize(
    ("azimuth", "zenith", "dbsm"), [(0.0, 71.75, 15.52), (90.0, 79.70, 20.75), (180.0, 79.65, 14.56), (-90.0, 79.70, 20.75)]
)
def test_a_car_has_its_peaks_square_to_its_faces(azimuth: float, zenith: float, dbsm: float) -> None:
    assert car_pattern_dbsm(azimuth, zenith) == pytest.approx(dbsm)


@pytest.mark.parametrize(("azimuth", "width", "zenith", "peak"), [(0.0, 40.54, 71.75, 15.52), (90.0, 26.90, 79.70, 20.75)])
def test_half_a_width_beside_its_peak_a_face_has_lost_3_db(azimuth: float, width: float, zenith: float, peak: float) -> None:
    for side in (-0.5, 0.5):
        assert car_pattern_dbsm(azimuth + side * width, zenith) == pytest.approx(peak - 3.0)


@given(azimuth=st.floats(-720.0, 720.0), zenith=st.floats(0.0, 180.0))
def test_a_car_is_left_right_symmetric_and_within_its_faces(azimuth: float, zenith: float) -> None:
    seen = car_pattern_dbsm(azimuth, zenith)
    assert seen == pytest.approx(car_pattern_dbsm(-azimuth, zenith), abs=1e-6)
    assert seen == pytest.approx(car_pattern_dbsm(azimuth + 360.0, zenith), abs=1e-6)
    assert 7.06 <= round(seen, 6) <= 20.75  # the strongest face never falls below the best of the floors


@pytest.mark.parametrize("yaw", [0.0, 0.5, 2.0, -1.5])
def test_the_face_that_looks_at_the_radar_counts_wherever_the_car_heads(yaw: float) -> None:
    car = actor(yaw=yaw)
    for azimuth in (0.0, 90.0, 180.0, 270.0, 45.0):
        around = yaw + math.radians(azimuth)
        level = car.world_from_box[:3, 3] + 30.0 * np.array([math.cos(around), math.sin(around), 0.0])
        assert cross_section(car, level) == pytest.approx(car_pattern_dbsm(azimuth, 90.0), abs=1e-6)


@pytest.mark.parametrize(
    ("what", "dbsm", "deviation"),
    [
        (actor("walker.pedestrian.0001", "", (0.4, 0.4, 1.8), 12), -1.37, 3.94),
        (actor("carlite.animal.deer", "", (1.5, 0.5, 1.4), 21), -1.37, 3.94),
        (actor("vehicle.gazelle.omafiets", "bicycle", (1.8, 0.5, 1.7), 19), -1.0, 3.0),
        (actor("vehicle.yamaha.yzf", "motorcycle", (2.2, 0.8, 1.6), 18), 2.0, 3.0),
        (actor("static.prop.container", "", (2.0, 2.0, 2.0), 20), -2.0 + 10.0 * math.log10(2.0), 3.0),
        (actor("static.prop.pen", "", (0.01, 0.01, 0.01), 21), -20.0, 3.0),
        (actor("static.prop.hall", "", (40.0, 20.0, 20.0), 21), 10.0, 3.0),
    ],
)
def test_others_have_one_figure_from_everywhere(what: ActorState, dbsm: float, deviation: float) -> None:
    for radar in ((0.0, 0.0, 0.5), (20.0, 50.0, 0.5), (60.0, 5.0, 1.0)):
        assert cross_section(what, np.array(radar)) == pytest.approx(dbsm)
    assert deviation_db(what) == deviation


def test_a_truck_is_strong_square_to_its_sides_and_weak_at_its_corners() -> None:
    truck = actor("vehicle.carlamotors.firetruck", "truck", (8.0, 3.0, 3.5))
    at = truck.world_from_box[:3, 3]
    square = [cross_section(truck, at + 30.0 * np.array([math.cos(a), math.sin(a), 0.0])) for a in np.arange(4) * math.pi / 2]
    corner = cross_section(truck, at + np.array([30.0, 30.0, 0.0]))
    assert square == pytest.approx([19.0] * 4)
    assert corner == pytest.approx(13.0)
    assert deviation_db(truck) == 3.0
    assert deviation_db(actor()) == 3.41
