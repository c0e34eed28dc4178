"""Each CARLA sensor: from rays and states to the bytes of its message."""

from __future__ import annotations

from carlite.sensors.base import Sensor, View
from carlite.sensors.geodesy import GeoReference, geo_reference
from carlite.sensors.registry import SENSORS, Message, make_sensor, measure_all

__all__ = ["SENSORS", "GeoReference", "Message", "Sensor", "View", "geo_reference", "make_sensor", "measure_all"]
