"""Between ActorStates and the records: reads poses before a tick, writes poses, speeds, wheels and gait after it."""

from __future__ import annotations

import math

import numpy as np

from carlite.jit import inner, kernel
from carlite.physics.frame_kernel import wrapped_deg, write_cross, write_rotation, write_spin
from carlite.physics.pedestrian_kernel import stride_m
from carlite.physics.tables import Floats, Record, Records

_PROBE_M = 0.6  # how far above wheels and soles the ground may lie
_JUMP_MPS = 100.0  # a kinematic actor that is faster was moved, it did not travel
_VEHICLE, _WALKER = 0, 1
_ANIMAL_STRIDE_PER_HEIGHT = 1.6
_STEEP = 0.3  # upward part of a normal below which ground is a wall


@kernel()
def load(
    bodies: Records, vehicles: Records, location: Floats, rotation_deg: Floats, velocity: Floats, spin_dps: Floats, dt: float
) -> None:
    """Fills the records with the actors' poses and velocities; kinematic actors get those of their own movement.

    The arrays are those of ActorStates; the new velocities of kinematic actors are written back.
    """
    turn, before = np.empty((3, 3)), np.empty((3, 3))
    spin, arm, turning = np.empty(3), np.empty(3), np.empty(3)
    for i in range(len(bodies)):
        b = bodies[i]
        row = b.row
        write_rotation(rotation_deg[row], turn)
        if b.simulate == 0:
            speed = 0.0
            for k in range(3):
                velocity[row, k] = (location[row, k] - b.was_at[k]) / dt if b.seen == 1 else 0.0
                speed += velocity[row, k] ** 2
                spin_dps[row, k] = 0.0
            if speed > _JUMP_MPS**2:
                velocity[row, :] = 0.0
            elif b.seen == 1:
                write_rotation(b.was_turned, before)
                write_spin(before, turn, dt, spin)
                for k in range(3):
                    spin_dps[row, k] = math.degrees(spin[k])
        for k in range(3):
            spin[k] = math.radians(spin_dps[row, k])
            arm[k] = turn[k, 0] * b.com_x
        write_cross(spin, arm, turning)
        b.x, b.y, b.z = location[row, 0] + arm[0], location[row, 1] + arm[1], location[row, 2] + arm[2]
        b.vx, b.vy, b.vz = velocity[row, 0] + turning[0], velocity[row, 1] + turning[1], velocity[row, 2] + turning[2]
        b.yaw, b.w = math.radians(rotation_deg[row, 1]), spin[2]
    for i in range(len(vehicles)):
        v = vehicles[i]
        row = bodies[v.body].row
        if bodies[v.body].loose == 1:
            v.pitch = v.roll = 0.0
            continue
        v.pitch = math.tan(math.radians(rotation_deg[row, 0]))
        v.roll = math.radians(rotation_deg[row, 2])
        if v.two_wheeled == 0:
            v.roll = math.tan(v.roll)


@kernel()
def probe_points(bodies: Records, vehicles: Records, dt: float, points: Floats) -> None:
    """Where to ask for the ground: (4 per vehicle, then 1 per body, 3). Walkers and props where they will be after ``dt``."""
    n = 0
    for i in range(len(vehicles)):
        v = vehicles[i]
        b = bodies[v.body]
        c, s = math.cos(b.yaw), math.sin(b.yaw)
        for k in range(4):
            v.ground_x[k] = points[n, 0] = b.x + c * v.wheel_x[k] - s * v.wheel_y[k]
            v.ground_y[k] = points[n, 1] = b.y + s * v.wheel_x[k] + c * v.wheel_y[k]
            points[n, 2] = b.z + v.wheel_x[k] * v.pitch + _PROBE_M
            n += 1
    for i in range(len(bodies)):
        b = bodies[i]
        points[n, 0], points[n, 1] = b.x + b.vx * dt, b.y + b.vy * dt
        points[n, 2] = b.z + 0.5 * b.feet + (0.0 if b.kind == _WALKER else 0.5 * _PROBE_M)
        n += 1


@inner()
def take_ground(vehicles: Records, height: Floats, normal: Floats) -> None:
    """Gives the vehicles the answers for their wheels, which come first in the arrays."""
    n = 0
    for i in range(len(vehicles)):
        v = vehicles[i]
        for k in range(4):
            v.ground_z[k] = height[n]
            if normal[n, 2] > _STEEP:
                v.ground_n[k, 0], v.ground_n[k, 1], v.ground_n[k, 2] = normal[n, 0], normal[n, 1], normal[n, 2]
            else:
                v.ground_n[k, 0], v.ground_n[k, 1], v.ground_n[k, 2] = 0.0, 0.0, 1.0
            n += 1


@kernel()
def store(
    bodies: Records,
    vehicles: Records,
    location: Floats,
    rotation_deg: Floats,
    velocity: Floats,
    spin_dps: Floats,
    acceleration: Floats,
    wheel_steer_deg: Floats,
    wheel_spin_rad: Floats,
    gait_phase_rad: Floats,
    dt: float,
) -> None:
    """Writes what the tick did into the arrays of ActorStates; the rows of loose props are there already."""
    turn = np.empty((3, 3))
    spin, arm, turning, now = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    for i in range(len(vehicles)):
        v = vehicles[i]
        b = bodies[v.body]
        row = b.row
        if b.loose == 1:
            pass  # its pose is written already
        elif v.simulate == 1:
            rotation_deg[row, 0] = math.degrees(math.atan(v.pitch))
            rotation_deg[row, 2] = math.degrees(v.roll if v.two_wheeled == 1 else math.atan(v.roll))
            ahead, side = -v.roll_rate, -v.pitch_rate
            c, s = math.cos(b.yaw), math.sin(b.yaw)
            spin_dps[row, 0], spin_dps[row, 1] = math.degrees(c * ahead - s * side), math.degrees(s * ahead + c * side)
        else:
            _lead_wheels(v, b, dt)
        if v.wheels_led == 0:
            for k in range(4):
                wheel_steer_deg[row, k] = math.degrees(v.wheel_steer[k])
                wheel_spin_rad[row, k] = v.wheel_spin[k]
            if v.two_wheeled == 1:  # their second wheel is the back one
                wheel_steer_deg[row, 1] = 0.0
                wheel_spin_rad[row, 1] = v.wheel_spin[2]
    for i in range(len(bodies)):
        b = bodies[i]
        row = b.row
        if b.loose == 1:
            _remember(b, location[row], rotation_deg[row], velocity[row], acceleration[row], dt)
            continue
        if b.simulate == 1:
            if b.kind != _VEHICLE:
                spin_dps[row, 0] = spin_dps[row, 1] = 0.0
            spin_dps[row, 2] = math.degrees(b.w)
            rotation_deg[row, 1] = wrapped_deg(math.degrees(b.yaw))
        write_rotation(rotation_deg[row], turn)
        for k in range(3):
            spin[k] = math.radians(spin_dps[row, k])
            arm[k] = -turn[k, 0] * b.com_x
        write_cross(spin, arm, turning)
        if b.simulate == 1:
            location[row, 0], location[row, 1], location[row, 2] = b.x + arm[0], b.y + arm[1], b.z + arm[2]
        now[0], now[1], now[2] = b.vx + turning[0], b.vy + turning[1], b.vz + turning[2]
        for k in range(3):
            velocity[row, k] = now[k]
        _remember(b, location[row], rotation_deg[row], velocity[row], acceleration[row], dt)
        if b.kind != _VEHICLE:
            speed = math.sqrt(b.vx * b.vx + b.vy * b.vy)
            stride = stride_m(speed, b.half_height)
            if b.kind != _WALKER:
                stride = 2.0 * b.half_height * _ANIMAL_STRIDE_PER_HEIGHT
            gait_phase_rad[row] = (gait_phase_rad[row] + 2.0 * math.pi * speed * dt / max(stride, 0.1)) % (2.0 * math.pi)


@inner()
def _remember(b: Record, location: Floats, rotation_deg: Floats, velocity: Floats, acceleration: Floats, dt: float) -> None:
    """The acceleration of this tick, and what the next one compares with."""
    for k in range(3):
        acceleration[k] = (velocity[k] - b.was_moving[k]) / dt if b.seen == 1 else 0.0
        b.was_at[k], b.was_turned[k], b.was_moving[k] = location[k], rotation_deg[k], velocity[k]
    b.seen = 1


@inner()
def _lead_wheels(v: Record, b: Record, dt: float) -> None:
    """Wheels of a vehicle that is moved by its transform: they roll and steer as the movement asks for."""
    forward = math.cos(b.yaw) * b.vx + math.sin(b.yaw) * b.vy
    limit = max(v.max_steer[0], 0.01)
    wheelbase = v.wheel_x[0] - v.wheel_x[2]
    angle = math.atan2(wheelbase * b.w * (1.0 if forward >= 0.0 else -1.0), max(abs(forward), 0.3))
    v.wheel_steer[0] = v.wheel_steer[1] = min(max(angle, -limit), limit)
    for k in range(4):
        v.wheel_spin[k] = (v.wheel_spin[k] + forward * dt / v.wheel_radius[k]) % (2.0 * math.pi)
