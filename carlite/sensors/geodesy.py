"""Latitude and longitude of map coordinates, as libcarla 0.9.16 computes them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_RADIUS_M = 6378137.0
_SCALE = 0.9996
_DEFAULT_LAT, _DEFAULT_LON = 42.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoReference:
    """Where on Earth the map's origin lies, degrees."""

    latitude_deg: float = _DEFAULT_LAT
    longitude_deg: float = _DEFAULT_LON

    def locate(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Latitude and longitude in degrees and altitude in metres of a point in CARLA's frame.

        A spherical transverse Mercator projection with scale 0.9996 (Snyder, Map Projections: A Working Manual, 1987,
        eqs. 8-6 to 8-8), +y to the north: what ``carla.Map.transform_to_geolocation`` of 0.9.16 does, mirrored latitude
        included.
        """
        east = x / (_SCALE * _RADIUS_M)
        north = y / (_SCALE * _RADIUS_M) + math.radians(self.latitude_deg)
        latitude = math.asin(math.sin(north) / math.cosh(east))
        longitude = math.radians(self.longitude_deg) + math.atan2(math.sinh(east), math.cos(north))
        return math.degrees(latitude), math.degrees(longitude), z


def geo_reference(opendrive: str) -> GeoReference:
    """Reads ``+lat_0`` and ``+lon_0`` of an OpenDRIVE text's geoReference; 42 and 2 degrees where it has none."""
    found = re.search(r"<geoReference>(.*?)</geoReference>", opendrive, re.DOTALL)
    text = found.group(1) if found else ""
    return GeoReference(
        latitude_deg=_parameter(text, "lat_0", _DEFAULT_LAT), longitude_deg=_parameter(text, "lon_0", _DEFAULT_LON)
    )


def _parameter(text: str, name: str, default: float) -> float:
    found = re.search(rf"\+{name}=([-+0-9.eE]+)", text)
    try:
        return float(found.group(1)) if found else default
    except ValueError:
        return default
