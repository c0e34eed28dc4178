"""CAN bus messages of a scene, from its recorded frames."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rarebit.nuscenes.scene_record import Json

_WHEEL_RADIUS_M = 0.33
# Steering wheel angle over road wheel angle of a usual car.
_STEERING_RATIO = 15.0
_ROUTE_STEP_M = 1.0


def can_bus_messages(record: Json, base_us: int, shift_m: tuple[float, float]) -> dict[str, Any]:
    """Content of each ``can_bus/<scene>_<message>.json`` by message name; one message a recorded tick."""
    frames = record["frames"]
    result: dict[str, Any] = {
        "pose": [_pose(frame, base_us, shift_m) for frame in frames],
        "ms_imu": [_imu(frame, base_us) for frame in frames],
        "steeranglefeedback": [
            {"utime": base_us + frame["time_us"], "value": frame["controls"].get("steer", 0.0)} for frame in frames
        ],
        "vehicle_monitor": [_monitor(frame, base_us) for frame in frames if frame["is_key_frame"]],
        "zoesensors": [
            {
                "brake_sensor": frame["controls"].get("brake", 0.0),
                "steering_sensor": frame["controls"].get("steer", 0.0),
                "throttle_sensor": frame["controls"].get("throttle", 0.0),
                "utime": base_us + frame["time_us"],
            }
            for frame in frames
        ],
    }
    result["meta"] = {name: _statistics(messages) for name, messages in result.items()}
    result["route"] = _route(frames, shift_m)
    return result


def _pose(frame: Json, base_us: int, shift_m: tuple[float, float]) -> Json:
    """Keys in alphabetical order: some converters concatenate them as they stand in the file."""
    x, y, z = frame["ego"]["translation"]
    return {
        "accel": frame["acceleration"],
        "orientation": frame["ego"]["rotation"],
        "pos": [x + shift_m[0], y + shift_m[1], z],
        "rotation_rate": frame["angular_velocity"],
        "utime": base_us + frame["time_us"],
        "vel": frame["velocity"],
    }


def _imu(frame: Json, base_us: int) -> Json:
    return {
        "linear_accel": frame["acceleration"],
        "q": frame["ego"]["rotation"],
        "rotation_rate": frame["angular_velocity"],
        "utime": base_us + frame["time_us"],
    }


def _monitor(frame: Json, base_us: int) -> Json:
    controls = frame["controls"]
    speed_mps = controls.get("speed_mps", frame["velocity"][0])
    wheel_rpm = speed_mps / (2.0 * math.pi * _WHEEL_RADIUS_M) * 60.0
    return {
        "available_distance": 0,
        "battery_level": 100,
        "brake": round(controls.get("brake", 0.0) * 126.0),
        "brake_switch": 2 if controls.get("brake", 0.0) > 0.0 else 1,
        "gear_position": 7,
        "left_signal": 0,
        "rear_left_rpm": wheel_rpm,
        "rear_right_rpm": wheel_rpm,
        "right_signal": 0,
        "steering": math.degrees(controls.get("steer", 0.0)) * _STEERING_RATIO,
        "steering_speed": 0.0,
        "throttle": round(controls.get("throttle", 0.0) * 1000.0),
        "utime": base_us + frame["time_us"],
        "vehicle_speed": speed_mps * 3.6,
        "yaw_rate": math.degrees(frame["angular_velocity"][2]),
    }


def _statistics(messages: list[Json]) -> Json:
    """Count, rate and per-variable statistics of one message type."""
    times = np.array([message["utime"] for message in messages], np.float64)
    spans = np.diff(times)
    variables: Json = {}
    for name in messages[0]:
        values = np.array([message[name] for message in messages], np.float64).reshape(len(messages), -1)
        if name != "utime":
            variables[name] = {
                "max": values.max(axis=0).tolist(),
                "mean": values.mean(axis=0).tolist(),
                "min": values.min(axis=0).tolist(),
                "stdev": values.std(axis=0).tolist(),
            }
    return {
        "message_count": len(messages),
        "message_freq": float(1e6 / spans.mean()) if len(spans) else 0.0,
        "timespan": float((times[-1] - times[0]) / 1e6),
        "max_spacing": float(spans.max() / 1e6) if len(spans) else 0.0,
        "var_stats": variables,
    }


def _route(frames: list[Json], shift_m: tuple[float, float]) -> list[list[float]]:
    """The driven path every metre, as [x, y]."""
    path = np.array([frame["ego"]["translation"][:2] for frame in frames]) + shift_m
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    stations = np.arange(0.0, max(along[-1], _ROUTE_STEP_M) + 1e-9, _ROUTE_STEP_M)
    x, y = (np.interp(stations, along, path[:, axis]) for axis in (0, 1))
    return [[float(a), float(b)] for a, b in zip(x, y, strict=True)]
