"""Which vehicles have tipped over: looked at in every tick."""

from __future__ import annotations

import math

import numpy as np

from carlite.jit import kernel
from carlite.physics.frame_kernel import write_rotation
from carlite.physics.tables import Floats, Integers, Records

_FALLS = math.cos(math.radians(38.0))  # about where a van, its wheels off the ground on one side, tips over by itself
_STANDS = math.cos(math.radians(28.0))
_BIKE_FALLS = math.cos(math.radians(65.0))  # a rider leans as far as 46 degrees


@kernel()
def find_tipped(vehicles: Records, bodies: Records, rotation_deg: Floats, tipped: Integers) -> int:
    """Vehicles that stand and are tilted too far from their ground's normal, or have fallen and are no more.

    A two-wheeler that has fallen lies until a client sets it up.

    Args:
        vehicles, bodies: of all; the normals are those under the wheels in the last tick.
        rotation_deg: of ActorStates.
        tipped: (n,) its beginning becomes their indices.

    Returns:
        How many there are.
    """
    turn = np.empty((3, 3))
    count = 0
    for i in range(len(vehicles)):
        v = vehicles[i]
        b = bodies[v.body]
        if v.simulate == 0:
            continue
        write_rotation(rotation_deg[b.row], turn)
        upright = length = 0.0
        for c in range(3):
            normal = v.ground_n[0, c] + v.ground_n[1, c] + v.ground_n[2, c] + v.ground_n[3, c]
            upright += normal * turn[c, 2]
            length += normal * normal
        upright /= math.sqrt(length)
        falls = _BIKE_FALLS if v.two_wheeled == 1 else _FALLS
        if (b.loose == 0 and upright < falls) or (b.loose == 1 and v.two_wheeled == 0 and upright > _STANDS):
            tipped[count] = i
            count += 1
    return count
