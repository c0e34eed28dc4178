"""Between ActorStates and the records of the kernels: reads poses before a tick, writes poses and speeds after it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from carlite.geometry import rotation_matrices
from carlite.physics.pedestrians import rolled_deg, slow_down, stand, stride_m, walk
from carlite.physics.solids import Solids
from carlite.physics.types import GroundSource
from carlite.world.state import ActorStates

_PROBE_M = 0.6  # how far above wheels and soles the ground may lie
_JUMP_MPS = 100.0  # a kinematic actor that is faster was moved, it did not travel
_BOUNCE, _BOUNCE_MPS = 0.55, 1.2
_SPIN_FRICTION = 3.0
_ANIMAL_STRIDE_PER_HEIGHT = 1.6


def load(solids: Solids, states: ActorStates, dt_s: float) -> None:
    """Fills the records with the actors' poses and velocities; kinematic actors get those of their own movement."""
    bodies, vehicles = solids.bodies, solids.vehicles
    rows = bodies["row"]
    location, rotation = states.location[rows], states.rotation_deg[rows]
    turn = rotation_matrices(rotation)
    velocity, spin = states.velocity[rows], np.radians(states.angular_velocity_dps[rows])
    led = (bodies["simulate"] == 0) & (bodies["seen"] == 1)
    if led.any():
        travelled = (location[led] - bodies["was_at"][led]) / dt_s
        travelled[np.linalg.norm(travelled, axis=1) > _JUMP_MPS] = 0.0
        velocity[led] = travelled
        spin[led] = _spin(rotation_matrices(bodies["was_turned"][led]), turn[led], dt_s)
    offset = turn[:, :, 0] * bodies["com_x"][:, None]
    velocity = velocity + np.cross(spin, offset)
    for k, name in enumerate("xyz"):
        bodies[name] = location[:, k] + offset[:, k]
        bodies["v" + name] = velocity[:, k]
    bodies["yaw"], bodies["w"] = np.radians(rotation[:, 1]), spin[:, 2]
    owners = vehicles["body"]
    pitch, roll = np.radians(rotation[owners, 0]), np.radians(rotation[owners, 2])
    vehicles["pitch"] = np.tan(pitch)
    vehicles["roll"] = np.where(vehicles["two_wheeled"] == 1, roll, np.tan(roll))


def _spin(before: NDArray[np.float64], after: NDArray[np.float64], dt_s: float) -> NDArray[np.float64]:
    """Angular velocities (n, 3) in rad/s that turn rotation matrices (n, 3, 3) into others, from the rotation vector."""
    change = after @ np.swapaxes(before, 1, 2)
    axis = np.stack(
        [change[:, 2, 1] - change[:, 1, 2], change[:, 0, 2] - change[:, 2, 0], change[:, 1, 0] - change[:, 0, 1]], -1
    )
    sine = 0.5 * np.linalg.norm(axis, axis=1)
    angle = np.arctan2(sine, 0.5 * (np.trace(change, axis1=1, axis2=2) - 1.0))
    result: NDArray[np.float64] = 0.5 * axis * (angle / np.maximum(sine, 1e-12) / dt_s)[:, None]
    return result


def look_down(solids: Solids, ground: GroundSource, dt_s: float) -> NDArray[np.float64]:
    """Asks once for the ground under all wheels, feet and props; returns the heights for walkers, then props.

    Walkers and props are probed where they will be at the end of the tick.
    """
    vehicles, bodies = solids.vehicles, solids.bodies
    owners = vehicles["body"]
    c, s = np.cos(bodies["yaw"][owners])[:, None], np.sin(bodies["yaw"][owners])[:, None]
    x = bodies["x"][owners][:, None] + c * vehicles["wheel_x"] - s * vehicles["wheel_y"]
    y = bodies["y"][owners][:, None] + s * vehicles["wheel_x"] + c * vehicles["wheel_y"]
    z = bodies["z"][owners][:, None] + vehicles["wheel_x"] * vehicles["pitch"][:, None]
    others = np.concatenate([solids.walkers, solids.props])
    b = bodies[others]
    points = np.concatenate(
        [
            np.stack([x.ravel(), y.ravel(), z.ravel() + _PROBE_M], -1),
            np.stack([b["x"] + b["vx"] * dt_s, b["y"] + b["vy"] * dt_s, b["z"] + b["feet"] * 0.5], -1),
        ]
    )
    if not len(points):
        return np.zeros(0)
    below = ground.ground_below(points)
    count = x.size
    heights = np.asarray(below.height_m, np.float64)
    vehicles["ground_x"], vehicles["ground_y"] = x, y
    vehicles["ground_z"] = heights[:count].reshape(-1, 4)
    normal = np.asarray(below.normal, np.float64)[:count].reshape(-1, 4, 3).copy()
    normal[normal[..., 2] < 0.3] = (0.0, 0.0, 1.0)  # a wall is no floor
    vehicles["ground_n"] = normal
    return heights[count:]


def steer_walkers(solids: Solids, dt_s: float) -> None:
    """Gives walkers the velocity they want and props the friction they feel."""
    bodies = solids.bodies
    for indices, is_walker in ((solids.walkers, True), (solids.props, False)):
        b = bodies[indices]
        free = b["simulate"] == 1
        velocity = np.stack([b["vx"], b["vy"]], -1)
        if is_walker:
            wanted = np.stack([b["want_x"], b["want_y"]], -1)
            moved, yaw_deg = walk(velocity, wanted, np.degrees(b["yaw"]), dt_s)
            b["yaw"] = np.where(free, np.radians(yaw_deg), b["yaw"])
            b["w"] = np.where(free, 0.0, b["w"])
        else:
            moved = slow_down(velocity, b["friction"], dt_s)
            b["w"] = np.where(free, np.sign(b["w"]) * np.maximum(np.abs(b["w"]) - _SPIN_FRICTION * dt_s, 0.0), b["w"])
        b["vx"], b["vy"] = np.where(free, moved[:, 0], b["vx"]), np.where(free, moved[:, 1], b["vy"])
        bodies[indices] = b


def drop(solids: Solids, heights: NDArray[np.float64], gravity: float, dt_s: float) -> None:
    """Lets walkers and props stand on the ground or fall."""
    others = np.concatenate([solids.walkers, solids.props])
    b = solids.bodies[others]
    free = (b["simulate"] == 1) & (b["gravity"] == 1)
    feet, rise = stand(b["z"] + b["feet"], heights, b["vz"], gravity, dt_s)
    bouncing = (b["rolls"] == 1) & (rise == 0.0) & (b["vz"] < -_BOUNCE_MPS)
    rise = np.where(bouncing, -_BOUNCE * b["vz"], rise)
    drift = (b["simulate"] == 1) & (b["gravity"] == 0)
    b["z"] = np.where(free, feet - b["feet"], b["z"] + np.where(drift, b["vz"] * dt_s, 0.0))
    b["vz"] = np.where(free, rise, b["vz"])
    solids.bodies[others] = b


def store(solids: Solids, states: ActorStates, dt_s: float) -> None:
    """Writes poses, velocities, accelerations, wheels and gait of all actors."""
    bodies, vehicles = solids.bodies, solids.vehicles
    rows = bodies["row"]
    free = bodies["simulate"] == 1
    rotation = states.rotation_deg[rows]
    yaw = np.degrees(bodies["yaw"])
    rotation[:, 1] = np.where(free, (yaw + 180.0) % 360.0 - 180.0, rotation[:, 1])
    c, s = np.cos(bodies["yaw"]), np.sin(bodies["yaw"])
    spin = np.zeros((len(bodies), 3))
    spin[:, 2] = bodies["w"]
    owners = vehicles["body"]
    driven = vehicles["simulate"] == 1
    rotation[owners[driven], 0] = np.degrees(np.arctan(vehicles["pitch"][driven]))
    roll = np.where(vehicles["two_wheeled"] == 1, vehicles["roll"], np.arctan(vehicles["roll"]))
    rotation[owners[driven], 2] = np.degrees(roll[driven])
    ahead, side = -vehicles["roll_rate"], -vehicles["pitch_rate"]
    spin[owners, 0], spin[owners, 1] = c[owners] * ahead - s[owners] * side, s[owners] * ahead + c[owners] * side
    turn = rotation_matrices(rotation)
    offset = turn[:, :, 0] * bodies["com_x"][:, None]
    place = np.stack([bodies["x"], bodies["y"], bodies["z"]], -1) - offset
    velocity = np.stack([bodies["vx"], bodies["vy"], bodies["vz"]], -1)
    states.location[rows] = np.where(free[:, None], place, states.location[rows])
    led_spin = np.radians(states.angular_velocity_dps[rows])
    if not free.all():
        before = rotation_matrices(bodies["was_turned"])
        seen = (bodies["seen"] == 1)[:, None]
        led_spin = np.where(seen, _spin(before, turn, dt_s), 0.0)
    spin = np.where(free[:, None], spin, led_spin)
    velocity = velocity - np.cross(spin, offset)
    _roll_props(solids, rotation, dt_s)
    states.rotation_deg[rows] = rotation
    states.velocity[rows] = velocity
    states.angular_velocity_dps[rows] = np.degrees(spin)
    states.acceleration[rows] = np.where((bodies["seen"] == 1)[:, None], (velocity - bodies["was_moving"]) / dt_s, 0.0)
    bodies["was_at"], bodies["was_turned"], bodies["was_moving"] = states.location[rows], rotation, velocity
    bodies["seen"] = 1
    _store_wheels(solids, states, dt_s)
    _store_gait(solids, states, dt_s)


def _store_wheels(solids: Solids, states: ActorStates, dt_s: float) -> None:
    vehicles, bodies = solids.vehicles, solids.bodies
    if not len(vehicles):
        return
    owners = vehicles["body"]
    b = bodies[owners]
    led = vehicles["simulate"] == 0
    if led.any():  # moved by its transform: roll and steer as the movement asks for
        forward = np.cos(b["yaw"]) * b["vx"] + np.sin(b["yaw"]) * b["vy"]
        wheelbase = vehicles["wheel_x"][:, 0] - vehicles["wheel_x"][:, 2]
        limit = np.maximum(vehicles["max_steer"].max(1), 0.01)
        angle = np.clip(np.arctan2(wheelbase * b["w"] * np.sign(forward), np.maximum(np.abs(forward), 0.3)), -limit, limit)
        spun = vehicles["wheel_spin"] + (forward * dt_s)[:, None] / vehicles["wheel_radius"]
        vehicles["wheel_spin"] = np.where(led[:, None], spun % (2.0 * math.pi), vehicles["wheel_spin"])
        front = np.array([1.0, 1.0, 0.0, 0.0])
        vehicles["wheel_steer"] = np.where(led[:, None], angle[:, None] * front, vehicles["wheel_steer"])
    steer, spin = np.degrees(vehicles["wheel_steer"]), vehicles["wheel_spin"].copy()
    two = vehicles["two_wheeled"] == 1  # their second wheel is the back one
    steer[two, 1] = 0.0
    spin[two, 1] = spin[two, 2]
    own = np.array([not solid.wheel_override for solid in solids.order if solid.vehicle >= 0], np.bool_)
    rows = b["row"][own]
    states.wheel_steer_deg[rows] = steer[own]
    states.wheel_spin_rad[rows] = spin[own]


def _store_gait(solids: Solids, states: ActorStates, dt_s: float) -> None:
    others = np.concatenate([solids.walkers, solids.props])
    b = solids.bodies[others]
    speed = np.hypot(b["vx"], b["vy"])
    stride = stride_m(speed, b["half_height"])
    stride[len(solids.walkers) :] = 2.0 * b["half_height"][len(solids.walkers) :] * _ANIMAL_STRIDE_PER_HEIGHT
    phase = states.gait_phase_rad[b["row"]] + 2.0 * math.pi * speed * dt_s / np.maximum(stride, 0.1)
    states.gait_phase_rad[b["row"]] = phase % (2.0 * math.pi)


def _roll_props(solids: Solids, rotation_deg: NDArray[np.float64], dt_s: float) -> None:
    """Balls and loose wheels turn about the axis across their way; changes ``rotation_deg`` in place."""
    bodies = solids.bodies
    for k in np.flatnonzero((bodies["rolls"] == 1) & (bodies["simulate"] == 1)):
        b = bodies[k]
        speed = math.hypot(b["vx"], b["vy"])
        if speed < 1e-3:
            continue
        if b["radius"] > 0.0:
            rotation_deg[k, 1] = math.degrees(math.atan2(b["vy"], b["vx"]))
        rotation_deg[k, 0] = (rotation_deg[k, 0] - rolled_deg(speed * dt_s, float(b["half_height"])) + 180.0) % 360.0 - 180.0
