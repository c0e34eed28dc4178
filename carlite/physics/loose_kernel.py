"""What has to be looked at in every tick with loose props, also while all of them rest."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from carlite.jit import kernel
from carlite.physics.tables import Floats, Integers, Records

Booleans = NDArray[np.bool_]

_STANDS_MPS = 0.01
_ROOM_M = 0.1


@kernel()
def read_states(
    rows: Integers,
    location: Floats,
    rotation_deg: Floats,
    velocity: Floats,
    spin_dps: Floats,
    told: Floats,
    now: Floats,
    changed: Integers,
) -> int:
    """Compares the states of rows with what the engine last told.

    Args:
        rows: (k,) of the props.
        location, rotation_deg, velocity, spin_dps: of ActorStates.
        told: (k, 12) the four, one after the other.
        now: (k, 12) becomes the present ones.
        changed: (k,) its beginning becomes the props that differ.

    Returns:
        How many differ.
    """
    count = 0
    for k in range(len(rows)):
        row, differs = rows[k], False
        for c in range(3):
            now[k, c], now[k, 3 + c] = location[row, c], rotation_deg[row, c]
            now[k, 6 + c], now[k, 9 + c] = velocity[row, c], spin_dps[row, c]
        for c in range(12):
            differs = differs or now[k, c] != told[k, c]
        if differs:
            changed[count] = k
            count += 1
    return count


@kernel()
def find_near(bodies: Records, told: Floats, reach: Floats, awake: Booleans, dt: float, near: Integers) -> int:
    """Bodies that a prop may meet in this tick: those near one that is awake, and those that move near any.

    Args:
        bodies: all; loose ones are passed over.
        told: (k, 12) the props' places and velocities, see ``read_states``.
        reach: (k,) radius of each prop about its origin.
        awake: (k,) bool.
        dt: length of the tick.
        near: (n,) its beginning becomes the indices of the bodies.

    Returns:
        How many there are.
    """
    count = 0
    for i in range(len(bodies)):
        b = bodies[i]
        if b.solid == 0 or b.loose == 1:
            continue
        speed = math.sqrt(b.vx * b.vx + b.vy * b.vy + b.vz * b.vz)
        far = math.sqrt(b.hx * b.hx + b.hy * b.hy) + math.sqrt(b.bx * b.bx + b.by * b.by) + speed * dt + _ROOM_M
        for k in range(len(told)):
            if not awake[k] and speed < _STANDS_MPS:
                continue
            fast = math.sqrt(told[k, 6] ** 2 + told[k, 7] ** 2 + told[k, 8] ** 2)
            apart = far + reach[k] + fast * dt
            dx, dy = b.x - told[k, 0], b.y - told[k, 1]
            if dx * dx + dy * dy < apart * apart:
                near[count] = i
                count += 1
                break
    return count
