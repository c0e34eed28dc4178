"""Loose bodies: they fall, tip, roll, slide and bounce, and push and are pushed by what moves near them.

Loose are props that physics moves, vehicles that have tipped over and walkers that were knocked down. Here all of them are
called props.

The engine is Rapier. Vehicles, walkers and scenery stay with the kernels of this package; near a prop each of them has a
stand-in in the engine's world. A stand-in follows its actor's way through the tick; what props did to its velocity and place
is given back to the actor, so momentum goes both ways. Props that rest cost nothing until something comes near.

The same calls give the same bits: the world is built anew, from the actors alone and in the order of their arrival, whenever
a prop comes, goes or is switched, so what was there before leaves no trace.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rapier3d as rapier
from numpy.typing import NDArray

from carlite.actors import ActorStates
from carlite.mesh import Mesh
from carlite.physics import rigid
from carlite.physics.falls import mass_centre_m
from carlite.physics.loose_kernel import find_near, read_states
from carlite.physics.obstacles import Obstacles
from carlite.physics.reports import Touch
from carlite.physics.rigid import Triple
from carlite.physics.shapes import LooseShape, loose_shape
from carlite.physics.solids import PushKind, Solid, Solids
from carlite.physics.standins import StandIns
from carlite.physics.tables import Floats
from carlite.physics.terrain import Terrain
from carlite.physics.types import GroundSource

_STEP_S = 0.01
_STEP_M, _MOST_STEPS = 0.12, 25
_GRID_M = 64.0  # the world's origin lies on such a grid, near the first prop
_MARGIN_M = 4.0  # scenery is looked for that much further than a prop can get
_FARTHEST_M = 50.0  # in one tick, as far as scenery is brought
_PLENTY_OF_TILES = 64
_ON_GROUND_M = 0.03
_FALLEN_THROUGH_M = 0.1


@dataclass(slots=True, eq=False)
class _Prop:
    """A loose prop and its body."""

    solid: Solid
    shape: LooseShape
    body: rapier.RigidBody


class LooseProps:
    """All loose props of an episode.

    Args:
        states: their rows are read for what clients changed, and written.
        solids: where they are found; the records of vehicles and walkers that they push are changed.
        ground: seen from above.
        meshes: the ground's triangles.
    """

    def __init__(self, states: ActorStates, solids: Solids, ground: GroundSource, meshes: Sequence[Mesh]) -> None:
        self._states = states
        self._solids = solids
        self._terrain = Terrain(meshes, ground)
        self._props: list[_Prop] = []
        self._obstacles: Obstacles | None = None
        self._standins: StandIns

    def start(self, obstacles: Obstacles) -> NDArray[np.float64] | None:
        """Before the kernels run: (n, 4) place and yaw of every body, None where there are no loose props."""
        solids = self._solids
        if solids.loose_changed or obstacles is not self._obstacles or self._too_much_scenery():
            solids.loose_changed, self._obstacles = False, obstacles
            self._build(obstacles)
        if not self._props:
            return None
        bodies = solids.bodies
        return np.stack([bodies["x"], bodies["y"], bodies["z"], bodies["yaw"]], -1)

    def step(
        self, dt_s: float, substep_s: float, gravity_mps2: float, began: NDArray[np.float64], below: Floats
    ) -> list[Touch]:
        """After the kernels have run: moves the props through the tick.

        Args:
            dt_s: length of the tick.
            substep_s: longest step.
            gravity_mps2: downwards.
            began: what ``start`` gave.
            below: (n,) height of the ground under every body, -inf where there is none.

        Returns:
            What props touched, but for the ground.
        """
        self._take_orders()
        near = self._who_is_near(dt_s)
        if not (near or self._awake.any()):
            self._drop_orders()
            return []
        count = max(math.ceil(dt_s / min(substep_s, _STEP_S) - 1e-9), self._steps_for(near, dt_s))
        world = self._world
        world.gravity = rapier.Vec3(0.0, 0.0, -gravity_mps2)
        world.integration_parameters.dt = dt_s / count
        self._bring_scenery(dt_s)
        self._push(dt_s, gravity_mps2, below)
        self._standins.place(near, began, dt_s)
        for _ in range(count):
            world.step()
            self._standins.note_touches(dt_s / count)
        touches = self._standins.give_back(dt_s)
        self._drop_orders()
        self._write(below)
        return touches

    def _steps_for(self, near: list[int], dt_s: float) -> int:
        """Steps in which no body that a prop may meet goes further than a small prop is long."""
        if not near:
            return 1
        bodies = self._solids.bodies[near]
        fastest = float(np.hypot(bodies["vx"], bodies["vy"]).max())
        return min(math.ceil(fastest * dt_s / _STEP_M), _MOST_STEPS)

    # building ----------------------------------------------------------------------------------------------------------

    def _too_much_scenery(self) -> bool:
        return bool(self._props) and len(self._tiles) > _PLENTY_OF_TILES + 8 * len(self._props)

    def _build(self, obstacles: Obstacles) -> None:
        """A new world with the props as they are now."""
        solids = self._solids
        loose = [solid for solid in solids.order if solids.bodies["loose"][solid.index]]
        self._props = []
        if not loose:
            return
        self._rows = np.array([solid.actor.row for solid in loose])
        first = self._states.location[self._rows[0]]
        self._origin = np.round(first / _GRID_M) * _GRID_M
        self._world = rigid.new_world()
        self._tiles: dict[tuple[int, int], bool] = {}
        self._standins = StandIns(self._world, self._states, solids, obstacles, self._origin)
        for solid in loose:
            self._props.append(self._make(solid))
        self._reach = np.array([_reach(prop.shape) for prop in self._props])
        self._awake = np.ones(len(loose), np.bool_)
        self._told = np.full((len(loose), 12), np.nan)
        self._now = np.empty_like(self._told)
        self._changed = np.empty(len(loose), np.int64)
        self._remember()
        # what of the scenery is there: the rectangles around props that were looked through
        self._seen = np.tile(np.array([np.inf, np.inf, -np.inf, -np.inf]), (len(loose), 1))

    def _make(self, solid: Solid) -> _Prop:
        record, states, row = self._solids.body(solid), self._states, solid.actor.row
        shape = loose_shape(solid.actor, solid.blueprint, float(record.mass), mass_centre_m(solid, self._solids))
        collider = rigid.loose_collider(shape)
        if not record.solid:
            collider = collider.collision_groups(rapier.InteractionGroups.none())
        handle = self._world.add_body(
            rigid.loose_body(
                _triple(states.location[row] - self._origin),
                rigid.quaternion_of(states.rotation_deg[row]),
                _triple(states.velocity[row]),
                _triple(np.radians(states.angular_velocity_dps[row])),
            ).gravity_scale(1.0 if record.gravity else 0.0),
            colliders=[collider],
        )
        body = self._world.rigid_bodies[handle]
        rigid.let_sleep(body)
        self._standins.know(body, solid)
        return _Prop(solid, shape, body)

    # what clients did --------------------------------------------------------------------------------------------------

    def _remember(self) -> int:
        """Reads the states; the number of props whose states differ from what was last read, which ``_changed`` lists."""
        states = self._states
        count = read_states(
            self._rows, states.location, states.rotation_deg, states.velocity, states.angular_velocity_dps, self._told,
            self._now, self._changed,
        )  # fmt: skip
        self._told, self._now = self._now, self._told
        return int(count)

    def _take_orders(self) -> None:
        """Places and velocities that clients have set since the last tick."""
        count = self._remember()
        if count:
            changed = self._told != self._now
            for k in self._changed[:count]:
                body, row = self._props[k].body, self._told[k]
                if changed[k, :6].any():
                    body.position = rapier.Isometry3(_triple(row[:3] - self._origin), rigid.quaternion_of(row[3:6]))
                if changed[k, 6:9].any():
                    body.linvel = rapier.Vec3(*row[6:9].tolist())
                if changed[k, 9:].any():
                    body.angvel = rapier.Vec3(*np.radians(row[9:]).tolist())
                self._wake(int(k))
        for number, prop in enumerate(self._props):
            if prop.solid.pushes:
                self._wake(number)

    def _wake(self, number: int) -> None:
        self._props[number].body.wake_up(True)
        self._awake[number] = True

    def _push(self, dt_s: float, gravity_mps2: float, below: Floats) -> None:
        """Forces of this tick: what clients ordered, and the resistance to rolling."""
        for prop, awake in zip(self._props, self._awake.tolist(), strict=True):
            body = prop.body
            for push in prop.solid.pushes:
                at = None if push.at is None else _triple(np.asarray(push.at) - self._origin)
                if push.kind is PushKind.IMPULSE and at is None:
                    body.apply_impulse(push.vector)
                elif push.kind is PushKind.IMPULSE and at is not None:
                    body.apply_impulse_at_point(push.vector, at)
                elif push.kind is PushKind.FORCE and at is None:
                    body.add_force(push.vector)
                elif push.kind is PushKind.FORCE and at is not None:
                    body.add_force_at_point(push.vector, at)
                elif push.kind is PushKind.ANGULAR_IMPULSE:
                    body.apply_torque_impulse(push.vector)
                else:
                    body.add_torque(push.vector)
            if awake and prop.shape.rolling > 0.0:
                self._resist_rolling(prop, dt_s, gravity_mps2, below)

    def _resist_rolling(self, prop: _Prop, dt_s: float, gravity_mps2: float, below: Floats) -> None:
        """The torque of an uneven, yielding road: coefficient times weight times radius, against the spin."""
        body, radius = prop.body, prop.shape.radius_m
        height = body.center_of_mass.z + self._origin[2] - below[prop.solid.index]
        spin = body.angvel
        speed = spin.norm()
        if speed < 1e-6 or height > radius + _ON_GROUND_M:
            return
        most = prop.shape.rolling * prop.shape.mass_kg * gravity_mps2 * radius * dt_s
        body.apply_torque_impulse(spin * (-min(most / speed, min(prop.shape.principal_inertia))), False)

    def _drop_orders(self) -> None:
        for prop in self._props:
            if prop.solid.pushes:
                prop.solid.pushes.clear()
                prop.body.reset_forces(False)
                prop.body.reset_torques(False)

    # surroundings ------------------------------------------------------------------------------------------------------

    def _who_is_near(self, dt_s: float) -> list[int]:
        """Bodies that a prop may meet in this tick."""
        bodies = self._solids.bodies
        near = np.empty(len(bodies), np.int64)
        found: list[int] = near[: find_near(bodies, self._told, self._reach, self._awake, dt_s, near)].tolist()
        return found

    def _bring_scenery(self, dt_s: float) -> None:
        """Ground and obstacles around the props that are awake."""
        way = np.minimum(np.linalg.norm(self._told[:, 6:9], axis=1) * dt_s, _FARTHEST_M)
        reach = (self._reach + way)[:, None]
        low, high = self._told[:, :2] - reach, self._told[:, :2] + reach
        lacks = self._awake & ((low < self._seen[:, :2]) | (high > self._seen[:, 2:])).any(1)
        for k in np.flatnonzero(lacks):
            first, last = low[k] - _MARGIN_M, high[k] + _MARGIN_M
            self._seen[k] = (*first, *last)
            for tile in self._terrain.tiles_near(first, last):
                if tile not in self._tiles:
                    patch = self._terrain.patch(*tile, float(self._told[k, 2]) + 1.0)
                    self._tiles[tile] = patch is not None
                    if patch is not None:
                        self._world.add_collider(rigid.ground_collider(patch, self._origin))
            self._standins.bring_obstacles(first, last)

    # results -----------------------------------------------------------------------------------------------------------

    def _write(self, below: Floats) -> None:
        """Poses and velocities of what is awake."""
        states, origin = self._states, self._origin
        for number, prop in enumerate(self._props):
            body = prop.body
            sleeps = body.is_sleeping
            if sleeps and not self._awake[number]:
                continue
            self._keep_above_ground(prop, float(below[prop.solid.index]))
            row, place = prop.solid.actor.row, body.translation
            states.location[row] = (place.x + origin[0], place.y + origin[1], place.z + origin[2])
            states.rotation_deg[row] = rigid.rotation_of(body.rotation.quaternion)
            self._awake[number] = not sleeps
            if sleeps:
                states.velocity[row] = states.angular_velocity_dps[row] = 0.0
            else:
                states.velocity[row] = body.linvel.to_tuple()
                states.angular_velocity_dps[row] = np.degrees(body.angvel.to_tuple())
        self._remember()

    def _keep_above_ground(self, prop: _Prop, ground_m: float) -> None:
        """Lifts what a heavy thing pressed through the ground."""
        body = prop.body
        z = body.center_of_mass.z + float(self._origin[2])
        if z < ground_m - _FALLEN_THROUGH_M and prop.solid.actor.collisions:
            place, speed = body.translation, body.linvel
            body.translation = rapier.Vec3(place.x, place.y, place.z + ground_m - z + prop.shape.radius_m)
            body.linvel = rapier.Vec3(speed.x, speed.y, max(speed.z, 0.0))


def _reach(shape: LooseShape) -> float:
    """Radius of a sphere around the actor's origin that holds the whole prop, metres."""
    return float(np.linalg.norm(shape.half_extent) + np.linalg.norm(shape.centre))


def _triple(values: NDArray[np.float64]) -> Triple:
    x, y, z = values.tolist()
    return (x, y, z)
