"""CAN bus messages of a scene: the six messages of nuScenes' CAN bus expansion at their real rates, and the two derived ones.

Names, units and resolutions are those of the expansion's description (``can_bus/README.md`` of nuscenes-devkit); steering is
positive to the left, as its issue 371 settled. ``zoesensors`` came at 794 to 973 Hz; 800 Hz has whole microseconds. What no
simulator knows says nothing: battery full, solar sensors and coasting 0, the steering offset 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.nuscenes.ego_signals import GRAVITY_MPS2, EgoSignals, ego_signals
from rarebit.snapshot import EgoBody, EgoMotion

Json = dict[str, Any]

MESSAGES = {
    "pose": 50,
    "ms_imu": 100,
    "steeranglefeedback": 100,
    "vehicle_monitor": 2,
    "zoesensors": 800,
    "zoe_veh_info": 100,
}
"""Messages a second by name; each starts with the scene."""

# Steering wheel angle over road wheel angle of a usual car.
_STEERING_RATIO = 15.0
_MOST_STEERING_DEG = (-780.0, 779.9)
_MOST_TORQUE_NM = (-400.0, 1647.0)
_BRAKE_SENSOR = (0.375, 0.411)
_ODOMETER_CM = 125
_RPM_STEP, _ACCEL_STEP_MPS2, _ACCEL_STEP_G, _TORQUE_STEP_NM = 0.0417, 0.05, 0.004, 0.5
_ROUTE_STEP_M = 1.0
# CARLA's vehicle light state.
_RIGHT_BLINKER, _LEFT_BLINKER = 0x10, 0x20


def can_bus_messages(
    ticks: Sequence[EgoMotion], body: EgoBody, base_us: int, shift_m: tuple[float, float]
) -> dict[str, list[Any] | Json]:
    """Content of each ``can_bus/<scene>_<message>.json`` by message name.

    Args:
        ticks: the whole scene, at least two.
        body: the ego's chassis.
        base_us: Unix time of the scene's start.
        shift_m: from the session's world to the dataset's.
    """
    made: dict[str, list[Json]] = {}
    for name, rate_hz in MESSAGES.items():
        times = np.arange(ticks[0].time_us, ticks[-1].time_us + 1, 1_000_000 // rate_hz, dtype=np.int64)
        made[name] = _rows(_COLUMNS[name](ego_signals(ticks, times), body, shift_m), base_us + times)
    meta = {name: _statistics(messages, MESSAGES[name]) for name, messages in made.items()}
    return {**made, "meta": meta, "route": _route(ticks, shift_m)}


def _rows(columns: dict[str, Any], utime: NDArray[np.int64]) -> list[Json]:
    """One dict a message, keys in alphabetical order: some converters concatenate them as they stand in the file."""
    columns = {
        name: np.broadcast_to(values, len(utime)) if np.ndim(values) == 0 else values for name, values in columns.items()
    }
    columns["utime"] = utime
    names = sorted(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*(columns[name].tolist() for name in names), strict=True)]


def _pose(at: EgoSignals, body: EgoBody, shift_m: tuple[float, float]) -> Json:
    return {
        "accel": at.specific_force_mps2,
        "orientation": at.rotation_wxyz,
        "pos": at.position_m + np.array([*shift_m, 0.0]),
        "rotation_rate": at.turn_rate_radps,
        "vel": at.velocity_mps,
    }


def _imu(at: EgoSignals, body: EgoBody, shift_m: tuple[float, float]) -> Json:
    """The IMU sits at the ego's origin and looks the same way."""
    return {"linear_accel": at.specific_force_mps2, "q": at.rotation_wxyz, "rotation_rate": at.turn_rate_radps}


def _steering(at: EgoSignals, body: EgoBody, shift_m: tuple[float, float]) -> Json:
    return {"value": at.steer_rad * _STEERING_RATIO}


def _wheel_deg(at: EgoSignals) -> NDArray[np.float64]:
    """Steering wheel angle at the bus's resolution of 0.1 degrees."""
    return np.clip(np.degrees(at.steer_rad * _STEERING_RATIO), *_MOST_STEERING_DEG).round(1)


def _monitor(at: EgoSignals, body: EgoBody, shift_m: tuple[float, float]) -> Json:
    wheels = _wheel_rpm(at, body)
    return {
        "available_distance": 0,
        "battery_level": 100,
        "brake": np.rint(at.brake * 126.0).astype(np.int64),
        "brake_switch": np.where(at.brake > 0.0, 2, 1),
        "gear_position": 7,
        "left_signal": _lit(at, _LEFT_BLINKER),
        "rear_left_rpm": wheels["RL"],
        "rear_right_rpm": wheels["RR"],
        "right_signal": _lit(at, _RIGHT_BLINKER),
        "steering": _wheel_deg(at),
        "steering_speed": np.degrees(at.steer_rate_radps * _STEERING_RATIO),
        "throttle": _throttle(at),
        "vehicle_speed": (at.velocity_mps[:, 0] * 3.6).round(2),
        "yaw_rate": np.degrees(at.turn_rate_radps[:, 2]).round(1),
    }


def _sensors(at: EgoSignals, body: EgoBody, shift_m: tuple[float, float]) -> Json:
    low, high = _BRAKE_SENSOR
    return {
        "brake_sensor": low + at.brake * (high - low),
        "steering_sensor": _wheel_deg(at),
        "throttle_sensor": _throttle(at),
    }


def _vehicle_info(at: EgoSignals, body: EgoBody, shift_m: tuple[float, float]) -> Json:
    torque = _stepped(np.clip(at.engine_torque_nm, *_MOST_TORQUE_NM), _TORQUE_STEP_NM)
    steering = _wheel_deg(at)
    return {
        **{f"{wheel}_wheel_speed": _stepped(rpm, _RPM_STEP) for wheel, rpm in _wheel_rpm(at, body).items()},
        "left_solar": 0,
        "longitudinal_accel": _stepped(at.specific_force_mps2[:, 0], _ACCEL_STEP_MPS2),
        "meanEffTorque": torque,
        "odom": np.floor(at.travelled_m * 100.0).astype(np.int64) % _ODOMETER_CM,
        "odom_speed": np.abs(at.velocity_mps[:, 0]) * 3.6,
        "pedal_cc": _throttle(at),
        "regen": 0,
        "requestedTorqueAfterProc": torque,
        "right_solar": 0,
        "steer_corrected": steering,
        "steer_offset_can": 0.0,
        "steer_raw": steering,
        "transversal_accel": _stepped(at.specific_force_mps2[:, 1] / GRAVITY_MPS2, _ACCEL_STEP_G),
    }


_COLUMNS: dict[str, Callable[[EgoSignals, EgoBody, tuple[float, float]], Json]] = {
    "pose": _pose,
    "ms_imu": _imu,
    "steeranglefeedback": _steering,
    "vehicle_monitor": _monitor,
    "zoesensors": _sensors,
    "zoe_veh_info": _vehicle_info,
}


def _throttle(at: EgoSignals) -> NDArray[np.int64]:
    return np.rint(at.throttle * 1000.0).astype(np.int64)


def _lit(at: EgoSignals, bit: int) -> NDArray[np.int64]:
    return np.asarray(at.light_bits & bit != 0, np.int64)


def _stepped(values: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Rounded to whole steps, as a bus with few bits does."""
    return np.asarray((np.rint(values / step) * step).round(6))


def _wheel_rpm(at: EgoSignals, body: EgoBody) -> dict[str, NDArray[np.float64]]:
    """Turns a minute of each wheel that rolls without slip: the ground's speed at its place, along its own heading."""
    if body.wheel_radius_m <= 0.0:
        return {wheel: np.zeros(len(at.time_us)) for wheel in ("FL", "FR", "RL", "RR")}
    result = {}
    for wheel, forward_m, left_m in (
        ("FL", body.wheelbase_m, body.track_m / 2),
        ("FR", body.wheelbase_m, -body.track_m / 2),
        ("RL", 0.0, body.track_m / 2),
        ("RR", 0.0, -body.track_m / 2),
    ):
        along = at.velocity_mps[:, 0] - at.turn_rate_radps[:, 2] * left_m
        across = at.velocity_mps[:, 1] + at.turn_rate_radps[:, 2] * forward_m
        angle = at.steer_rad if forward_m else np.zeros_like(along)
        speed = along * np.cos(angle) + across * np.sin(angle)
        result[wheel] = speed / (2.0 * math.pi * body.wheel_radius_m) * 60.0
    return result


def _statistics(messages: list[Json], rate_hz: int) -> Json:
    """Count, rate, and of every variable and of its steps the extremes, mean and standard deviation."""
    variables: Json = {}
    for name in (name for name in messages[0] if name != "utime"):
        values = np.array([message[name] for message in messages], np.float64)
        steps = np.diff(values, axis=0) if len(values) > 1 else np.zeros_like(values)
        variables[name] = {
            key + ending: getattr(data, key)(axis=0).tolist()
            for ending, data in (("", values), ("_diff", steps))
            for key in ("max", "mean", "min", "std")
        }
    span_s = (messages[-1]["utime"] - messages[0]["utime"]) * 1e-6
    return {"message_count": len(messages), "message_freq": rate_hz, "timespan": span_s, "var_stats": variables}


def _route(ticks: Sequence[EgoMotion], shift_m: tuple[float, float]) -> list[list[float]]:
    """The driven path every metre, as [x, y]."""
    path = np.array([tick.world_from_ego[:2, 3] for tick in ticks]) + shift_m
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    stations = np.arange(0.0, max(along[-1], _ROUTE_STEP_M) + 1e-9, _ROUTE_STEP_M)
    x, y = (np.interp(stations, along, path[:, axis]) for axis in (0, 1))
    return [[float(a), float(b)] for a, b in zip(x, y, strict=True)]
