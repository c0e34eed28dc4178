"""The actors that physics moves: their records and what they were told."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from carlite import library
from carlite.actors import Actor, Kind
from carlite.library import Blueprint
from carlite.physics.ackermann import AckermannController
from carlite.physics.controls import Vector, VehicleControl, VehiclePhysicsControl, WalkerControl
from carlite.physics.fleet import write_mechanics
from carlite.physics.hulls import contact_hull
from carlite.physics.presets import default_physics
from carlite.physics.tables import BODY, VEHICLE, Record, Records
from carlite.tags import Tag

_FALLBACK_MASS_KG = {Kind.WALKER: 75.0, Kind.PROP: 20.0}
_ANCHORED_KG = 250.0  # heavier props stand bolted to the ground
_SLIDING_DECELERATION = 5.0
_ANCHORED_TAGS = frozenset({Tag.STATIC, Tag.VEGETATION, Tag.BUILDING})
_CLEARANCE_M = 0.15  # under a vehicle's floor: low kerbs and debris pass below


class PushKind(IntEnum):
    """What a client does to a loose body."""

    IMPULSE = 0  # N s
    FORCE = 1  # N
    ANGULAR_IMPULSE = 2  # N m s
    TORQUE = 3  # N m


@dataclass(frozen=True, slots=True)
class Push:
    """One push, world frame: at a world point, or at the centre of mass where ``at`` is None."""

    kind: PushKind
    vector: Vector
    at: Vector | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Solid:
    """One actor that physics moves.

    Attributes:
        index: of its BODY record.
        vehicle: index of its VEHICLE record, -1 for all else.
        constant_velocity: m/s in its own frame while that mode is on.
        wheel_override: the client turns the wheels itself.
        force, torque: N and N m, world, both for the next tick only.
        pushes: of a loose body, likewise.
        fallen: a vehicle that has tipped over or a walker that was knocked down: a loose body, as loose props are.
    """

    actor: Actor
    blueprint: Blueprint | None
    index: int = -1
    vehicle: int = -1
    control: VehicleControl = field(default_factory=VehicleControl)
    ackermann: AckermannController = field(default_factory=AckermannController)
    physics: VehiclePhysicsControl | None = None
    walker: WalkerControl = field(default_factory=WalkerControl)
    constant_velocity: tuple[float, float, float] | None = None
    wheel_override: bool = False
    force: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    torque: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    is_pushed: bool = False
    was_pushed: bool = False
    pushes: list[Push] = field(default_factory=list)
    fallen: bool = False


class Solids:
    """All of them, as records in the order in which they came.

    Attributes:
        loose_changed: set when a loose body came, went or was switched; who builds the rigid bodies clears it.
    """

    def __init__(self) -> None:
        self.by_id: dict[int, Solid] = {}
        self.bodies: Records = np.zeros(0, BODY)
        self.vehicles: Records = np.zeros(0, VEHICLE)
        self.order: list[Solid] = []
        self.loose_changed = False

    def add(self, actor: Actor) -> Solid:
        """Makes the records of a new actor."""
        solid = Solid(actor=actor, blueprint=library.find(actor.type_id))
        body: Records = np.zeros(1, BODY)
        body["actor_id"], body["row"], body["kind"] = actor.id, actor.row, int(actor.kind)
        solid.index = len(self.bodies)
        self.bodies = np.concatenate([self.bodies, body])
        self.order.append(solid)
        self.by_id[actor.id] = solid
        self._write_shape(solid)
        if actor.kind is Kind.VEHICLE:
            solid.vehicle = len(self.vehicles)
            self.vehicles = np.concatenate([self.vehicles, np.zeros(1, VEHICLE)])
            self.vehicles["body"][solid.vehicle] = solid.index
            self.vehicles["ground_n"][solid.vehicle] = (0.0, 0.0, 1.0)
            self.vehicles["ground_z"][solid.vehicle] = -np.inf
            self.set_physics(solid, default_physics(self._vehicle_blueprint(solid)))
        self.refresh(solid)
        return solid

    def remove(self, solid: Solid) -> None:
        """Drops the records of an actor; those behind it move up."""
        self.loose_changed |= bool(self.body(solid).loose)
        self.bodies = np.delete(self.bodies, solid.index)
        if solid.vehicle >= 0:
            self.vehicles = np.delete(self.vehicles, solid.vehicle)
        del self.by_id[solid.actor.id]
        self.order.remove(solid)
        vehicle = 0
        for index, other in enumerate(self.order):
            other.index = index
            if other.vehicle >= 0:
                other.vehicle = vehicle
                self.vehicles["body"][vehicle] = index
                vehicle += 1

    def vehicle(self, solid: Solid) -> Record:
        """The VEHICLE record of a vehicle, its fields as attributes."""
        return self.vehicles.view(np.recarray)[solid.vehicle]

    def body(self, solid: Solid) -> Record:
        """The BODY record of an actor, its fields as attributes."""
        return self.bodies.view(np.recarray)[solid.index]

    def set_physics(self, solid: Solid, physics: VehiclePhysicsControl) -> None:
        """Gives a vehicle new mechanics; raises ValueError for numbers that make no vehicle."""
        blueprint = self._vehicle_blueprint(solid)
        record, body = self.vehicle(solid), self.body(solid)
        write_mechanics(record, physics, blueprint.wheels, solid.actor.box.half_extent, blueprint.base_type)
        solid.physics = physics
        body.com_x = physics.center_of_mass[0]
        body.bx = contact_hull(blueprint, solid.actor.box).centre[0] - body.com_x
        body.mass, body.inertia = record.mass, record.inertia_z
        self.refresh(solid)

    def refresh(self, solid: Solid) -> None:
        """Follows the actor's switches: simulate_physics, collisions, gravity."""
        actor, body = solid.actor, self.body(solid)
        loose = actor.simulate_physics and (solid.fallen or self._is_loose(solid))
        if loose or body.loose:
            self.loose_changed = True
        body.simulate, body.gravity, body.loose = actor.simulate_physics, actor.gravity, loose
        body.solid = actor.collisions and max(actor.box.half_extent) > 0.0 and self._motion(solid) != "dirt"
        moves = actor.simulate_physics and not self._is_anchored(solid)
        body.inv_mass = 1.0 / body.mass if moves else 0.0
        body.inv_inertia = 1.0 / body.inertia if moves and actor.kind is not Kind.WALKER else 0.0
        if solid.vehicle >= 0:
            record = self.vehicle(solid)
            record.simulate, record.gravity = actor.simulate_physics, actor.gravity
            record.constant = solid.constant_velocity is not None
            record.wheels_led = solid.wheel_override
            record.constant_v[:] = solid.constant_velocity or (0.0, 0.0, 0.0)

    @staticmethod
    def _vehicle_blueprint(solid: Solid) -> Blueprint:
        if solid.blueprint is None:
            raise ValueError(f"{solid.actor.type_id}: no such blueprint, so no vehicle physics")
        return solid.blueprint

    @staticmethod
    def _motion(solid: Solid) -> str:
        return solid.blueprint.motion if solid.blueprint else ""

    def _is_loose(self, solid: Solid) -> bool:
        """Whether an actor is always a rigid body once physics moves it: a prop that stands on nothing but its own weight."""
        return (
            solid.actor.kind is Kind.PROP
            and max(solid.actor.box.half_extent) > 0.0
            and self._motion(solid) not in {"animal", "dirt"}
            and not self._is_anchored(solid)
        )

    @staticmethod
    def _is_anchored(solid: Solid) -> bool:
        """Street furniture and trees do not yield."""
        if solid.actor.kind is not Kind.PROP:
            return False
        mass = solid.blueprint.mass_kg if solid.blueprint else 0.0
        return mass > _ANCHORED_KG or any(tag in _ANCHORED_TAGS for tag in solid.actor.tags)

    def _write_shape(self, solid: Solid) -> None:
        """Box, mass and friction of a body."""
        actor, body = solid.actor, self.body(solid)
        half, hull = actor.box.half_extent, contact_hull(solid.blueprint, actor.box)
        centre = hull.centre
        mass = (
            solid.blueprint.mass_kg
            if solid.blueprint and solid.blueprint.mass_kg > 0.0
            else _FALLBACK_MASS_KG.get(actor.kind, 1000.0)
        )
        body.mass, body.inertia = mass, max(mass * (half[0] ** 2 + half[1] ** 2) / 3.0, 1e-3)
        body.hx, body.hy = hull.half_extent[0], hull.half_extent[1]
        body.bx, body.by = centre[0], centre[1]
        body.box_yaw = math.radians(actor.box.rotation_deg[1])
        body.low, body.high = centre[2] - half[2], centre[2] + half[2]
        body.feet, body.half_height = body.low, half[2]
        if actor.kind is Kind.VEHICLE:
            body.low += _CLEARANCE_M
        elif actor.kind is Kind.WALKER or self._motion(solid) == "sphere":
            body.radius = max(half[0], half[1])
        body.friction = _SLIDING_DECELERATION
