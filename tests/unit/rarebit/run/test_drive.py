"""Vehicle control on a point-mass bicycle whose pedals and tyres are not those that the controller believes in."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.motions import Brake, ChangeLane, SetSpeed
from rarebit.roads.path import Path
from rarebit.run.movers.driver import VehicleDriver
from rarebit.run.movers.following import Lead
from rarebit.session.state import DriveCommand, VehicleData

STEP_S = 0.05
VEHICLE = VehicleData(
    wheelbase_m=2.9,
    track_m=1.6,
    rear_axle_m=-1.4,
    max_steer_rad=1.2,
    steering_curve=np.array([[0.0, 1.0], [33.0, 0.7]]),
    wheel_radius_m=0.35,
    mass_kg=1800.0,
    drag_coefficient=0.3,
    torque_curve=np.array([[0.0, 400.0], [6000.0, 400.0]]),
    max_rpm=6000.0,
    gear_ratios=(4.0, 2.0, 1.0),
    final_ratio=4.0,
    brake_torque_nm=6000.0,
)


class Car:
    """Kinematic bicycle about the rear axle; its engine gives ``power`` and its steering ``grip`` of what the data promise."""

    def __init__(self, speed_mps: float, power: float, grip: float) -> None:
        self.x, self.y, self.yaw, self.speed, self.yaw_rate = VEHICLE.rear_axle_m, 0.0, 0.0, speed_mps, 0.0
        self.power, self.grip = power, grip

    def pose(self) -> np.ndarray:
        ahead = -VEHICLE.rear_axle_m
        where = (self.x + ahead * math.cos(self.yaw), self.y + ahead * math.sin(self.yaw), 0.0)
        return transform(where, rotation_from_rpy(0.0, 0.0, self.yaw))

    def velocity(self) -> np.ndarray:
        lever, c, s = -VEHICLE.rear_axle_m, math.cos(self.yaw), math.sin(self.yaw)
        return np.array([self.speed * c - self.yaw_rate * lever * s, self.speed * s + self.yaw_rate * lever * c, 0.0])

    def step(self, command: DriveCommand) -> None:
        force = command.throttle * self.power * 400.0 * 8.0 / 0.35 - command.brake * self.power * 6000.0 / 0.35
        self.speed = max(0.0, self.speed + (force / 1800.0 - 0.002 * self.speed) * STEP_S)
        factor = float(np.interp(self.speed, VEHICLE.steering_curve[:, 0], VEHICLE.steering_curve[:, 1]))
        self.yaw_rate = self.grip * self.speed * math.tan(command.steer * 1.2 * factor) / 2.9
        self.yaw += self.yaw_rate * STEP_S
        self.x += self.speed * math.cos(self.yaw) * STEP_S
        self.y += self.speed * math.sin(self.yaw) * STEP_S


def drive(car: Car, driver: VehicleDriver, ticks: int, lead: Lead | None = None, start_s: float = 0.0) -> np.ndarray:
    """(ticks, 2) speed and offset."""
    rows = []
    for tick in range(ticks):
        command = driver.step(start_s + tick * STEP_S, car.pose(), car.velocity(), car.yaw_rate, lead)
        assert 0.0 <= command.throttle <= 1.0
        assert 0.0 <= command.brake <= 1.0
        car.step(command)
        rows.append((car.speed, driver.offset_m))
    return np.array(rows)


def driver(speed_mps: float, curvature_pm: float = 0.0, *, keeps_gap: bool = False, mu: float = 0.9) -> VehicleDriver:
    s = np.arange(0.0, 900.0)
    yaw = np.maximum(s - 60.0, 0.0) * curvature_pm
    points = np.stack([np.cumsum(np.cos(yaw)) - 1.0, np.cumsum(np.sin(yaw)), np.zeros_like(s)], 1)
    size = np.array([4.8, 2.0, 1.5])
    return VehicleDriver(
        "ego", VEHICLE, size, 0.0, Path(points), ((3.5,), (-3.5,)), speed_mps, keeps_gap=keeps_gap, step_s=STEP_S, grip=mu
    )


@pytest.mark.parametrize("speed_mps", [8.0, 15.0, 30.0])
@pytest.mark.parametrize(("power", "grip"), [(1.0, 1.0), (0.7, 0.8), (1.3, 1.1)])
def test_speed_and_lane_hold_though_the_vehicle_is_not_as_promised(speed_mps: float, power: float, grip: float) -> None:
    curvature = min(2.0 / speed_mps**2, 0.01)
    rows = drive(Car(speed_mps, power, grip), driver(speed_mps, curvature), 300)
    assert abs(rows[:, 0] - speed_mps).max() < 0.5
    assert abs(rows[100:, 1]).max() < 0.25


def stopping_distance_m(speed_mps: float, decel_mps2: float, jerk_mps3: float) -> float:
    """Closed form: the deceleration is built up at ``jerk_mps3`` (``j t^3 / 6`` off the way), then held to the end."""
    ramp_s = decel_mps2 / jerk_mps3
    ramp_m = speed_mps * ramp_s - decel_mps2 * ramp_s**2 / 6.0
    return ramp_m + (speed_mps - decel_mps2 * ramp_s / 2.0) ** 2 / (2.0 * decel_mps2)


@pytest.mark.parametrize(("decel_mps2", "mu", "got_mps2"), [(2.0, 0.9, 2.0), (5.0, 0.9, 5.0), (8.0, 0.9, 8.0),
                                                           (9.0, 0.6, 0.6 * 9.81), (9.0, 0.5, 0.5 * 9.81)])  # fmt: skip
def test_braking_is_built_up_at_the_jerk_of_a_driver_and_ends_where_grip_says(
    decel_mps2: float, mu: float, got_mps2: float
) -> None:
    car, control = Car(20.0, 1.0, 1.0), driver(20.0, mu=mu)
    drive(car, control, 20)
    start_m, speed = car.x, car.speed
    control.start(Brake(decel_mps2=decel_mps2), 1.0, car.speed)
    rows = drive(car, control, 400, start_s=1.0)
    assert rows[-1, 0] < 0.05
    way_m = car.x - start_m + speed * STEP_S / 2.0  # the car goes each tick at the speed it has at the end of it
    assert way_m == pytest.approx(stopping_distance_m(speed, got_mps2, 12.65), rel=0.03)
    decel = -np.diff(rows[rows[:, 0] > 0.6, 0]) / STEP_S
    assert decel.max() < got_mps2 + 0.3
    assert np.diff(decel[:8]).max() < 1.6 * 12.65 * STEP_S


def test_speed_changes_at_the_given_rate() -> None:
    car, control = Car(10.0, 1.0, 1.0), driver(10.0)
    control.start(SetSpeed(speed_mps=16.0, accel_mps2=2.0), 0.0, car.speed)
    rows = drive(car, control, 160)
    assert rows[39, 0] == pytest.approx(14.0, abs=0.4)
    assert rows[-1, 0] == pytest.approx(16.0, abs=0.2)


def test_a_lane_change_takes_its_time_and_needs_a_lane() -> None:
    car, control = Car(20.0, 1.0, 1.0), driver(20.0)
    control.start(ChangeLane(side="left", duration_s=3.0), 0.0, car.speed)
    assert control.blinker == "left"
    drive(car, control, 30)
    assert car.y == pytest.approx(1.75, abs=0.3)
    drive(car, control, 50, start_s=1.5)
    assert car.y == pytest.approx(3.5, abs=0.1)
    assert control.blinker == ""
    with pytest.raises(ValueError, match="no lane 1 to the left"):
        control.start(ChangeLane(side="left", duration_s=3.0), 4.0, car.speed)


def test_a_lane_change_that_tyres_cannot_make_is_refused_with_the_time_that_they_need() -> None:
    with pytest.raises(ValueError, match=r"in 1\.4 s that takes 10\.3 m/s\^2 sideways, the road gives 8\.8; allow 1\.5 s"):
        driver(20.0).start(ChangeLane(side="left", duration_s=1.4), 0.0, 20.0)
    driver(20.0).start(ChangeLane(side="left", duration_s=1.6), 0.0, 20.0)
    with pytest.raises(ValueError, match=r"allow 2\.0 s"):
        driver(20.0, mu=0.5).start(ChangeLane(side="left", duration_s=1.6), 0.0, 20.0)


def test_traffic_keeps_its_gap_and_others_do_not() -> None:
    lead = Lead(gap_m=15.0, speed_mps=5.0)
    assert drive(Car(15.0, 1.0, 1.0), driver(15.0, keeps_gap=True), 25, lead)[-1, 0] < 11.0
    assert drive(Car(15.0, 1.0, 1.0), driver(15.0), 20, lead)[-1, 0] == pytest.approx(15.0, abs=0.3)


def test_it_slows_for_a_bend_that_the_speed_is_too_high_for() -> None:
    rows = drive(Car(15.0, 1.0, 1.0), driver(15.0, 0.04), 250)
    assert rows[-1, 0] == pytest.approx(math.sqrt(3.5 / 0.04), abs=0.7)
