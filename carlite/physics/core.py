"""Physics: moves vehicles, walkers and props, and reports their touches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from carlite import geometry
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
from carlite.physics.falls import tip_over, topple
from carlite.physics.fleet import telemetry, with_wheel_positions, write_control
from carlite.physics.friction import FRICTION_TRIGGER, FrictionAreas
from carlite.physics.motion_kernel import load, probe_points, store
from carlite.physics.obstacles import box_record, build_obstacles
from carlite.physics.reports import contacts_of, contacts_of_touches
from carlite.physics.solids import Push, PushKind, Solid, Solids
from carlite.physics.tables import BODY, Integers, Records
from carlite.physics.tick_kernel import run_tick
from carlite.physics.types import Contact, GroundSource
from carlite.world.actors import Actor, Kind
from carlite.world.state import ActorStates

if TYPE_CHECKING:
    from carlite.physics.loose import LooseProps

GRAVITY_MPS2 = 9.81
_MOVING_KINDS = frozenset({Kind.VEHICLE, Kind.WALKER, Kind.PROP})
_PHYSX_PER_SI = 1e4  # CARLA hands angular impulses and torques on as they come; Unreal takes them in degrees and kg cm^2
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
        self._friction = FrictionAreas()
        self._found = np.zeros((_MAX_FOUND, PAIR_COLUMNS))
        self.gravity_mps2 = GRAVITY_MPS2
        self.substep_s = _SUBSTEP_S
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

    # velocities, impulses, forces --------------------------------------------------------------------------------------

    def set_target_velocity(self, actor: Actor, velocity_mps: ArrayLike) -> None:
        """World frame, m/s; holds until something changes it. Only of what physics moves, walkers apart, as in CARLA."""
        if self._pushable(actor) is not None:
            self._states.velocity[actor.row] = velocity_mps

    def set_target_angular_velocity(self, actor: Actor, velocity_dps: ArrayLike) -> None:
        """World frame, deg/s; of the same actors."""
        if self._pushable(actor) is not None:
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
        body, push = self._solids.body(solid), np.asarray(impulse_ns, np.float64)
        self._states.velocity[actor.row] += push / body.mass
        if at is not None:
            lever = np.asarray(at, np.float64) - self._states.location[actor.row]
            self._states.angular_velocity_dps[actor.row, 2] += math.degrees(
                float(lever[0] * push[1] - lever[1] * push[0]) / body.inertia
            )

    def add_force(self, actor: Actor, force_n: ArrayLike, at: ArrayLike | None = None) -> None:
        """World frame, N, during the next tick."""
        solid = self._pushable(actor)
        if solid is None or self._keeps(solid, PushKind.FORCE, force_n, at):
            return
        push = np.asarray(force_n, np.float64)
        lever = np.zeros(3) if at is None else np.asarray(at, np.float64) - self._states.location[actor.row]
        solid.force = solid.force + push
        solid.torque += float(lever[0] * push[1] - lever[1] * push[0])
        solid.is_pushed = True

    def add_angular_impulse(self, actor: Actor, impulse: ArrayLike) -> None:
        """World frame, degrees times kg cm^2/s as in CARLA; of vehicles and walkers only its vertical part turns them."""
        solid, turn = self._pushable(actor), np.radians(np.asarray(impulse, np.float64)) / _PHYSX_PER_SI
        if solid is not None and not self._keeps(solid, PushKind.ANGULAR_IMPULSE, turn):
            self._states.angular_velocity_dps[actor.row, 2] += math.degrees(turn[2] / float(self._solids.body(solid).inertia))

    def add_torque(self, actor: Actor, torque: ArrayLike) -> None:
        """World frame, degrees times kg cm^2/s^2, during the next tick; as ``add_angular_impulse``."""
        solid, turn = self._pushable(actor), np.radians(np.asarray(torque, np.float64)) / _PHYSX_PER_SI
        if solid is not None and not self._keeps(solid, PushKind.TORQUE, turn):
            solid.torque += float(turn[2])
            solid.is_pushed = True

    def _keeps(self, solid: Solid, kind: PushKind, vector: ArrayLike, at: ArrayLike | None = None) -> bool:
        """Keeps a push for a loose prop, whose rigid body takes it in the next tick."""
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
        self._apply_commands(dt_s)
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
        contacts = contacts_of(self._found[:count], solids, still)
        if loose is not None and began is not None:
            under = heights[4 * len(vehicles) :]
            contacts += contacts_of_touches(loose.step(dt_s, self.substep_s, self.gravity_mps2, began, under))
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

    def _apply_commands(self, dt_s: float) -> None:
        """Ackermann targets, outer forces and constant velocities of this tick."""
        solids = self._solids
        for solid in solids.order:
            if solid.ackermann.target is not None:
                self._run_ackermann(solid, dt_s)
            pushed = solid.is_pushed
            if solid.vehicle >= 0:
                if pushed or solid.was_pushed:
                    record = solids.vehicle(solid)
                    record.force[:], record.torque[2] = solid.force, solid.torque
                    solid.was_pushed = pushed
            elif pushed:
                body = solids.body(solid)
                body.vx, body.vy, body.vz = np.array([body.vx, body.vy, body.vz]) + solid.force * dt_s / body.mass
                body.w += solid.torque * dt_s / body.inertia
            if pushed:
                solid.force, solid.torque, solid.is_pushed = np.zeros(3), 0.0, False
            if solid.constant_velocity is not None:
                body = solids.body(solid)
                row = solid.actor.row
                turn = geometry.rotation_matrices(self._states.rotation_deg[row])
                if solid.vehicle >= 0 and not body.loose:  # the vertical part once a tick, as in CARLA, so that gravity acts within it
                    body.vz = float(turn[2] @ np.asarray(solid.constant_velocity))
                    continue
                body.vx, body.vy, body.vz = turn @ np.asarray(solid.constant_velocity)
                body.want_x, body.want_y = body.vx, body.vy
                if body.loose:
                    self._states.velocity[row] = (body.vx, body.vy, body.vz)

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
