"""What clients do to the motion of actors: velocities, impulses, forces and torques."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carlite.actors import Actor, ActorStates, Kind
from carlite.geometry import rotation_matrices
from carlite.physics.solids import Push, PushKind, Solid, Solids

_PHYSX_PER_SI = 1e4  # CARLA hands angular impulses and torques on as they come; Unreal takes them in degrees and kg cm^2

Vector = NDArray[np.float64]


class Pushes:
    """The verbs; those about an actor that physics does not move do nothing.

    Args:
        states: velocities are written at once.
        solids: keep what acts during the next tick.
    """

    def __init__(self, states: ActorStates, solids: Solids) -> None:
        self._states = states
        self._solids = solids

    def set_target_velocity(self, actor: Actor, velocity_mps: ArrayLike) -> None:
        """World frame, m/s; holds until something changes it. Only of what physics moves, walkers apart, as in CARLA."""
        if self._pushable(actor) is not None:
            self._states.velocity[actor.row] = velocity_mps

    def set_target_angular_velocity(self, actor: Actor, velocity_dps: ArrayLike) -> None:
        """World frame, deg/s; of the same actors."""
        solid = self._pushable(actor)
        if solid is not None:
            change = np.asarray(velocity_dps, np.float64) - self._states.angular_velocity_dps[actor.row]
            self._spin(solid, np.radians(change))
            self._states.angular_velocity_dps[actor.row] = velocity_dps

    def enable_constant_velocity(self, actor: Actor, velocity_mps: Sequence[float]) -> None:
        """The actor's own frame, m/s, held every tick."""
        self._set_constant(actor, (float(velocity_mps[0]), float(velocity_mps[1]), float(velocity_mps[2])))

    def disable_constant_velocity(self, actor: Actor) -> None:
        """Ends ``enable_constant_velocity``."""
        self._set_constant(actor, None)

    def _set_constant(self, actor: Actor, velocity: tuple[float, float, float] | None) -> None:
        solid = self._solids.by_id.get(actor.id)
        if solid is not None:
            solid.constant_velocity = velocity
            self._solids.refresh(solid)

    def add_impulse(self, actor: Actor, impulse_ns: ArrayLike, at: ArrayLike | None = None) -> None:
        """World frame, N s, at a world point or at the centre of mass."""
        solid = self._pushable(actor)
        if solid is None or self._keeps(solid, PushKind.IMPULSE, impulse_ns, at):
            return
        push = np.asarray(impulse_ns, np.float64)
        self._states.velocity[actor.row] += push / self._solids.body(solid).mass
        if at is not None:
            self._turn(solid, np.cross(self._lever(solid, at), push))

    def add_force(self, actor: Actor, force_n: ArrayLike, at: ArrayLike | None = None) -> None:
        """World frame, N, during the next tick."""
        solid = self._pushable(actor)
        if solid is None or self._keeps(solid, PushKind.FORCE, force_n, at):
            return
        push = np.asarray(force_n, np.float64)
        solid.force = solid.force + push
        if at is not None:
            solid.torque = solid.torque + np.cross(self._lever(solid, at), push)
        solid.is_pushed = True

    def add_angular_impulse(self, actor: Actor, impulse: ArrayLike) -> None:
        """World frame, degrees times kg cm^2/s as in CARLA."""
        solid, turn = self._pushable(actor), np.radians(np.asarray(impulse, np.float64)) / _PHYSX_PER_SI
        if solid is not None and not self._keeps(solid, PushKind.ANGULAR_IMPULSE, turn):
            self._turn(solid, turn)

    def add_torque(self, actor: Actor, torque: ArrayLike) -> None:
        """World frame, degrees times kg cm^2/s^2, during the next tick; as ``add_angular_impulse``."""
        solid, turn = self._pushable(actor), np.radians(np.asarray(torque, np.float64)) / _PHYSX_PER_SI
        if solid is not None and not self._keeps(solid, PushKind.TORQUE, turn):
            solid.torque = solid.torque + turn
            solid.is_pushed = True

    def apply(self, dt_s: float) -> None:
        """Gives the records the forces and constant velocities of this tick."""
        for solid in self._solids.order:
            if solid.is_pushed or solid.was_pushed:
                self._apply_forces(solid, dt_s)
            if solid.constant_velocity is not None:
                self._hold_velocity(solid, solid.constant_velocity)

    def _apply_forces(self, solid: Solid, dt_s: float) -> None:
        if solid.vehicle >= 0:
            record = self._solids.vehicle(solid)
            record.force[:], record.torque[:] = solid.force, solid.torque
        else:
            body = self._solids.body(solid)
            body.vx, body.vy, body.vz = np.array([body.vx, body.vy, body.vz]) + solid.force * dt_s / body.mass
            body.w += float(solid.torque[2]) * dt_s / body.inertia
        solid.was_pushed = solid.is_pushed
        solid.force, solid.torque, solid.is_pushed = np.zeros(3), np.zeros(3), False

    def _hold_velocity(self, solid: Solid, velocity_mps: tuple[float, float, float]) -> None:
        body, row = self._solids.body(solid), solid.actor.row
        moving = rotation_matrices(self._states.rotation_deg[row]) @ np.asarray(velocity_mps)
        if solid.vehicle >= 0 and not body.loose:  # the vertical part once a tick, as in CARLA, so that gravity acts within it
            body.vz = moving[2]
            return
        body.vx, body.vy, body.vz = moving
        body.want_x, body.want_y = body.vx, body.vy
        if body.loose:
            self._states.velocity[row] = moving

    def _lever(self, solid: Solid, at: ArrayLike) -> Vector:
        """From the centre of mass to a world point, metres."""
        row, centre = solid.actor.row, np.zeros(3)
        if solid.vehicle >= 0:
            centre[:] = self._solids.body(solid).com_x, 0.0, self._solids.vehicle(solid).com_height
        lever: Vector = (
            np.asarray(at, np.float64) - self._states.location[row] - rotation_matrices(self._states.rotation_deg[row]) @ centre
        )
        return lever

    def _turn(self, solid: Solid, angular_impulse: Vector) -> None:
        """World frame, N m s, at once; what is neither vehicle nor loose turns about the vertical alone."""
        if solid.vehicle < 0:
            spin = np.array([0.0, 0.0, angular_impulse[2] / self._solids.body(solid).inertia])
        else:
            record = self._solids.vehicle(solid)
            turn = rotation_matrices(self._states.rotation_deg[solid.actor.row])
            spin = turn @ (turn.T @ angular_impulse / (record.inertia_x, record.inertia_y, record.inertia_z))
        self._states.angular_velocity_dps[solid.actor.row] += np.degrees(spin)
        self._spin(solid, spin)

    def _spin(self, solid: Solid, change_radps: Vector) -> None:
        """Changes how fast a vehicle pitches and rolls."""
        if solid.vehicle < 0:
            return
        record, yaw = self._solids.vehicle(solid), math.radians(float(self._states.rotation_deg[solid.actor.row, 1]))
        record.roll_rate -= math.cos(yaw) * change_radps[0] + math.sin(yaw) * change_radps[1]
        record.pitch_rate -= math.cos(yaw) * change_radps[1] - math.sin(yaw) * change_radps[0]

    def _keeps(self, solid: Solid, kind: PushKind, vector: ArrayLike, at: ArrayLike | None = None) -> bool:
        """Keeps a push for a loose body, which takes it in the next tick."""
        if not self._solids.body(solid).loose:
            return False
        x, y, z = np.asarray(vector, np.float64).tolist()
        solid.pushes.append(Push(kind, (x, y, z), None if at is None else tuple(np.asarray(at, np.float64).tolist())))
        return True

    def _pushable(self, actor: Actor) -> Solid | None:
        """What a push moves: neither what stands fast nor a walker, who moves by his own will alone in CARLA."""
        solid = self._solids.by_id.get(actor.id)
        if solid is None or actor.kind is Kind.WALKER or not actor.simulate_physics:
            return None
        return solid if self._solids.body(solid).inv_mass > 0.0 else None
