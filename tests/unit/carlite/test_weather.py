from __future__ import annotations

from dataclasses import replace

import carla
import pytest

from carlite.weather import Weather, weather_from_values

_NAMES = [
    "cloudiness", "precipitation", "precipitation_deposits", "wind_intensity", "sun_azimuth_angle", "sun_altitude_angle",
    "fog_density", "fog_distance", "fog_falloff", "wetness", "scattering_intensity", "mie_scattering_scale",
    "rayleigh_scattering_scale", "dust_storm",
]  # fmt: skip


def test_the_default_is_clear_noon() -> None:
    expected = [getattr(carla.WeatherParameters.ClearNoon, name) for name in _NAMES]
    assert Weather().values() == pytest.approx(expected, abs=1e-6)


def test_values_come_back_as_given() -> None:
    given = [float(index) + 0.5 for index in range(14)]
    assert weather_from_values(given).values() == given


@pytest.mark.parametrize("bad", [[], [0.0] * 13, [float("nan")] * 14])
def test_what_is_no_weather_is_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="weather"):
        weather_from_values(bad)


def test_a_negative_azimuth_leaves_the_sun_where_it_was() -> None:
    shown = Weather(sun_altitude_angle=10.0).shown_after(Weather(sun_azimuth_angle=123.0))
    assert (shown.sun_azimuth_angle, shown.sun_altitude_angle) == (123.0, 10.0)


def test_the_default_preset_changes_nothing() -> None:
    before = Weather(sun_azimuth_angle=20.0, cloudiness=77.0)
    assert weather_from_values([-1.0] * 13 + [0.0]).shown_after(before) == before
    assert replace(before, cloudiness=1.0).shown_after(before).cloudiness == 1.0
