"""One tick of motion: slices short enough that nothing tunnels, each with vehicle sub-steps and contacts."""

from __future__ import annotations

import numba

from carlite.physics.contact_kernel import collide
from carlite.physics.tables import Floats, Integers, Records
from carlite.physics.vehicle_kernel import advance_vehicles

_VEHICLE = 0


@numba.njit(cache=True)
def run_slices(
    vehicles: Records,
    bodies: Records,
    obstacles: Records,
    cells: Integers,
    starts: Integers,
    members: Integers,
    grid: Floats,
    gravity: float,
    slice_s: float,
    slices: int,
    substeps: int,
    found: Floats,
) -> int:
    """Runs ``slices`` times: vehicles by ``substeps`` steps, everything else in a straight line, then contacts.

    Returns the number of touches in ``found``; a pair that touches in several slices appears several times.
    """
    total = 0
    for _ in range(slices):
        advance_vehicles(vehicles, bodies, gravity, slice_s / substeps, substeps)
        for i in range(len(bodies)):
            b = bodies[i]
            if b.kind != _VEHICLE and b.simulate == 1:
                b.x += b.vx * slice_s
                b.y += b.vy * slice_s
                b.yaw += b.w * slice_s
        total += collide(bodies, obstacles, cells, starts, members, grid, found[total:])
    return total
