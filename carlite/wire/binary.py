"""The binary structures of CARLA 0.9.16: tokens, sensor message headers, world snapshots. Little endian, packed."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

_TOKEN = struct.Struct("<IHBB16s")
_SENSOR_HEADER = struct.Struct("<QQd6f")
_SNAPSHOT_HEADER = struct.Struct("<QdfiiiI")
_IMAGE_HEADER = struct.Struct("<IIf")
_TCP = 1
_ADDRESS_OF_RPC_HOST = 0


class SensorKind(IntEnum):
    """The first field of every stream message: which structure the payload has."""

    COLLISION = 0
    DEPTH = 1
    NORMALS = 2
    DVS = 3
    GNSS = 4
    IMU = 5
    OBSTACLE = 7
    OPTICAL_FLOW = 8
    RADAR = 9
    SEMANTIC_LIDAR = 10
    LIDAR = 11
    RGB = 13
    SEMANTIC_SEGMENTATION = 14
    INSTANCE_SEGMENTATION = 15
    COSMOS_VISUALIZATION = 16
    WORLD_OBSERVER = 17
    GBUFFER_U8 = 18
    GBUFFER_FLOAT = 19
    V2X_CAM = 20
    V2X_CUSTOM = 21


class ActorState(IntEnum):
    """State byte of an actor in the snapshot."""

    INVALID = 0
    ACTIVE = 1
    DORMANT = 2
    PENDING_KILL = 3


class LightState(IntEnum):
    """Traffic light states."""

    RED = 0
    YELLOW = 1
    GREEN = 2
    OFF = 3
    UNKNOWN = 4


MAP_CHANGE = 1  # bits of the snapshot's simulation state
PENDING_LIGHT_UPDATE = 2

SENSOR_HEADER_BYTES = _SENSOR_HEADER.size
DETAIL_OFFSET = 65

ACTOR_RECORD = np.dtype(
    [
        ("id", "<u4"),
        ("state", "u1"),
        ("location", "<f4", 3),
        ("rotation", "<f4", 3),
        ("velocity", "<f4", 3),
        ("angular_velocity", "<f4", 3),
        ("acceleration", "<f4", 3),
        ("detail", "u1", 54),
    ]
)
VEHICLE_DETAIL = np.dtype(
    [
        ("throttle", "<f4"),
        ("steer", "<f4"),
        ("brake", "<f4"),
        ("hand_brake", "?"),
        ("reverse", "?"),
        ("manual_gear_shift", "?"),
        ("gear", "<i4"),
        ("speed_limit", "<f4"),
        ("light_state", "u1"),
        ("has_light", "?"),
        ("light_id", "<u4"),
        ("failure", "u1"),
    ]
)
WALKER_DETAIL = np.dtype([("direction", "<f4", 3), ("speed", "<f4"), ("jump", "?")])
LIGHT_DETAIL = np.dtype(
    [
        ("sign_id", "S32"),
        ("green_time", "<f4"),
        ("yellow_time", "<f4"),
        ("red_time", "<f4"),
        ("elapsed", "<f4"),
        ("pole_index", "<u4"),
        ("frozen", "?"),
        ("state", "u1"),
    ]
)
SIGN_DETAIL = np.dtype([("sign_id", "S32")])


def token(stream_id: int, port: int) -> bytes:
    """24 bytes that tell a client where a stream is; the client takes the host of its RPC connection."""
    return _TOKEN.pack(stream_id, port, _TCP, _ADDRESS_OF_RPC_HOST, bytes(16))


def sensor_header(
    kind: SensorKind, frame: int, elapsed_s: float, location: Sequence[float], rotation_deg: Sequence[float]
) -> bytes:
    """48 bytes in front of every payload: frame of the tick, simulated seconds, pose of the sensor in the world."""
    return _SENSOR_HEADER.pack(kind, frame, elapsed_s, *location, *rotation_deg)


def image_header(width_px: int, height_px: int, fov_deg: float) -> bytes:
    """12 bytes in front of the pixels of an image."""
    return _IMAGE_HEADER.pack(width_px, height_px, fov_deg)


def snapshot_header(episode_id: int, platform_time_s: float, delta_s: float, simulation_state: int) -> bytes:
    """36 bytes in front of the actor records; the map origin is (0, 0, 0)."""
    return _SNAPSHOT_HEADER.pack(episode_id, platform_time_s, delta_s, 0, 0, 0, simulation_state)


def detail_view(records: NDArray[np.void], dtype: np.dtype[np.void]) -> NDArray[np.void]:
    """The class-specific bytes of (n,) ACTOR_RECORD ``records`` seen as (n,) ``dtype``; writes go through."""
    return np.ndarray(records.shape, dtype, buffer=records.data, offset=DETAIL_OFFSET, strides=records.strides)
