"""A scenario's weather as ``carla.WeatherParameters``."""

from __future__ import annotations

import dataclasses

import carla

from rarebit.scenario import Weather
from rarebit.session import convert

_NAMES = {"sun_azimuth_deg": "sun_azimuth_angle", "sun_altitude_deg": "sun_altitude_angle"}


def parameters(weather: Weather, ego_yaw_rad: float) -> carla.WeatherParameters:
    """The weather with the sun's azimuth as CARLA counts it: degrees clockwise from the world's x axis, 0 to 360.

    Args:
        weather: with ``sun_relative``, the azimuth counts clockwise from the ego's heading.
        ego_yaw_rad: the ego's heading at the start, our frame.
    """
    values = {f.name: getattr(weather, f.name) for f in dataclasses.fields(weather) if f.name != "sun_relative"}
    if weather.sun_relative:
        values["sun_azimuth_deg"] = (values["sun_azimuth_deg"] + convert.carla_yaw_deg(ego_yaw_rad)) % 360.0
    return carla.WeatherParameters(**{_NAMES.get(name, name): value for name, value in values.items()})
