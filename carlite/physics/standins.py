"""What loose props meet: scenery, and bodies in the engine's world that stand for vehicles, walkers and held props."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
import rapier3d as rapier
from numpy.typing import NDArray

from carlite.actors import ActorStates, Kind
from carlite.mesh import PlacedObject
from carlite.physics import rigid
from carlite.physics.obstacles import Obstacles
from carlite.physics.reports import Touch
from carlite.physics.shapes import ShapeKind, prop_shape
from carlite.physics.solids import Solid, Solids
from carlite.physics.tables import Record

# Of a car: height of the bonnet and length of the cabin over those of the whole, and how far back the cabin sits.
_HOOD, _CABIN, _CABIN_BACK = 0.58, 0.55, 0.12
_SKIRT_M = 0.06  # a bumper reaches lower than the floor: it meets a ball before its middle, and does not roll over it


@dataclass(slots=True, eq=False)
class _StandIn:
    """One actor's body: ``pushable`` where props move it. (place, velocity) are what it was given for this tick."""

    solid: Solid
    handle: rapier.RigidBodyHandle
    body: rapier.RigidBody
    pushable: bool
    place: NDArray[np.float64]
    velocity: NDArray[np.float64]
    touched: bool = False


class StandIns:
    """The stand-ins of one engine world.

    Args:
        world: the engine's.
        states: of all actors.
        solids: of all actors that physics moves.
        obstacles: of the scenery.
        origin: (3,) of the engine's world.
    """

    def __init__(
        self, world: rapier.PhysicsWorld, states: ActorStates, solids: Solids, obstacles: Obstacles, origin: NDArray[np.float64]
    ) -> None:
        self._world, self._states, self._solids, self._obstacles, self._origin = world, states, solids, obstacles, origin
        self._events = rapier.ChannelEventCollector()
        world.event_handler = cast(rapier.EventHandler, self._events)  # it collects, and is called by none
        self._owners: dict[int, Solid | PlacedObject] = {}  # by collider
        self._by_solid: dict[int, _StandIn] = {}  # by actor id
        self._brought = np.zeros(len(obstacles.records), np.bool_)
        self._touches: dict[tuple[int, int], Touch] = {}  # of this tick, by the identities of the two

    def know(self, body: rapier.RigidBody, solid: Solid) -> None:
        """Whose colliders those of ``body`` are."""
        for collider in body.colliders:
            self._owners[collider.index] = solid

    def bring_obstacles(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
        """Puts the scenery's boxes within a rectangle (world x and y) into the engine's world."""
        records = self._obstacles.records
        reach = records["hx"] + records["hy"]
        there = (
            (records["x"] + reach > low[0]) & (records["x"] - reach < high[0])
            & (records["y"] + reach > low[1]) & (records["y"] - reach < high[1])
        )  # fmt: skip
        for k in np.flatnonzero(there & ~self._brought):
            o = records[k]
            half = (float(o["hx"]), float(o["hy"]), 0.5 * float(o["high"] - o["low"]))
            middle = np.array([o["x"], o["y"], o["z"] + 0.5 * (o["low"] + o["high"])]) - self._origin
            box = rigid.plain_collider(ShapeKind.BOX, half, (0.0, 0.0, 0.0))
            turned = rigid.quaternion_of((0.0, math.degrees(float(o["yaw"])), 0.0))
            handle = self._world.add_collider(box.position((middle, turned)))
            self._owners[handle.index] = self._obstacles.objects[k]
            self._brought[k] = True

    def place(self, near: list[int], began: NDArray[np.float64], dt_s: float) -> None:
        """Puts the stand-ins of the bodies ``near`` where these began the tick, with the velocity that takes them through it.

        Args:
            near: indices of BODY records.
            began: (n, 4) x, y, z and yaw of all bodies when the tick began.
            dt_s: length of the tick.
        """
        solids = self._solids
        wanted = {solids.order[k].actor.id for k in near}
        for actor_id in [actor_id for actor_id in self._by_solid if actor_id not in wanted]:
            self._remove(self._by_solid.pop(actor_id))
        for k in near:
            solid = solids.order[k]
            record = solids.body(solid)
            pushable = bool(record.simulate and record.inv_mass > 0.0)
            standin = self._by_solid.get(solid.actor.id)
            if standin is not None and standin.pushable != pushable:
                self._remove(standin)
                standin = None
            if standin is None:
                standin = self._by_solid[solid.actor.id] = self._make(solid, record, pushable)
            self._lead(standin, record, began[k], dt_s)

    def _make(self, solid: Solid, record: Record, pushable: bool) -> _StandIn:
        inertia = float(record.inertia) if record.inv_inertia > 0.0 else 0.0  # 0: walkers do not turn
        builder = rigid.pushing_body(float(record.mass), inertia) if pushable else rigid.driven_body()
        handle = self._world.add_body(builder, colliders=self._colliders(solid, record))
        body = self._world.rigid_bodies[handle]
        self.know(body, solid)
        return _StandIn(solid, handle, body, pushable, np.zeros(4), np.zeros(4))

    @staticmethod
    def _colliders(solid: Solid, record: Record) -> list[rapier.Collider | rapier.ColliderBuilder]:
        """What props meet of an actor: its box or cylinder; a car's bonnet is lower than its roof."""
        actor = solid.actor
        if actor.kind is Kind.PROP and not actor.simulate_physics:
            return [rigid.others_only(rigid.loose_collider(prop_shape(solid.blueprint, actor.box, float(record.mass))))]
        low, high = float(record.low) - (_SKIRT_M if actor.kind is Kind.VEHICLE else 0.0), float(record.high)
        x, y, z = float(record.hx), float(record.hy), 0.5 * (high - low)
        bx, by, bz = float(record.bx), float(record.by), 0.5 * (high + low)
        if solid.blueprint is not None and solid.blueprint.base_type == "car":
            hood, cabin = z * _HOOD, x * _CABIN
            lower = rigid.plain_collider(ShapeKind.BOX, (x, y, hood), (bx, by, bz - z + hood))
            upper = rigid.plain_collider(ShapeKind.BOX, (cabin, y, z - hood), (bx - x * _CABIN_BACK, by, bz + hood))
            return [lower, upper]
        return [rigid.plain_collider(ShapeKind.CYLINDER if record.radius > 0.0 else ShapeKind.BOX, (x, y, z), (bx, by, bz))]

    def _lead(self, standin: _StandIn, record: Record, began: NDArray[np.float64], dt_s: float) -> None:
        """Gives a stand-in its pose at the beginning of the tick and the velocity of its actor's way through it."""
        actor = standin.solid.actor
        pitch, yaw, roll = self._states.rotation_deg[actor.row].tolist()
        ended = np.array([record.x, record.y, record.z, record.yaw])
        if standin.pushable:
            way = ended - began
            way[3] = (way[3] + math.pi) % (2.0 * math.pi) - math.pi
            standin.velocity = way / dt_s
        else:  # the client has put it where it ends
            spin = math.radians(float(self._states.angular_velocity_dps[actor.row, 2]))
            standin.velocity = np.array([record.vx, record.vy, record.vz, spin])
            began = ended - standin.velocity * dt_s
            yaw -= math.degrees(spin) * dt_s
        if actor.kind is Kind.WALKER and standin.pushable:  # who is held may lie
            pitch = roll = 0.0
        vx, vy, vz, w = standin.velocity.tolist()
        x, y, z = (began[:3] - self._origin).tolist()
        body = standin.body
        body.position = rapier.Isometry3((x, y, z), rigid.quaternion_of((pitch, yaw, roll)))
        body.linvel, body.angvel = rapier.Vec3(vx, vy, 0.0 if standin.pushable else vz), rapier.Vec3(0.0, 0.0, w)
        standin.place, standin.touched = began, False

    def _remove(self, standin: _StandIn) -> None:
        for collider in standin.body.colliders:
            self._owners.pop(collider.index, None)
        self._world.remove_body(standin.handle)

    def note_touches(self, dt_s: float) -> None:
        """Sums the forces of one step of the engine."""
        for event in self._events.drain_contact_force_events():
            first, second = event.collider1, event.collider2
            one, other = self._owners.get(first.index), self._owners.get(second.index)
            if one is None or other is None:
                continue  # the ground
            touch = self._touches.get((id(one), id(other))) or self._touches.get((id(other), id(one)))
            if touch is None:
                touch = self._touches[id(one), id(other)] = Touch(one, other, np.zeros(3), self._point(first, second))
            sign = -1.0 if touch.one is one else 1.0  # the force acts on the second
            touch.impulse_ns += np.array(event.total_force.to_tuple()) * (sign * dt_s)
            for owner in (one, other):
                standin = self._by_solid.get(owner.actor.id) if isinstance(owner, Solid) else None
                if standin is not None:
                    standin.touched = True

    def _point(self, first: rapier.ColliderHandle, second: rapier.ColliderHandle) -> NDArray[np.float64]:
        """Where two colliders touch, world."""
        pair = self._world.narrow_phase.contact_pair(first, second)
        for manifold in pair.manifolds if pair is not None else ():
            for contact in manifold.data.solver_contacts:
                place, _ = manifold.data.solver_contact_world_points(contact, self._world.rigid_bodies)
                return np.array([place.x, place.y, place.z]) + self._origin
        middle = self._world.colliders[first].translation
        return np.array(middle.to_tuple()) + self._origin

    def give_back(self, dt_s: float) -> list[Touch]:
        """Gives the actors what props did to their stand-ins; returns the touches of the tick."""
        for standin in self._by_solid.values():
            if not (standin.touched and standin.pushable):
                continue
            record, body = self._solids.body(standin.solid), standin.body
            vx, vy, _, w = standin.velocity.tolist()
            x, y, _ = (standin.place[:3] + standin.velocity[:3] * dt_s - self._origin).tolist()
            speed, place = body.linvel, body.translation
            record.vx += speed.x - vx
            record.vy += speed.y - vy
            record.x += place.x - x
            record.y += place.y - y
            if record.inv_inertia > 0.0:
                record.w += body.angvel.z - w
        touches = list(self._touches.values())
        self._touches = {}
        return touches
