"""Physics: moves vehicles, walkers and props, and reports their touches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from carlite import geometry
from carlite.actors import Actor, ActorStates, Kind
from carlite.errors import CallError
from carlite.mesh import Box, Mesh, PlacedObject
from carlite.physics.ackermann import AckermannController
from carlite.physics.contact_kernel import PAIR_COLUMNS, overlaps_any
from carlite.physics.controls import (
    AckermannControl,
    AckermannSettings,
    VehicleControl,
    VehiclePhysicsControl,
    VehicleTelemetry,
    WalkerControl,
)
from carlite.physics.falls import knock_down, tip_over, topple
from carlite.physics.fleet import telemetry, with_wheel_positions, write_control
from carlite.physics.friction import FRICTION_TRIGGER, FrictionAreas
from carlite.physics.motion_kernel import load, probe_points, store
from carlite.physics.obstacles import box_record, build_obstacles
from carlite.physics.pushes import Pushes
from carlite.physics.reports import contacts_of, contacts_of_touches
from carlite.physics.solids import Solid, Solids
from carlite.physics.tables import BODY, Integers, Records
from carlite.physics.tick_kernel import run_tick
from carlite.physics.types import Contact, GroundSource

if TYPE_CHECKING:
    from carlite.physics.loose import LooseProps

GRAVITY_MPS2 = 9.81
_MOVING_KINDS = frozenset({Kind.VEHICLE, Kind.WALKER, Kind.PROP})
_SUBSTEP_S = 0.01
_MAX_FOUND = 4096
_JUMP_MPS = 5.0
_SUNK_M = 0.35


class Physics:
    """The moving part of the world.

    Verbs about an actor that physics does not move (sensors, lights) do nothing but place it.

    Args:
        states: read and written; rows of attached actors and sensors are left alone.
        ground: what wheels and feet stand on.
        obstacles: of the static world; the solid ones stop actors.
        ground_meshes: the triangles of ``ground``, for loose props; without them they get it in samples.

    Attributes:
        pushes: the verbs about velocities, impulses and forces.
    """

    def __init__(
        self,
        states: ActorStates,
        ground: GroundSource,
        obstacles: Sequence[PlacedObject],
        ground_meshes: Sequence[Mesh] = (),
    ) -> None:
        self._states = states
        self._ground = ground
        self._ground_meshes = ground_meshes
        self._loose: LooseProps | None = None
        self._obstacles = build_obstacles(obstacles)
        self._solids = Solids()
        self.pushes = Pushes(states, self._solids)
        self._friction = FrictionAreas()
        self._found = np.zeros((_MAX_FOUND, PAIR_COLUMNS))
        self.gravity_mps2 = GRAVITY_MPS2
        self.substep_s = _SUBSTEP_S
        self.actor_ids: Mapping[int, int] = {}  # of the traffic lights and signs that obstacles show, by object id
        # Without an actor this does nothing but load or compile the kernels, which would take the first tick too long.
        self._tick(_SUBSTEP_S)
        overlaps_any(np.zeros(1, BODY), self._solids.bodies, self._obstacles.records)

    # actors ------------------------------------------------------------------------------------------------------------

    def add(self, actor: Actor) -> None:
        """Takes over a vehicle, walker, prop or friction trigger whose row in the states holds its pose; ignores the rest."""
        if actor.type_id == FRICTION_TRIGGER:
            self._friction.add(actor)
        if actor.kind in _MOVING_KINDS and actor.parent is None:
            self._solids.add(actor)

    def remove(self, actor: Actor) -> None:
        """Lets go of an actor."""
        self._friction.remove(actor)
        solid = self._solids.by_id.get(actor.id)
        if solid is not None:
            self._solids.remove(solid)

    def set_obstacles(self, obstacles: Sequence[PlacedObject]) -> None:
        """Puts other scenery in the place of the present one (some of it is hidden or shown again)."""
        self._obstacles = build_obstacles(obstacles)

    def refresh(self, actor: Actor) -> None:
        """Follows the actor's ``simulate_physics``, ``collisions`` and ``gravity`` after a change."""
        solid = self._solids.by_id.get(actor.id)
        if solid is not None:
            self._solids.refresh(solid)

    def set_simulate_physics(self, actor: Actor, enabled: bool) -> None:
        """Off: the actor stays where it is put, and its speed is that of its own movement.

        As in CARLA this lets an actor collide again, walkers apart, and the wheels turn by themselves again.
        """
        if actor.kind is not Kind.WALKER and (actor.kind is not Kind.VEHICLE or actor.simulate_physics is not enabled):
            actor.collisions = True
        actor.simulate_physics = enabled
        solid = self._solids.by_id.get(actor.id)
        if solid is not None:
            solid.wheel_override = solid.wheel_override and not enabled
            self._solids.refresh(solid)

    def set_collisions(self, actor: Actor, enabled: bool) -> None:
        """Off: nothing touches the actor."""
        actor.collisions = enabled
        self.refresh(actor)

    def set_gravity(self, actor: Actor, enabled: bool) -> None:
        """Off: the actor floats."""
        actor.gravity = enabled
        self.refresh(actor)

    def teleport(self, actor: Actor, location: ArrayLike, rotation_deg: ArrayLike | None = None) -> None:
        """Places an actor, keeping its velocity, and its rotation where none is given; metres, degrees."""
        self._states.location[actor.row] = location
        solid = self._solids.by_id.get(actor.id)
        if rotation_deg is not None:
            self._states.rotation_deg[actor.row] = geometry.as_told_deg(rotation_deg)
        if solid is not None and solid.vehicle >= 0 and actor.simulate_physics:
            record = self._solids.vehicle(solid)
            record.pitch_rate = record.roll_rate = 0.0
            if solid.fallen and rotation_deg is not None:
                solid.fallen = False  # the next tick sees whether it stands
                self._solids.refresh(solid)

    # vehicles ----------------------------------------------------------------------------------------------------------

    def apply_vehicle_control(self, actor: Actor, control: VehicleControl) -> None:
        """Pedals and steering until the next command; ends an Ackermann command."""
        solid = self._vehicle(actor)
        if solid.ackermann.target is not None:
            solid.ackermann = AckermannController(solid.ackermann.settings)
        solid.control = control
        write_control(self._solids.vehicles, solid.vehicle, control)

    def vehicle_control(self, actor: Actor) -> VehicleControl:
        """What is applied now, the gear being the one that is engaged."""
        solid = self._vehicle(actor)
        given = solid.control
        return VehicleControl(
            throttle=given.throttle, steer=given.steer, brake=given.brake, hand_brake=given.hand_brake, reverse=given.reverse,
            manual_gear_shift=given.manual_gear_shift, gear=int(self._solids.vehicle(solid).gear),
        )  # fmt: skip

    def gears(self) -> tuple[Integers, Integers]:
        """Rows of all vehicles that physics moves, and the gear that each has engaged."""
        vehicles = self._solids.vehicles
        return self._solids.bodies["row"][vehicles["body"]], vehicles["gear"]

    def ackermann_controls(self) -> list[tuple[int, VehicleControl]]:
        """Rows of the vehicles under Ackermann control, and the pedals that their controllers chose for the last step."""
        return [(solid.actor.row, solid.control) for solid in self._solids.order if solid.ackermann.target is not None]

    def apply_ackermann_control(self, actor: Actor, control: AckermannControl) -> None:
        """Targets until the next command of either kind."""
        self._vehicle(actor).ackermann.target = control

    def ackermann_settings(self, actor: Actor) -> AckermannSettings:
        """The controller's gains."""
        return self._vehicle(actor).ackermann.settings

    def apply_ackermann_settings(self, actor: Actor, settings: AckermannSettings) -> None:
        """Sets the controller's gains."""
        self._vehicle(actor).ackermann.settings = settings

    def physics_control(self, actor: Actor) -> VehiclePhysicsControl:
        """The mechanics, with the wheels' present positions in world centimetres."""
        solid = self._vehicle(actor)
        assert solid.physics is not None
        assert solid.blueprint is not None
        row = actor.row
        world_from_actor = geometry.world_from_local(self._states.location[row], self._states.rotation_deg[row])
        centres = geometry.apply(world_from_actor, [wheel.centre for wheel in solid.blueprint.wheels]) * 100.0
        return with_wheel_positions(self._friction.on_tyres(self._solids.vehicle(solid), solid.physics), centres)

    def mechanics(self, actor: Actor) -> VehiclePhysicsControl:
        """The mechanics without wheel positions: the same object until they change."""
        solid = self._vehicle(actor)
        assert solid.physics is not None
        return solid.physics

    def apply_physics_control(self, actor: Actor, physics: VehiclePhysicsControl) -> None:
        """New mechanics; wheel positions are read only. Raises ValueError for numbers that make no vehicle."""
        self._solids.set_physics(self._vehicle(actor), physics)

    def telemetry(self, actor: Actor) -> VehicleTelemetry:
        """Engine, slips and forces of the last step."""
        solid = self._vehicle(actor)
        ahead = geometry.rotation_matrices(self._states.rotation_deg[actor.row])[:, 0]
        speed = float(self._states.velocity[actor.row] @ ahead)
        return telemetry(self._solids.vehicle(solid), speed, len(solid.physics.wheels) if solid.physics else 4)

    def engine_share(self, actor: Actor) -> float:
        """Speed of the engine over its limit."""
        vehicle = self._solids.vehicle(self._vehicle(actor))
        return float(vehicle.rpm / vehicle.max_rpm)

    def set_wheel_steer_direction(self, actor: Actor, wheel: int, angle_deg: float) -> None:
        """Turns a wheel for the eye only, where physics is off; from then on the client alone turns this vehicle's wheels."""
        if self._leads_wheels(actor):
            self._states.wheel_steer_deg[actor.row, wheel] = angle_deg

    def set_wheel_pitch_angle(self, actor: Actor, wheel: int, angle_deg: float) -> None:
        """Rolls a wheel for the eye only, likewise."""
        if self._leads_wheels(actor):
            self._states.wheel_spin_rad[actor.row, wheel] = math.radians(angle_deg)

    def _leads_wheels(self, actor: Actor) -> bool:
        """Lets the client turn the wheels of a vehicle without physics; False for one with physics, as in CARLA."""
        solid = self._vehicle(actor)
        if actor.simulate_physics:
            return False
        if not solid.wheel_override:
            solid.wheel_override = True
            self._solids.refresh(solid)
        return True

    def _vehicle(self, actor: Actor) -> Solid:
        solid = self._solids.by_id.get(actor.id)
        if solid is None or solid.vehicle < 0:
            raise KeyError(
                f"actor {actor.id} ({actor.type_id}): got a {actor.kind.name}, expected a vehicle that physics knows"
            )
        return solid

    # walkers -----------------------------------------------------------------------------------------------------------

    def apply_walker_control(self, actor: Actor, control: WalkerControl) -> None:
        """Direction and speed until the next command; a jump happens once."""
        solid = self._walker(actor)
        solid.walker = control
        body = self._solids.body(solid)
        body.want_x, body.want_y = (control.speed * value for value in control.direction[:2])  # as long as it is, as in CARLA
        if control.jump and abs(self._states.velocity[actor.row, 2]) < 0.5 and actor.simulate_physics:
            self._states.velocity[actor.row, 2] = _JUMP_MPS

    def walker_control(self, actor: Actor) -> WalkerControl:
        """The last command."""
        return self._walker(actor).walker

    def set_walker_state(self, actor: Actor, location: ArrayLike, rotation_deg: ArrayLike, speed_mps: float) -> None:
        """The walker AI's verb: places a walker whose feet are at ``location``; it walks at ``speed_mps`` until the next."""
        solid = self._walker(actor)
        feet = np.asarray(location, np.float64)
        self.teleport(actor, feet + np.array([0.0, 0.0, actor.box.half_extent[2]]), rotation_deg)
        yaw = math.radians(float(np.asarray(rotation_deg, np.float64)[1]))
        solid.walker = WalkerControl(direction=(math.cos(yaw), math.sin(yaw), 0.0), speed=speed_mps)
        body = self._solids.body(solid)
        body.want_x, body.want_y = speed_mps * math.cos(yaw), speed_mps * math.sin(yaw)

    def knock_down(self, actor: Actor, blow: Contact | None = None) -> None:
        """Lets a walker fall, who moves by himself no more; ``blow`` is what threw him."""
        solid = self._walker(actor)
        actor.simulate_physics = actor.collisions = True
        knock_down(solid, self._solids, self._states, blow)

    def _walker(self, actor: Actor) -> Solid:
        solid = self._solids.by_id.get(actor.id)
        if solid is None or actor.kind is not Kind.WALKER:
            raise CallError(
                f"actor {actor.id} ({actor.type_id}): got a {actor.kind.name}, expected a walker that physics knows"
            )
        return solid

    # the tick ----------------------------------------------------------------------------------------------------------

    def step(self, dt_s: float) -> list[Contact]:
        """Advances everything by ``dt_s`` seconds and returns the touches, in the order of the actors' arrival.

        Raises:
            ValueError: for a step that is not positive.
        """
        if not dt_s > 0.0:
            raise ValueError(f"physics step: got {dt_s} s, expected more than 0")
        solids = self._solids
        if not len(solids.bodies):
            return []
        return self._tick(dt_s)

    def _tick(self, dt_s: float) -> list[Contact]:
        solids = self._solids
        tip_over(solids, self._states)
        states, bodies, vehicles, still = self._states, solids.bodies, solids.vehicles, self._obstacles
        load(
            bodies, vehicles, states.location, states.rotation_deg, states.velocity, states.angular_velocity_dps, dt_s
        )  # fmt: skip
        for solid in solids.order:
            if solid.ackermann.target is not None:
                self._run_ackermann(solid, dt_s)
        self.pushes.apply(dt_s)
        self._friction.apply(solids, states)
        points = np.empty((4 * len(vehicles) + len(bodies), 3))
        probe_points(bodies, vehicles, dt_s, points)
        below = self._ground.ground_below(points)
        heights = np.asarray(below.height_m, np.float64)
        loose = self._loose_props()
        began = None if loose is None else loose.start(still)
        count = run_tick(
            vehicles, bodies, still.records, still.cells, still.starts, still.members, still.grid,
            heights, np.asarray(below.normal, np.float64),
            self.gravity_mps2, dt_s, min(self.substep_s, _SUBSTEP_S), self._found,
        )  # fmt: skip
        contacts = contacts_of(self._found[:count], solids, still, self.actor_ids)
        if loose is not None and began is not None:
            under = heights[4 * len(vehicles) :]
            touches = loose.step(dt_s, self.substep_s, self.gravity_mps2, began, under)
            contacts += contacts_of_touches(touches, self.actor_ids)
        store(
            bodies, vehicles, states.location, states.rotation_deg, states.velocity, states.angular_velocity_dps,
            states.acceleration, states.wheel_steer_deg, states.wheel_spin_rad, states.gait_phase_rad, dt_s,
        )  # fmt: skip
        topple(contacts, solids, states)
        return contacts

    def _loose_props(self) -> LooseProps | None:
        """The rigid bodies, from the first tick on in which there is a loose prop."""
        if self._loose is None and self._solids.loose_changed:
            # A world without loose props does without the engine's library.
            from carlite.physics.loose import LooseProps

            self._loose = LooseProps(self._states, self._solids, self._ground, self._ground_meshes)
        return self._loose

    def _run_ackermann(self, solid: Solid, dt_s: float) -> None:
        record, body = self._solids.vehicle(solid), self._solids.body(solid)
        forward = math.cos(body.yaw) * body.vx + math.sin(body.yaw) * body.vy
        control = solid.ackermann.run(float(forward), float(max(record.max_steer)), dt_s)
        if control is not None:
            solid.control = control
            write_control(self._solids.vehicles, solid.vehicle, control)

    def blocked(self, box: Box, location: ArrayLike, rotation_deg: ArrayLike) -> bool:
        """Whether something solid stands where ``box`` at that pose would be, or the ground reaches into it.

        Touching the ground is allowed, and so is sinking in by a third of a metre or half the height: physics lifts the
        actor out, and clients spawn at the height of the road.
        """
        place = np.asarray(location, np.float64)
        probe: Records = np.zeros(1, BODY)
        box_record(probe, box, place, geometry.rotation_matrices(rotation_deg))
        lift = min(0.15, box.half_extent[2])
        probe["low"] += lift
        bodies = self._solids.bodies.copy()
        if len(bodies):  # where the actors are now, which may be after their last step
            rows = bodies["row"]
            turn = geometry.rotation_matrices(self._states.rotation_deg[rows])
            spot = self._states.location[rows] + turn[:, :, 0] * bodies["com_x"][:, None]
            bodies["x"], bodies["y"], bodies["z"] = spot[:, 0], spot[:, 1], spot[:, 2]
            bodies["yaw"] = np.radians(self._states.rotation_deg[rows, 1])
            for k in np.flatnonzero(bodies["loose"]):  # they may lie on their side
                box_record(bodies[k : k + 1], self._solids.order[k].actor.box, self._states.location[rows[k]], turn[k])
        if overlaps_any(probe, bodies, self._obstacles.records):
            return True
        centre = np.array([[probe["x"][0], probe["y"][0], probe["z"][0]]])
        height = float(np.asarray(self._ground.ground_below(centre).height_m)[0])
        bottom = float(centre[0, 2]) - box.half_extent[2]
        return height > bottom + max(_SUNK_M, box.half_extent[2] + 0.05)
