"""Weather: one type from the wire to the light of a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The 14 weather parameters, in the order of the wire.

    Stored as the client sent them, because clients compare what they read back. Percentages are 0..100. What a picture shows of
    them are the properties: shares 0..1 and other numbers within bounds.

    Attributes:
        cloudiness: per cent; 0 is a clear sky.
        precipitation: per cent of rain.
        precipitation_deposits: per cent of puddles.
        wind_intensity: per cent.
        sun_azimuth_angle: degrees; negative keeps the azimuth that was set before.
        sun_altitude_angle: degrees, -90..90; below 0 is night.
        fog_density: per cent.
        fog_distance: metres at which fog starts.
        fog_falloff: height profile, 0 fills the whole height.
        wetness: per cent.
        scattering_intensity: light that fog scatters.
        mie_scattering_scale: haze.
        rayleigh_scattering_scale: blue of the sky.
        dust_storm: per cent.
    """

    cloudiness: float = 5.0
    precipitation: float = 0.0
    precipitation_deposits: float = 0.0
    wind_intensity: float = 10.0
    sun_azimuth_angle: float = -1.0
    sun_altitude_angle: float = 45.0
    fog_density: float = 2.0
    fog_distance: float = 0.75
    fog_falloff: float = 0.1
    wetness: float = 0.0
    scattering_intensity: float = 1.0
    mie_scattering_scale: float = 0.03
    rayleigh_scattering_scale: float = 0.0331
    dust_storm: float = 0.0

    @property
    def clouds(self) -> float:
        """Share of the sky that they cover."""
        return _share(self.cloudiness)

    @property
    def rain(self) -> float:
        """Share of the heaviest rain."""
        return _share(self.precipitation)

    @property
    def puddles(self) -> float:
        """Share of the hollows that are full."""
        return _share(self.precipitation_deposits)

    @property
    def wind(self) -> float:
        """Share of the strongest wind."""
        return _share(self.wind_intensity)

    @property
    def film_of_water(self) -> float:
        """How wet surfaces look, 0..1: of water that lies, falls or stands about in puddles."""
        return max(_share(self.wetness), min(1.0, 1.6 * self.rain), 0.6 * self.puddles)

    @property
    def fog(self) -> float:
        """Share of the thickest fog."""
        return _share(self.fog_density)

    @property
    def fog_start_m(self) -> float:
        """Where fog begins, metres from the eye."""
        return max(self.fog_distance, 0.0)

    @property
    def haze(self) -> float:
        """Aerosols, 1 for CARLA's default."""
        return min(max(self.mie_scattering_scale / 0.03, 0.3), 8.0) if self.mie_scattering_scale > 0 else 1.0

    @property
    def blueness(self) -> float:
        """Scattering by air itself, 1 for CARLA's default."""
        scale = self.rayleigh_scattering_scale
        return min(max(scale / 0.0331, 0.1), 4.0) if scale > 0 else 1.0

    @property
    def dust(self) -> float:
        """Share of the thickest dust."""
        return _share(self.dust_storm)

    @property
    def sun_altitude_deg(self) -> float:
        """Height of the sun over the horizon, -90..90."""
        return min(max(self.sun_altitude_angle, -90.0), 90.0)

    @property
    def is_night(self) -> bool:
        """Whether the sun is below the horizon."""
        return self.sun_altitude_angle < 0.0

    def values(self) -> list[float]:
        """The parameters in wire order."""
        return list(astuple(self))

    def shown_after(self, previous: Weather) -> Weather:
        """What is to be seen when ``previous`` was seen before.

        A negative azimuth leaves the sun where it was, and the "Default" preset (-1 throughout) changes nothing.
        """
        if self.cloudiness == -1.0 and self.sun_altitude_angle == -1.0:
            return previous
        if self.sun_azimuth_angle < 0.0:
            return replace(self, sun_azimuth_angle=previous.sun_azimuth_angle)
        return self


def _share(percentage: float) -> float:
    return min(max(percentage / 100.0, 0.0), 1.0)


def weather_from_values(values: Sequence[float]) -> Weather:
    """Reads the 14 numbers of the wire; raises ValueError for another count or a number that is not finite."""
    if len(values) != len(Weather.__slots__):
        raise ValueError(f"weather: got {len(values)} numbers, expected {len(Weather.__slots__)}")
    numbers = [float(value) for value in values]
    for name, number in zip(Weather.__slots__, numbers, strict=True):
        if not math.isfinite(number):
            raise ValueError(f"weather.{name}: got {number}, expected a finite number")
    return Weather(**dict(zip(Weather.__slots__, numbers, strict=True)))
