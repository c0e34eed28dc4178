"""The block ``environment``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from rarebit.language.presets import PRESETS
from rarebit.reading.marks import OneOf, Within

Percent: TypeAlias = Annotated[float, Within(0, 100)]
_AZIMUTH_DEG = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """Where the sun stands.

    Attributes:
        ahead_deg: clockwise from ego's heading at the start: 0 is straight ahead.
        azimuth_deg: absolute, CARLA's.
        altitude_deg: above the horizon.
    """

    ahead_deg: Annotated[float, Within(-360, 360)] | None = None
    azimuth_deg: Annotated[float, Within(0, 360)] | None = None
    altitude_deg: Annotated[float, Within(-90, 90)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Weather and light: a preset, single values on top.

    Attributes:
        weather: CARLA's preset.
        cloudiness_percent: clouds.
        precipitation_percent: rain.
        precipitation_deposits_percent: puddles.
        wind_intensity_percent: wind.
        fog_density_percent: fog.
        fog_distance_m: where fog begins.
        fog_falloff: 0 fills the whole height, above 5 lies on the ground.
        wetness_percent: wet look of the road.
        dust_storm_percent: dust.
        sun: where the sun stands; without it at the preset's altitude.
    """

    weather: Annotated[str, OneOf(tuple(PRESETS))] = "ClearNoon"
    cloudiness_percent: Percent | None = None
    precipitation_percent: Percent | None = None
    precipitation_deposits_percent: Percent | None = None
    wind_intensity_percent: Percent | None = None
    fog_density_percent: Percent | None = None
    fog_distance_m: Annotated[float, Within(0, 10000)] | None = None
    fog_falloff: Annotated[float, Within(0, 100)] | None = None
    wetness_percent: Percent | None = None
    dust_storm_percent: Percent | None = None
    sun: Sun | None = None

    def values(self) -> dict[str, float]:
        """CARLA's weather parameters by their names on the wire, in its own units."""
        given = {
            "cloudiness": self.cloudiness_percent,
            "precipitation": self.precipitation_percent,
            "precipitation_deposits": self.precipitation_deposits_percent,
            "wind_intensity": self.wind_intensity_percent,
            "fog_density": self.fog_density_percent,
            "fog_distance": self.fog_distance_m,
            "fog_falloff": self.fog_falloff,
            "wetness": self.wetness_percent,
            "dust_storm": self.dust_storm_percent,
            "sun_altitude_deg": self.sun.altitude_deg if self.sun else None,
        }
        known = {name: value for name, value in given.items() if value is not None}
        return {**PRESETS[self.weather], **known, "sun_azimuth_deg": self._azimuth_deg()}

    @property
    def sun_relative(self) -> bool:
        """Whether the azimuth counts from ego's heading."""
        return self.sun is not None and self.sun.ahead_deg is not None

    def _azimuth_deg(self) -> float:
        sun = self.sun or Sun()
        if sun.ahead_deg is not None:
            return sun.ahead_deg
        return _AZIMUTH_DEG if sun.azimuth_deg is None else sun.azimuth_deg
