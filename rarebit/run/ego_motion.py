"""The ego's motion at a tick: where its rear axle is and goes, what its pedals and its engine do."""

from __future__ import annotations

import math

import numpy as np

from rarebit.session.stage import Stage
from rarebit.session.state import StageState, VehicleData
from rarebit.snapshot import EgoBody, EgoMotion


def ego_motion(stage: Stage, state: StageState, time_us: int, light_bits: int) -> EgoMotion:
    """The ego of ``state``, with the controls that are in force."""
    row = state.names.index("ego")
    world_from_ego = state.world_from_actor[row] @ stage.actor_from_ego
    lever = world_from_ego[:3, 3] - state.world_from_actor[row, :3, 3]
    spin = state.angular_velocity_radps[row]
    throttle, brake, steer, gear = stage.controls_of("ego")
    speed = float(state.world_from_actor[row, :3, 0] @ state.velocity_mps[row])
    vehicle = stage.actors["ego"].vehicle
    return EgoMotion(
        time_us=time_us,
        world_from_ego=world_from_ego,
        # The actor's origin is not the rear axle.
        velocity_mps=state.velocity_mps[row] + np.cross(spin, lever),
        angular_velocity_radps=spin,
        throttle=throttle,
        brake=brake,
        steer_rad=0.0 if vehicle is None else steer_angle(vehicle, steer, speed),
        gear=gear,
        engine_torque_nm=0.0 if vehicle is None else engine_torque(vehicle, throttle, gear, speed),
        light_bits=light_bits,
    )


def ego_body(vehicle: VehicleData | None) -> EgoBody:
    """The ego's chassis; a hero of another client that tells no mechanics has none."""
    if vehicle is None:
        return EgoBody(wheelbase_m=0.0, track_m=0.0, wheel_radius_m=0.0)
    return EgoBody(wheelbase_m=vehicle.wheelbase_m, track_m=vehicle.track_m, wheel_radius_m=vehicle.wheel_radius_m)


def steer_angle(vehicle: VehicleData, steer: float, speed_mps: float) -> float:
    """Angle of the front wheels (left positive) at ``steer`` in -1..1: servers turn them less the faster the car."""
    curve = vehicle.steering_curve
    factor = float(np.interp(abs(speed_mps), curve[:, 0], curve[:, 1])) if len(curve) else 1.0
    return steer * vehicle.max_steer_rad * factor


def engine_torque(vehicle: VehicleData, throttle: float, gear: int, speed_mps: float) -> float:
    """Torque in N m at the pedal ``throttle``: that share of the torque curve at the engine's speed; 0 in neutral."""
    forward = vehicle.gear_ratios
    if not 1 <= gear <= len(forward) or not len(vehicle.torque_curve):
        return 0.0
    turns = abs(speed_mps) / (2.0 * math.pi * vehicle.wheel_radius_m)
    rpm = min(turns * forward[gear - 1] * vehicle.final_ratio * 60.0, vehicle.max_rpm)
    return throttle * float(np.interp(rpm, vehicle.torque_curve[:, 0], vehicle.torque_curve[:, 1]))
