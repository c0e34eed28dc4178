"""What clients tell vehicles and walkers, and what they read back: the fields in the order of CARLA's wire structures.

Field order and units follow LibCarla 0.9.16 (``rpc/VehicleControl.h``, ``rpc/VehiclePhysicsControl.h`` and their kin), so a
structure is encoded by listing its fields in order.
"""

from __future__ import annotations

from dataclasses import dataclass

Vector = tuple[float, float, float]

# Read and told back, but nothing moves otherwise for them: no clutch slips here, tyres' sideways stiffness does not bend with
# their load, wheels meet the ground at a point (a sweep finds the same on roads), the two sides of a vehicle weigh the same,
# and where wheels are is the blueprint's.
WITHOUT_EFFECT = frozenset(
    {
        "clutch_strength",
        "damping_rate_zero_throttle_clutch_disengaged",
        "use_sweep_wheel_collision",
        "center_of_mass.y",
        "wheels.lat_stiff_max_load",
        "wheels.position",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleControl:
    """Pedals, wheel and gear of a vehicle; throttle and brake in 0..1, steer in -1..1 (positive to the right)."""

    throttle: float = 0.0
    steer: float = 0.0
    brake: float = 0.0
    hand_brake: bool = False
    reverse: bool = False
    manual_gear_shift: bool = False
    gear: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AckermannControl:
    """Targets of the Ackermann controller: rad, rad/s, m/s (negative is reverse), m/s^2, m/s^3."""

    steer: float = 0.0
    steer_speed: float = 0.0
    speed: float = 0.0
    acceleration: float = 0.0
    jerk: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AckermannSettings:
    """Gains of the Ackermann controller's speed loop and acceleration loop."""

    speed_kp: float = 0.15
    speed_ki: float = 0.0
    speed_kd: float = 0.25
    accel_kp: float = 0.01
    accel_ki: float = 0.0
    accel_kd: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkerControl:
    """Where a walker goes: direction in the world frame, speed in m/s, whether it jumps."""

    direction: Vector = (1.0, 0.0, 0.0)
    speed: float = 0.0
    jump: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GearPhysicsControl:
    """A forward gear; down_ratio and up_ratio are the fractions of max_rpm at which the autobox shifts."""

    ratio: float = 1.0
    down_ratio: float = 0.5
    up_ratio: float = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelPhysicsControl:
    """A wheel; radius and position in centimetres, position in the world frame."""

    tire_friction: float = 2.0
    damping_rate: float = 0.25
    max_steer_angle: float = 70.0
    radius: float = 30.0
    max_brake_torque: float = 1500.0
    max_handbrake_torque: float = 3000.0
    lat_stiff_max_load: float = 2.0
    lat_stiff_value: float = 17.0
    long_stiff_value: float = 1000.0
    position: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VehiclePhysicsControl:
    """The mechanics of a vehicle; SI, curves as (x, y) pairs: (rpm, N m) and (km/h, factor)."""

    torque_curve: tuple[tuple[float, float], ...] = ((0.0, 500.0), (5000.0, 500.0))
    max_rpm: float = 5000.0
    moi: float = 1.0
    damping_rate_full_throttle: float = 0.15
    damping_rate_zero_throttle_clutch_engaged: float = 2.0
    damping_rate_zero_throttle_clutch_disengaged: float = 0.35
    use_gear_autobox: bool = True
    gear_switch_time: float = 0.5
    clutch_strength: float = 10.0
    final_ratio: float = 4.0
    forward_gears: tuple[GearPhysicsControl, ...] = ()
    mass: float = 1000.0
    drag_coefficient: float = 0.3
    center_of_mass: Vector = (0.0, 0.0, 0.0)
    steering_curve: tuple[tuple[float, float], ...] = ((0.0, 1.0), (10.0, 0.5))
    wheels: tuple[WheelPhysicsControl, ...] = ()
    use_sweep_wheel_collision: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelTelemetry:
    """One wheel of VehicleTelemetry: slips (degrees, ratio), rad/s, N, N m; normalised forces have no sign."""

    tire_friction: float
    lat_slip: float
    long_slip: float
    omega: float
    tire_load: float
    normalized_tire_load: float
    torque: float
    long_force: float
    lat_force: float
    normalized_long_force: float
    normalized_lat_force: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleTelemetry:
    """What ``get_telemetry_data`` reports; speed ahead in m/s, negative backwards, drag in N."""

    speed: float
    steer: float
    throttle: float
    brake: float
    engine_rpm: float
    gear: int
    drag: float
    wheels: tuple[WheelTelemetry, ...]
