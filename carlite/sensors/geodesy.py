"""Latitude and longitude of map coordinates, as libcarla 0.9.16 computes them."""

from __future__ import annotations

import math
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


def geo_reference(origin_deg: tuple[float, float]) -> GeoReference:
    """The reference of a map whose origin has that latitude and longitude."""
    return GeoReference(latitude_deg=origin_deg[0], longitude_deg=origin_deg[1])
