"""Which place on Earth a map's origin is after the map was moved."""

from __future__ import annotations

import math
import re

_AXIS_M, _FLATTENING = 6378137.0, 1.0 / 298.257223563  # WGS84
_FALSE_EASTING_M, _FALSE_NORTHING_M, _UTM_SCALE = 500_000.0, 10_000_000.0, 0.9996


def origin_after(geo_reference: str, x: float, y: float) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of what is the origin once all coordinates were moved by ``x`` and ``y`` metres.

    None where the geoReference is of neither of the kinds utm and tmerc, or is faulty.
    """
    keys = dict(re.findall(r"\+([A-Za-z_0-9]+)(?:=(\S+))?", geo_reference))
    try:
        if keys.get("proj") == "utm":
            north = _FALSE_NORTHING_M if "south" in keys else 0.0
            longitude = 6.0 * int(keys["zone"]) - 183.0
            return _from_plane(-x - _FALSE_EASTING_M, -y - north, 0.0, longitude, _UTM_SCALE)
        if keys.get("proj") == "tmerc":
            latitude, longitude, east, north = (float(keys.get(key) or 0.0) for key in ("lat_0", "lon_0", "x_0", "y_0"))
            scale = float(keys.get("k") or keys.get("k_0") or 1.0)
            return _from_plane(-x - east, -y - north, latitude, longitude, scale)
    except (KeyError, ValueError):
        return None
    return None


def _arc_m(latitude: float) -> float:
    """Length of the meridian from the equator (Snyder, Map Projections: A Working Manual, 1987, eq. 3-21)."""
    e2 = _FLATTENING * (2.0 - _FLATTENING)
    return _AXIS_M * (
        (1.0 - e2 / 4.0 - 3.0 * e2**2 / 64.0 - 5.0 * e2**3 / 256.0) * latitude
        - (3.0 * e2 / 8.0 + 3.0 * e2**2 / 32.0 + 45.0 * e2**3 / 1024.0) * math.sin(2.0 * latitude)
        + (15.0 * e2**2 / 256.0 + 45.0 * e2**3 / 1024.0) * math.sin(4.0 * latitude)
        - (35.0 * e2**3 / 3072.0) * math.sin(6.0 * latitude)
    )


def _from_plane(east: float, north: float, latitude_deg: float, longitude_deg: float, scale: float) -> tuple[float, float]:
    """The inverse transverse Mercator projection of the WGS84 ellipsoid (Snyder, eqs. 8-17 to 8-25 and 3-26)."""
    e2 = _FLATTENING * (2.0 - _FLATTENING)
    e1 = (1.0 - math.sqrt(1.0 - e2)) / (1.0 + math.sqrt(1.0 - e2))
    mu = (_arc_m(math.radians(latitude_deg)) + north / scale) / (
        _AXIS_M * (1.0 - e2 / 4.0 - 3.0 * e2**2 / 64.0 - 5.0 * e2**3 / 256.0)
    )
    foot = (
        mu
        + (3.0 * e1 / 2.0 - 27.0 * e1**3 / 32.0) * math.sin(2.0 * mu)
        + (21.0 * e1**2 / 16.0 - 55.0 * e1**4 / 32.0) * math.sin(4.0 * mu)
        + (151.0 * e1**3 / 96.0) * math.sin(6.0 * mu)
        + (1097.0 * e1**4 / 512.0) * math.sin(8.0 * mu)
    )
    second = e2 / (1.0 - e2)
    c, t = second * math.cos(foot) ** 2, math.tan(foot) ** 2
    bend = 1.0 - e2 * math.sin(foot) ** 2
    n, r = _AXIS_M / math.sqrt(bend), _AXIS_M * (1.0 - e2) / bend**1.5
    d = east / (n * scale)
    latitude = foot - (n * math.tan(foot) / r) * (
        d**2 / 2.0
        - (5.0 + 3.0 * t + 10.0 * c - 4.0 * c**2 - 9.0 * second) * d**4 / 24.0
        + (61.0 + 90.0 * t + 298.0 * c + 45.0 * t**2 - 252.0 * second - 3.0 * c**2) * d**6 / 720.0
    )
    turn = (
        d
        - (1.0 + 2.0 * t + c) * d**3 / 6.0
        + (5.0 - 2.0 * c + 28.0 * t - 3.0 * c**2 + 8.0 * second + 24.0 * t**2) * d**5 / 120.0
    ) / math.cos(foot)
    return math.degrees(latitude), longitude_deg + math.degrees(turn)
