"""Vehicles that tip over and walkers that are knocked down: from then on they are loose bodies (``loose.py``).

The kernels of vehicles know springs and tyres, and hold for a body that is about parallel to its ground. What tilts further
falls as a rigid body, without drive or grip, and is a vehicle again when it has come to stand on its wheels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carlite.actors import ActorStates
from carlite.geometry import rotation_matrices
from carlite.physics.falls_kernel import find_tipped
from carlite.physics.shapes import loose_shape
from carlite.physics.solids import Solid, Solids
from carlite.physics.types import Contact

_FAINTS_RADPS = 1.0
_BUMPER_M = 0.5  # what hits people takes their legs away first
_LOSES_BALANCE_RADPS = 1.0  # towards the side to which it was hit: nobody holds it up any more
_TOPPLES_MPS = 2.0  # a two-wheeler whose speed a blow changes by more falls over


def tip_over(solids: Solids, states: ActorStates) -> None:
    """Lets vehicles fall that are tilted too far, and those drive on that stand on their wheels again."""
    tipped = np.empty(len(solids.vehicles), np.int64)
    for index in tipped[: find_tipped(solids.vehicles, solids.bodies, states.rotation_deg, tipped)].tolist():
        solid = solids.order[solids.vehicles["body"][index]]
        turn = rotation_matrices(states.rotation_deg[solid.actor.row])
        if solid.fallen:
            _stand(solid, solids, states, turn)
        else:
            _fall(solid, solids, states, turn)


def topple(contacts: Sequence[Contact], solids: Solids, states: ActorStates) -> None:
    """Lets two-wheelers fall that got a blow."""
    for contact in contacts:
        solid = solids.by_id[contact.actor_id]
        if solid.vehicle < 0 or solid.fallen or not solid.actor.simulate_physics:
            continue
        blow = math.hypot(*contact.impulse_ns) / float(solids.body(solid).mass)
        if solids.vehicle(solid).two_wheeled and blow > _TOPPLES_MPS:
            turn = rotation_matrices(states.rotation_deg[solid.actor.row])
            _fall(solid, solids, states, turn)
            tumble(solid, solids, states, contact.impulse_ns, contact.point)
            towards = math.copysign(_LOSES_BALANCE_RADPS, turn[:, 1] @ np.asarray(contact.impulse_ns))
            states.angular_velocity_dps[solid.actor.row] -= np.degrees(towards * turn[:, 0])


def knock_down(solid: Solid, solids: Solids, states: ActorStates, blow: Contact | None) -> None:
    """Lets a walker fall: as the blow has it, else backwards."""
    solid.fallen = True
    solids.refresh(solid)
    if blow is not None:
        x, y, z = blow.point
        feet_m = float(states.location[solid.actor.row, 2]) - solid.actor.box.half_extent[2]
        tumble(solid, solids, states, blow.impulse_ns, (x, y, min(z, feet_m + _BUMPER_M)))
    else:
        turn = rotation_matrices(states.rotation_deg[solid.actor.row])
        states.angular_velocity_dps[solid.actor.row] = np.degrees(-_FAINTS_RADPS * turn[:, 1])
        states.velocity[solid.actor.row] = -_FAINTS_RADPS * solid.actor.box.half_extent[2] * turn[:, 0]


def tumble(solid: Solid, solids: Solids, states: ActorStates, impulse_ns: ArrayLike, point: ArrayLike) -> None:
    """Adds the spin about level axes that a blow gives; the one about the vertical came with the touch.

    Args:
        impulse_ns: (3,) world, N s.
        point: (3,) where it struck, world, metres.
    """
    row, body = solid.actor.row, solids.body(solid)
    turn = rotation_matrices(states.rotation_deg[row])
    shape = loose_shape(solid.actor, solid.blueprint, float(body.mass), mass_centre_m(solid, solids))
    lever = np.asarray(point) - states.location[row] - turn @ np.asarray(shape.centre_of_mass)
    turning = turn.T @ np.cross(lever, np.asarray(impulse_ns))
    spin: NDArray[np.float64] = turn @ (turning / np.asarray(shape.principal_inertia))
    states.angular_velocity_dps[row, :2] += np.degrees(spin[:2])


def mass_centre_m(solid: Solid, solids: Solids) -> float:
    """Height of a vehicle's mass centre over its origin."""
    return float(solids.vehicle(solid).com_height) if solid.vehicle >= 0 else 0.0


def _fall(solid: Solid, solids: Solids, states: ActorStates, turn: NDArray[np.float64]) -> None:
    record, row = solids.vehicle(solid), solid.actor.row
    roll = float(record.roll_rate) if record.two_wheeled else float(record.roll_rate / (1.0 + record.roll**2))
    pitch = float(record.pitch_rate / (1.0 + record.pitch**2))
    level = np.array([turn[0, 0], turn[1, 0]]) / max(math.hypot(turn[0, 0], turn[1, 0]), 1e-6)
    states.angular_velocity_dps[row, 0] = math.degrees(-level[0] * roll + level[1] * pitch)
    states.angular_velocity_dps[row, 1] = math.degrees(-level[1] * roll - level[0] * pitch)
    record.load[:] = 0.0
    record.long_force[:] = record.lat_force[:] = record.lat_slip[:] = 0.0
    solid.fallen = True
    solids.refresh(solid)


def _stand(solid: Solid, solids: Solids, states: ActorStates, turn: NDArray[np.float64]) -> None:
    record, row = solids.vehicle(solid), solid.actor.row
    pitch_deg, _, roll_deg = states.rotation_deg[row]
    spin = np.radians(states.angular_velocity_dps[row])
    record.roll_rate = -float(spin @ turn[:, 0]) * (1.0 + math.tan(math.radians(roll_deg)) ** 2)
    record.pitch_rate = -float(spin @ turn[:, 1]) * (1.0 + math.tan(math.radians(pitch_deg)) ** 2)
    solid.fallen = False
    solids.refresh(solid)
