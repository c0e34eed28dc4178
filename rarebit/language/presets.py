"""CARLA's weather presets, as the 0.9.16 client holds them (all with the sun's azimuth left to the spec).

"Default", which asks each map for its own weather, is left out: a scene would look different from town to town.
"""

from __future__ import annotations

_COLUMNS = (
    "cloudiness",
    "precipitation",
    "precipitation_deposits",
    "wind_intensity",
    "sun_altitude_deg",
    "fog_density",
    "fog_distance",
    "fog_falloff",
    "wetness",
    "dust_storm",
)
_ROWS: dict[str, tuple[float, ...]] = {
    "ClearNight": (5, 0, 0, 10, -90, 60, 75, 1, 0, 0),
    "ClearNoon": (5, 0, 0, 10, 45, 2, 0.75, 0.1, 0, 0),
    "ClearSunset": (5, 0, 0, 10, 15, 2, 0.75, 0.1, 0, 0),
    "CloudyNight": (60, 0, 0, 10, -90, 60, 0.75, 0.1, 0, 0),
    "CloudyNoon": (60, 0, 0, 10, 45, 3, 0.75, 0.1, 0, 0),
    "CloudySunset": (60, 0, 0, 10, 15, 3, 0.75, 0.1, 0, 0),
    "DustStorm": (100, 0, 0, 100, 45, 2, 0.75, 0.1, 0, 100),
    "HardRainNight": (100, 100, 90, 100, -90, 100, 0.75, 0.1, 100, 0),
    "HardRainNoon": (100, 100, 90, 100, 45, 7, 0.75, 0.1, 0, 0),
    "HardRainSunset": (100, 100, 90, 100, 15, 7, 0.75, 0.1, 0, 0),
    "MidRainSunset": (60, 60, 60, 60, 15, 3, 0.75, 0.1, 0, 0),
    "MidRainyNight": (80, 60, 60, 60, -90, 60, 0.75, 0.1, 80, 0),
    "MidRainyNoon": (60, 60, 60, 60, 45, 3, 0.75, 0.1, 0, 0),
    "SoftRainNight": (60, 30, 50, 30, -90, 60, 0.75, 0.1, 60, 0),
    "SoftRainNoon": (20, 30, 50, 30, 45, 3, 0.75, 0.1, 0, 0),
    "SoftRainSunset": (20, 30, 50, 30, 15, 2, 0.75, 0.1, 0, 0),
    "WetCloudyNight": (60, 0, 50, 10, -90, 60, 0.75, 0.1, 60, 0),
    "WetCloudyNoon": (60, 0, 50, 10, 45, 3, 0.75, 0.1, 0, 0),
    "WetCloudySunset": (60, 0, 50, 10, 15, 2, 0.75, 0.1, 0, 0),
    "WetNight": (5, 0, 50, 10, -90, 60, 75, 1, 60, 0),
    "WetNoon": (5, 0, 50, 10, 45, 3, 0.75, 0.1, 0, 0),
    "WetSunset": (5, 0, 50, 10, 15, 2, 0.75, 0.1, 0, 0),
}
PRESETS: dict[str, dict[str, float]] = {
    name: {column: float(value) for column, value in zip(_COLUMNS, row, strict=True)} for name, row in _ROWS.items()
}
