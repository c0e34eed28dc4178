"""One tick of motion: slices so short that nothing tunnels, each with vehicle sub-steps and contacts."""

from __future__ import annotations

import math

from carlite.jit import kernel
from carlite.physics.contact_kernel import collide
from carlite.physics.motion_kernel import take_ground
from carlite.physics.pedestrian_kernel import drop_others, steer_others
from carlite.physics.tables import Floats, Integers, Records
from carlite.physics.vehicle_kernel import advance_vehicles

_VEHICLE = 0
_SLICE_M, _MAX_SLICES = 0.6, 10  # nothing moves further between two looks for contacts


@kernel()
def run_tick(
    vehicles: Records,
    bodies: Records,
    obstacles: Records,
    cells: Integers,
    starts: Integers,
    members: Integers,
    grid: Floats,
    heights: Floats,
    normals: Floats,
    gravity: float,
    dt: float,
    substep: float,
    found: Floats,
) -> int:
    """Advances vehicles in sub-steps, walkers and props in straight lines, and resolves contacts, slice after slice.

    Args:
        heights, normals: of the ground under the points of ``probe_points``.
        substep: longest step of the vehicles, s.
        found: touches; a pair that touches in several slices appears several times.

    Returns:
        The number of touches in ``found``.
    """
    take_ground(vehicles, heights, normals)
    steer_others(bodies, dt)
    fastest = 0.0
    for i in range(len(bodies)):
        if bodies[i].loose == 0:
            fastest = max(fastest, bodies[i].vx ** 2 + bodies[i].vy ** 2)
    slices = min(max(math.ceil(math.sqrt(fastest) * dt / _SLICE_M), 1), _MAX_SLICES)
    slice_s = dt / slices
    substeps = max(math.ceil(slice_s / substep - 1e-9), 1)
    total = 0
    for _ in range(slices):
        advance_vehicles(vehicles, bodies, gravity, slice_s / substeps, substeps)
        for i in range(len(bodies)):
            b = bodies[i]
            if b.kind != _VEHICLE and b.simulate == 1 and b.loose == 0:
                b.x += b.vx * slice_s
                b.y += b.vy * slice_s
                b.yaw += b.w * slice_s
        total += collide(bodies, obstacles, cells, starts, members, grid, found[total:])
    drop_others(bodies, heights[4 * len(vehicles) :], gravity, dt)
    return total
