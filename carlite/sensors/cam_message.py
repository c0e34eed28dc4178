"""The Cooperative Awareness Message (ETSI EN 302 637-2) as CARLA 0.9.16 lays it out in memory, and how it is filled.

A client reads the records as C++ structures: 8-byte integers, natural alignment. The two lists of the structure are C++
vectors, whose memory is the sender's own; they are always empty here, and their count with them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

PROTOCOL_VERSION = 2
MESSAGE_CUSTOM, MESSAGE_CAM = 0, 2
ROAD_SIDE_UNIT = 15
NO_CONTAINER, VEHICLE_CONTAINER, RSU_CONTAINER = 0, 1, 2
CUSTOM_BYTES = 100

_SPEED_UNAVAILABLE, _ACCELERATION_UNAVAILABLE, _YAW_RATE_UNAVAILABLE = 16383, 161, 32767
_VALUE = np.dtype([("value", "<i8"), ("confidence", "<i8")], align=True)
_OPTIONAL = np.dtype([("available", "?"), ("value", "<i8"), ("confidence", "<i8")], align=True)
_EMPTY_LIST = np.dtype([("count", "<i8"), ("vector", "<u8", 3)], align=True)
HEADER = np.dtype([("protocol_version", "<i8"), ("message_id", "<i8"), ("station_id", "<i8")], align=True)
_POSITION = np.dtype(
    [
        ("latitude", "<i8"), ("longitude", "<i8"), ("semi_major", "<i8"), ("semi_minor", "<i8"), ("orientation", "<i8"),
        ("altitude", "<i8"), ("altitude_confidence", "<i4"),
    ],
    align=True,
)  # fmt: skip
_ZONE = np.dtype([("latitude", "<i8"), ("longitude", "<i8"), ("id", "<i8"), ("id_available", "?")], align=True)
_VEHICLE_OFTEN = np.dtype(
    [
        ("heading", _VALUE), ("speed", _VALUE), ("drive_direction", "<i8"), ("length", _VALUE), ("width", "<i8"),
        ("longitudinal", _VALUE), ("curvature", _VALUE), ("curvature_mode", "<i8"), ("yaw_rate", _VALUE),
        ("control_available", "?"), ("control", "u1"), ("lane_available", "?"), ("lane", "<i8"),
        ("steering", _OPTIONAL), ("lateral", _OPTIONAL), ("vertical", _OPTIONAL),
        ("class_available", "?"), ("class", "<i8"), ("tolling_available", "?"), ("tolling", _ZONE),
    ],
    align=True,
)  # fmt: skip
_VEHICLE_SELDOM = np.dtype([("role", "<i8"), ("lights", "u1"), ("path", _EMPTY_LIST)], align=True)
_CAM = np.dtype(
    [
        ("header", HEADER), ("generation_ms", "<i8"), ("station_type", "<i8"), ("position", _POSITION),
        ("often_present", "<i8"), ("often", _VEHICLE_OFTEN), ("zones", _EMPTY_LIST),
        ("seldom_present", "<i8"), ("seldom", _VEHICLE_SELDOM),
    ],
    align=True,
)  # fmt: skip
CAM_RECORD = np.dtype([("power_dbm", "<f4"), ("message", _CAM)], align=True)
CUSTOM_RECORD = np.dtype(
    [("power_dbm", "<f4"), ("header", HEADER), ("text", f"S{CUSTOM_BYTES}")], align=True
)  # bytes after the text up to 136
assert CAM_RECORD.itemsize == 464
assert CUSTOM_RECORD.itemsize == 136

# bit of CARLA's vehicle light state -> bit of ETSI's exterior lights, counted from the left of the byte
_LIGHTS = ((2, 0), (4, 1), (32, 2), (16, 3), (64, 5), (128, 6), (1, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """What a vehicle measures of itself, noise included.

    Attributes:
        heading_deg: clockwise from north (-y).
        speed_mps: forwards, not below zero.
        forwards: False when it rolls backwards.
        size_m: length and width.
        acceleration_mps2: in its own frame, x forward, y right, z up with the reaction to gravity, as CARLA has it.
        yaw_rate_dps: clockwise positive.
    """

    heading_deg: float
    speed_mps: float
    forwards: bool
    size_m: tuple[float, float]
    acceleration_mps2: tuple[float, float, float]
    yaw_rate_dps: float


def new_cam(station_id: int, station_type: int, generation_ms: int, place: tuple[float, float, float]) -> np.ndarray:
    """A message with header and basic container, (1,) CAM_RECORD without power.

    Args:
        station_id: id of the actor that sends.
        station_type: ETSI's number.
        generation_ms: simulated time; 16 bits of it are sent.
        place: latitude and longitude in degrees, altitude in metres.
    """
    record = np.zeros(1, CAM_RECORD)
    cam = record["message"]
    cam["header"][0] = (PROTOCOL_VERSION, MESSAGE_CAM, station_id)
    cam["generation_ms"], cam["station_type"] = generation_ms % 65536, station_type
    position = cam["position"]
    position["latitude"], position["longitude"] = 10 * round(place[0] * 1e6), 10 * round(place[1] * 1e6)
    position["semi_major"] = position["semi_minor"] = 4095
    position["orientation"], position["altitude"], position["altitude_confidence"] = 3601, round(place[2] * 100.0), 15
    return record


def add_road_side_unit(record: np.ndarray) -> None:
    """The frequent container of a station that stands."""
    record["message"]["often_present"] = RSU_CONTAINER


def add_vehicle(record: np.ndarray, motion: Motion) -> None:
    """The frequent container of a vehicle."""
    record["message"]["often_present"] = VEHICLE_CONTAINER
    often = record["message"]["often"]
    often["heading"][0] = (round(motion.heading_deg * 10.0), 10)
    often["speed"][0] = (_speed(motion.speed_mps), 3)
    often["drive_direction"] = 0 if motion.forwards else 1
    # CARLA takes its centimetres for metres: tenths of centimetres, not of metres
    often["length"][0] = (round(motion.size_m[0] * 1000.0), 4)
    often["width"] = round(motion.size_m[1] * 1000.0)
    ahead, right, up = (_acceleration(value) for value in motion.acceleration_mps2)
    often["longitudinal"][0] = (ahead, 102)
    often["curvature"][0], often["curvature_mode"] = (30001, 7), 0
    rate = round(motion.yaw_rate_dps * 100.0)
    often["yaw_rate"][0] = (rate if abs(rate) <= 32766 else _YAW_RATE_UNAVAILABLE, 8)
    often["lateral"][0], often["vertical"][0] = (True, right, 102), (True, up, 102)


def add_seldom(record: np.ndarray, role: int, light_state: int) -> None:
    """The container that goes out twice a second: role and lights."""
    record["message"]["seldom_present"] = VEHICLE_CONTAINER
    seldom = record["message"]["seldom"]
    seldom["role"] = role
    seldom["lights"] = sum(1 << (7 - bit) for flag, bit in _LIGHTS if light_state & flag)


def new_custom(station_id: int, text: bytes) -> np.ndarray:
    """A message of a program's own, (1,) CUSTOM_RECORD; text past 99 bytes is cut off, as the client looks for its end."""
    record = np.zeros(1, CUSTOM_RECORD)
    record["header"][0] = (PROTOCOL_VERSION, MESSAGE_CUSTOM, station_id)
    record["text"] = text[: CUSTOM_BYTES - 1]
    return record


def _speed(speed_mps: float) -> int:
    if not math.isfinite(speed_mps) or speed_mps < 0.0:
        return _SPEED_UNAVAILABLE
    return min(round(speed_mps * 100.0), 16382)


def _acceleration(value_mps2: float) -> int:
    tenths = value_mps2 * 10.0
    return round(tenths) if -160.0 <= tenths <= 161.0 else _ACCELERATION_UNAVAILABLE
