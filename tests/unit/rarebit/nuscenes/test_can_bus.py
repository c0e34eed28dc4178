"""The CAN bus: rates by counting, values against closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.nuscenes.can_bus import MESSAGES, can_bus_messages
from rarebit.snapshot import EgoBody, EgoMotion

BODY = EgoBody(wheelbase_m=2.8, track_m=1.6, wheel_radius_m=0.35)
BASE_US = 1_577_880_000_000_000
RIGHT_BLINKER, LEFT_BLINKER = 0x10, 0x20


def messages(speed_mps: float = 0.0, turn_radps: float = 0.0, seconds: float = 2.0, **controls: Any) -> dict[str, Any]:
    """A car on a circle (or straight, or standing) for two seconds of 20 Hz."""
    ticks = []
    for i in range(round(seconds * 20) + 1):
        angle = turn_radps * i * 0.05
        radius = speed_mps / turn_radps if turn_radps else math.inf
        x, y = (radius * math.sin(angle), radius * (1 - math.cos(angle))) if turn_radps else (speed_mps * i * 0.05, 0.0)
        ticks.append(
            EgoMotion(
                time_us=i * 50_000,
                world_from_ego=transform((x, y, 0.5), rotation_from_rpy(0, 0, angle)),
                velocity_mps=speed_mps * np.array([math.cos(angle), math.sin(angle), 0.0]),
                angular_velocity_radps=np.array([0.0, 0.0, turn_radps]),
                **controls,
            )
        )
    return can_bus_messages(ticks, BODY, BASE_US, (100.0, 200.0))


def column(rows: list[dict[str, Any]], name: str) -> Any:
    return np.array([row[name] for row in rows])


def test_every_message_comes_at_its_rate_from_the_first_tick_to_the_last() -> None:
    made = messages(seconds=2.0)
    assert set(made) == {*MESSAGES, "meta", "route"}
    assert {name: len(made[name]) for name in MESSAGES} == {
        "pose": 101,
        "ms_imu": 201,
        "steeranglefeedback": 201,
        "vehicle_monitor": 5,
        "zoesensors": 1601,
        "zoe_veh_info": 201,
    }
    for name, rate_hz in MESSAGES.items():
        times = column(made[name], "utime")
        assert set(np.diff(times)) == {1_000_000 // rate_hz}, name
        assert (times[0], times[-1]) == (BASE_US, BASE_US + 2_000_000), name
        assert all(type(row["utime"]) is int for row in made[name])


def test_fields_are_those_of_the_expansion_in_alphabetical_order() -> None:
    made = messages()
    fields = {name: list(made[name][0]) for name in MESSAGES}
    assert fields == {
        "pose": ["accel", "orientation", "pos", "rotation_rate", "utime", "vel"],
        "ms_imu": ["linear_accel", "q", "rotation_rate", "utime"],
        "steeranglefeedback": ["utime", "value"],
        "vehicle_monitor": [
            *("available_distance", "battery_level", "brake", "brake_switch", "gear_position", "left_signal"),
            *("rear_left_rpm", "rear_right_rpm", "right_signal", "steering", "steering_speed", "throttle", "utime"),
            *("vehicle_speed", "yaw_rate"),
        ],
        "zoesensors": ["brake_sensor", "steering_sensor", "throttle_sensor", "utime"],
        "zoe_veh_info": [
            *("FL_wheel_speed", "FR_wheel_speed", "RL_wheel_speed", "RR_wheel_speed", "left_solar", "longitudinal_accel"),
            *("meanEffTorque", "odom", "odom_speed", "pedal_cc", "regen", "requestedTorqueAfterProc", "right_solar"),
            *("steer_corrected", "steer_offset_can", "steer_raw", "transversal_accel", "utime"),
        ],
    }


def test_a_standing_car() -> None:
    made = messages()
    np.testing.assert_allclose(column(made["pose"], "accel"), np.tile([0, 0, 9.81], (101, 1)), atol=1e-9)
    np.testing.assert_allclose(column(made["ms_imu"], "linear_accel"), np.tile([0, 0, 9.81], (201, 1)), atol=1e-9)
    np.testing.assert_allclose(column(made["pose"], "pos"), np.tile([100, 200, 0.5], (101, 1)), atol=1e-9)
    np.testing.assert_allclose(column(made["ms_imu"], "q"), np.tile([1, 0, 0, 0], (201, 1)), atol=1e-9)
    assert made["route"] == [[100.0, 200.0], [100.0, 200.0]]
    assert set(column(made["zoe_veh_info"], "odom")) == {0}


@pytest.mark.parametrize(
    ("bits", "left", "right"),
    [(0, 0, 0), (LEFT_BLINKER, 1, 0), (RIGHT_BLINKER, 0, 1), (LEFT_BLINKER | RIGHT_BLINKER | 0x3, 1, 1), (0x0F | 0x7C0, 0, 0)],
)
def test_indicators_show_as_signals(bits: int, left: int, right: int) -> None:
    rows = messages(speed_mps=5.0, light_bits=bits)["vehicle_monitor"]
    assert {(row["left_signal"], row["right_signal"]) for row in rows} == {(left, right)}


def test_steering_is_the_wheels_angle_times_the_ratio_positive_to_the_left() -> None:
    made = messages(speed_mps=5.0, steer_rad=0.1)
    np.testing.assert_allclose(column(made["steeranglefeedback"], "value"), 1.5, rtol=1e-12)
    degrees = round(math.degrees(1.5), 1)
    for name, key in (("vehicle_monitor", "steering"), ("zoesensors", "steering_sensor"), ("zoe_veh_info", "steer_corrected")):
        np.testing.assert_allclose(column(made[name], key), degrees, rtol=1e-12)


def test_wheels_roll_with_the_ground() -> None:
    """On a circle to the left around the rear axle's centre, each wheel's speed is its own radius times the turn rate."""
    speed, turn = 8.0, 0.4
    radius = speed / turn
    steer = math.atan(BODY.wheelbase_m / radius)
    made = messages(speed, turn, steer_rad=steer)
    row = made["zoe_veh_info"][100]
    to_rpm = 60.0 / (2 * math.pi * BODY.wheel_radius_m)
    assert row["RL_wheel_speed"] == pytest.approx((radius - 0.8) * turn * to_rpm, abs=0.03)
    assert row["RR_wheel_speed"] == pytest.approx((radius + 0.8) * turn * to_rpm, abs=0.03)
    # Front wheels of one common angle, not Ackermann's two: within half a percent of their circles' speeds.
    for wheel, left in (("FL", 0.8), ("FR", -0.8)):
        true = math.hypot(radius - left, BODY.wheelbase_m) * turn * to_rpm
        assert row[f"{wheel}_wheel_speed"] == pytest.approx(true, rel=0.005)
    monitor = made["vehicle_monitor"][2]
    assert monitor["vehicle_speed"] == pytest.approx(28.8, abs=0.02)
    assert monitor["yaw_rate"] == pytest.approx(math.degrees(turn), abs=0.06)
    assert monitor["rear_left_rpm"] < monitor["rear_right_rpm"]
    assert row["transversal_accel"] == pytest.approx(speed * turn / 9.81, abs=0.004)
    assert row["longitudinal_accel"] == pytest.approx(0.0, abs=0.06)


def test_pedals_engine_and_odometer_have_the_buses_units() -> None:
    made = messages(speed_mps=10.0, throttle=0.25, brake=0.5, engine_torque_nm=123.4)
    info, monitor, sensors = made["zoe_veh_info"], made["vehicle_monitor"][1], made["zoesensors"][1]
    assert (info[0]["pedal_cc"], monitor["throttle"], sensors["throttle_sensor"]) == (250, 250, 250)
    assert (monitor["brake"], monitor["brake_switch"]) == (63, 2)
    assert sensors["brake_sensor"] == pytest.approx(0.393)
    assert info[0]["meanEffTorque"] == pytest.approx(123.5)
    # 10 m/s for 0.1 s is a metre; the counter wraps at 125 cm.
    assert [info[i]["odom"] for i in (0, 10, 20)] == [0, 100, 200 - 125]
    assert info[0]["odom_speed"] == pytest.approx(36.0)
    assert messages()["vehicle_monitor"][0]["brake_switch"] == 1


def test_meta_counts_and_describes_what_is_there() -> None:
    made = messages(speed_mps=10.0)
    meta = made["meta"]
    assert set(meta) == set(MESSAGES)
    assert meta["pose"]["message_count"] == 101
    assert meta["pose"]["message_freq"] == 50
    assert meta["pose"]["timespan"] == pytest.approx(2.0)
    stats = meta["pose"]["var_stats"]["pos"]
    assert stats["max"] == pytest.approx([120.0, 200.0, 0.5])
    assert stats["mean_diff"] == pytest.approx([0.2, 0.0, 0.0])
    assert set(stats) == {f"{key}{end}" for key in ("max", "mean", "min", "std") for end in ("", "_diff")}
    assert "utime" not in meta["pose"]["var_stats"]


def test_the_route_is_the_driven_path_every_metre() -> None:
    route = np.array(messages(speed_mps=10.0)["route"])
    np.testing.assert_allclose(route, [[100.0 + i, 200.0] for i in range(21)], atol=1e-9)
