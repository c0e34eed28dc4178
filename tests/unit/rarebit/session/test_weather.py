"""A scenario's weather as CARLA's parameters."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.scenario import Weather
from rarebit.session.weather import parameters


def test_every_field_arrives_under_carlas_name() -> None:
    names = [field.name for field in dataclasses.fields(Weather) if field.name != "sun_relative"]
    weather = Weather(**{name: 1.0 + number for number, name in enumerate(names)}, sun_relative=False)
    made = parameters(weather, 0.0)
    carlas = {"sun_azimuth_deg": "sun_azimuth_angle", "sun_altitude_deg": "sun_altitude_angle"}
    assert {name: getattr(made, carlas.get(name, name)) for name in names} == {
        name: pytest.approx(1.0 + number) for number, name in enumerate(names)
    }


@pytest.mark.parametrize(
    ("ego_yaw_deg", "azimuth_deg", "of_the_world_deg"),
    [
        (0.0, 30.0, 30.0),
        (90.0, 0.0, 270.0),  # ego heads to our left; CARLA counts to the right
        (90.0, 100.0, 10.0),
        (-90.0, 0.0, 90.0),
        (180.0, 180.0, 0.0),
    ],
)
def test_a_relative_sun_stands_so_far_clockwise_from_egos_heading(
    ego_yaw_deg: float, azimuth_deg: float, of_the_world_deg: float
) -> None:
    made = parameters(Weather(sun_azimuth_deg=azimuth_deg, sun_relative=True), math.radians(ego_yaw_deg))
    off = math.remainder(made.sun_azimuth_angle - of_the_world_deg, 360.0)
    assert off == pytest.approx(0.0, abs=1e-3)


@given(yaw=st.floats(-10.0, 10.0), azimuth=st.floats(0.0, 359.9))
def test_a_suns_azimuth_is_a_direction_of_its_own_unless_it_is_relative(yaw: float, azimuth: float) -> None:
    fixed = parameters(Weather(sun_azimuth_deg=azimuth, sun_relative=False), yaw)
    assert fixed.sun_azimuth_angle == pytest.approx(azimuth, abs=1e-3)
    relative = parameters(Weather(sun_azimuth_deg=azimuth, sun_relative=True), yaw)
    assert 0.0 <= relative.sun_azimuth_angle <= 360.0
    seen = math.radians(relative.sun_azimuth_angle) + yaw  # clockwise angles and ours cancel
    assert math.cos(seen - math.radians(azimuth)) == pytest.approx(1.0, abs=1e-6)
