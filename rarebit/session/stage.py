"""The actors of one run in the world: spawned, commanded, ticked, read, destroyed."""

from __future__ import annotations

import dataclasses
import logging
import queue
import time
from collections.abc import Iterable, Sequence
from typing import Any

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError, ServerError
from rarebit.core.frames import apply, inverse
from rarebit.grip import DRY, grip_of
from rarebit.layout import Layout
from rarebit.rig.request import RawMessage, SensorRequest
from rarebit.rig.rig import Mount
from rarebit.scenario import ConcreteScenario, LightState
from rarebit.session import bodies, convert, sensing
from rarebit.session.casting import Casting
from rarebit.session.commands import encoded
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.spawning import Spawned, actor_from_ego, describe, spawn, vehicle_data
from rarebit.session.state import (
    Cast,
    Command,
    DriveCommand,
    LightsCommand,
    SolidCommand,
    StageState,
)
from rarebit.session.traffic_lights import TrafficLights
from rarebit.session.tyres import fit_tyres

_log = logging.getLogger(__name__)

_DISPENSABLE = ("parked", "traffic")  # roles that fill the scene; one that meets a lamp post is left out
_SETTLE_TICKS = 20
_MOVED_M = 0.002  # a vehicle that moves less in a tick stands
_MORE_SETTLE_TICKS = 60
_LAST_EVENTS_S = 0.1
_HIT_MARGIN_M = 0.25
_KERB_M, _GROUND_REACH_M = 0.5, 30.0
_GROUND_TAGS = {1, 2, 10, 24, 25, 26, 27}  # road, sidewalk, terrain, road line, ground, bridge, rail track


class Stage:
    """Everything a run can do to the world and see of it.

    Attributes:
        actors: by name, the ego first, then the layout's order, then what else moves in this world.
        actor_from_ego: (4, 4), the ego frame (centre of the rear axle on the ground) in the ego actor's frame.
        state: at the last tick; before: at the one before it.
    """

    def __init__(self, server: CarlaServer, client: carla.Client, world: carla.World, config: CarlaConfig) -> None:
        self._server, self._client, self._world, self._config = server, client, world, config
        self._spawned: dict[str, Spawned] = {}
        self._collision: Any = None
        self._touches: queue.SimpleQueue[tuple[int, int, str, float]] = queue.SimpleQueue()
        self._wanted: tuple[tuple[Mount, SensorRequest], ...] = ()
        self._sensors: list[sensing.Attached] = []
        self._background: list[Any] = []
        self._lights = TrafficLights(server, world)
        self.actors: dict[str, Cast] = {}
        self.actor_from_ego: NDArray[np.float64] = np.eye(4)
        self.state: StageState
        self.before: StageState | None = None
        self._frame: int | None = None
        self._finished_s = 0.0

    # -------------------------------------------------------------------------------------------- life

    def spawn(self, scenario: ConcreteScenario, layout: Layout, casting: Casting) -> None:
        """Fills the stage and lets everything come to rest; called by ``Session.stage``."""
        self._lights.restart()
        plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}
        directed = {name for rule in scenario.story for name, _ in rule.do}
        with self._server.asking("looking for other actors"):
            others = sorted(self._world.get_actors(), key=lambda actor: actor.id)
        wanted = [(plans[placed.name], placed) for placed in (layout.ego, *layout.actors)]
        self._spawned, refused = spawn(self._server, self._client, self._world, casting, wanted, scenario.seed)
        for name, reason in refused.items():
            if plans[name].role not in _DISPENSABLE or name in directed:
                raise SceneError(reason)
            _log.info("left out: %s", reason)
        for actor in others:
            if actor.type_id.startswith(("vehicle.", "walker.pedestrian.")):
                name = f"background_{actor.id}"
                self._spawned[name] = Spawned(actor, describe(self._server, actor, name), None, None)
        self.actors = {name: one.cast for name, one in self._spawned.items()}
        self._listen_for_touches(casting.library.handle)
        self.tick(
            [
                LightsCommand(name=plan.name, on=plan.lights)
                for plan in plans.values()
                if plan.lights and plan.name in self.actors
            ]
        )
        driving = [one for one in self._spawned.values() if one.cast.kind == "vehicle" and _drives(one)]
        fit_tyres(self._server, self._client, driving, grip_of(scenario.weather) / DRY)
        self._settle()
        with self._server.asking("reading the vehicles' mechanics"):
            for name, one in self._spawned.items():
                if one.cast.kind == "vehicle" and _drives(one):
                    one.cast = dataclasses.replace(one.cast, vehicle=vehicle_data(one.handle))
                    self.actors[name] = one.cast
            self.actor_from_ego = actor_from_ego(self._spawned["ego"].handle)

    def close(self) -> None:
        """Destroys what this stage spawned; what goes wrong here is logged, because an earlier error matters more."""
        sensors = [*(one.sensor for one in self._sensors), *([self._collision] if self._collision is not None else [])]
        try:
            for sensor in sensors:
                sensor.stop()
            self._server.check_alive("cleaning up")
            self._lights.release()
            mine = [one.handle for one in self._spawned.values() if one.plan is not None]
            batch = [carla.command.DestroyActor(actor.id) for actor in (*sensors, *reversed(mine))]
            # Not with the batch's own tick: the client waits for that without letting Python's threads run, and those hold
            # messages of sensors. The tick itself is needed because the client lists the dead until then.
            self._client.apply_batch_sync(batch, False)
            self._world.tick(self._config.timeout_s)
        except (RuntimeError, ServerError) as error:
            _log.warning("%s: actors could not be destroyed: %s", self._server.name, str(error).splitlines()[0])
        self._sensors, self._collision, self._spawned = [], None, {}

    def equip(self, sensors: Sequence[tuple[Mount, SensorRequest]]) -> None:
        """Says which sensors the ego gets; they are attached as time 0 comes near."""
        self._wanted = tuple(sensors)

    def attach_sensors(self, wanted: Iterable[tuple[Mount, SensorRequest]]) -> None:
        """Attaches some of the stage's sensors now."""
        if now := list(wanted):
            ego = self._spawned["ego"].handle
            sensing.attach(self._server, self._world, ego, self.actor_from_ego, now, self._sensors)

    def sensors_to_attach(self, ticks_ahead: int) -> list[tuple[Mount, SensorRequest]]:
        """Sensors to attach ``ticks_ahead`` ticks before time 0, so that they fire at time 0 and every interval after."""
        if not self._wanted:
            return []
        at_once = sensing.fires_at_once(self._server, self._world, self._config.step_s)
        return [one for one in self._wanted if ticks_ahead == one[1].ticks_ahead(at_once)]

    # -------------------------------------------------------------------------------------------- a tick

    def tick(self, commands: Sequence[Command] = ()) -> StageState:
        """Sends ``commands``, steps the world once, reads everybody's state.

        Raises:
            ServerError: the server did not answer in time, or an actor is gone.
        """
        batch = [part for command in commands for part in encoded(self.actors[command.name].actor_id, command)]
        with self._server.asking("ticking"):
            for command in commands:
                if isinstance(command, SolidCommand):
                    self._spawned[command.name].handle.set_collisions(True)
            if batch:
                self._client.apply_batch(batch)
            frame = self._world.tick(self._config.timeout_s)
            snapshot = self._world.get_snapshot()
        expected = self._frame + 1 if self._frame is not None else frame
        if frame != expected or snapshot.frame != expected:
            raise ServerError(
                f"{self._server.name}: expected frame {expected}, the tick was frame {frame} and the world is at "
                f"{snapshot.frame}: another client ticks the same world; end that one and run the scene again"
            )
        self.before = self.state if self._frame is not None else None
        self._frame = frame
        self.state = self._read(snapshot, frame)
        return self.state

    def show_lights(self, signals: Iterable[str], state: LightState) -> None:
        """The traffic lights of some signals (OpenDRIVE ids) show ``state`` from the next tick on; all others stay as they are.

        Raises:
            SceneError: the server has no such light.
        """
        self._lights.show(signals, state)

    def light_states(self) -> dict[str, str]:
        """What every traffic light shows, by OpenDRIVE id."""
        return self._lights.states()

    def collect(self, frame: int, due: Iterable[SensorRequest]) -> dict[tuple[str, str], RawMessage]:
        """What the sensors of ``due`` measured in ``frame``, by (channel, role).

        Raises:
            ServerError: one of them is late; names it.
        """
        wanted = {(request.channel, request.role) for request in due}
        return {
            (one.request.channel, one.request.role): sensing.collect(self._server, one, frame, self._config.timeout_s)
            for one in self._sensors
            if (one.request.channel, one.request.role) in wanted
        }

    def finish(self) -> None:
        """The last tick of the run, after which the last touches are on their way; what is done meanwhile costs no time."""
        if self._finished_s == 0.0:
            self.tick()
            self._finished_s = time.monotonic()

    def touches(self) -> tuple[tuple[int, str, float], ...]:
        """Every touch of the ego so far: (frame, name of the other or its type, impulse in N s), in order of frame."""
        self.finish()
        # Events come on a connection of their own, after the tick that caused them.
        time.sleep(max(0.0, self._finished_s + _LAST_EVENTS_S - time.monotonic()))
        found = set()
        names = {cast.actor_id: name for name, cast in self.actors.items()}
        kept = []
        while not self._touches.empty():
            kept.append(self._touches.get())
        for frame, other_id, type_id, impulse in kept:
            found.add((frame, names.get(other_id, type_id), impulse))
        return tuple(sorted(found))

    def light_bits(self) -> dict[str, int]:
        """CARLA's light bits of every vehicle by name."""
        with self._server.asking("reading the vehicles' lights"):
            bits = {int(actor_id): int(state) for actor_id, state in self._world.get_vehicles_light_states().items()}
        return {name: bits[cast.actor_id] for name, cast in self.actors.items() if cast.actor_id in bits}

    def controls_of(self, name: str) -> tuple[float, float, float, int]:
        """Throttle, brake, steering (-1 to 1, left positive) and gear that are in force."""
        control = self._spawned[name].handle.get_control()
        return float(control.throttle), float(control.brake), -float(control.steer), int(control.gear)

    def open_rays(self, eye_m: NDArray[np.float64], targets_m: NDArray[np.float64], name: str) -> NDArray[np.bool_]:
        """(n,) whether nothing stands between ``eye_m`` (3,) and each of ``targets_m`` (n, 3), the ego and ``name`` apart."""
        own = [self._box_test("ego"), self._box_test(name)]
        start = convert.location(eye_m)
        result = np.ones(len(targets_m), np.bool_)
        with self._server.asking("casting rays"):
            for row, target in enumerate(targets_m):
                hits = self._world.cast_ray(start, convert.location(target))
                points = convert.vectors([hit.location for hit in hits])
                reach = np.linalg.norm(target - eye_m) - _HIT_MARGIN_M
                before = np.linalg.norm(points - eye_m, axis=1) < reach
                ours = np.zeros(len(points), np.bool_)
                for world_to_box, half in own:
                    ours |= (np.abs(apply(world_to_box, points)) <= half + _HIT_MARGIN_M).all(axis=1)
                result[row] = not (before & ~ours).any()
        return result

    def way_out(self, name: str, place_m: NDArray[np.float64], direction: NDArray[np.float64]) -> float | None:
        """How far from ``place_m`` (3,) along ``direction`` (3,) an actor's body ends; None outside it."""
        box_from_world, half = self._box_test(name)
        return bodies.way_out(self._server, self._world, place_m, direction, box_from_world, 2.0 * half)

    def ground_z(self, point_m: NDArray[np.float64]) -> float | None:
        """Height of the ground below (or up to a kerb's height above) a point (3,); None where there is none."""
        above = point_m + np.array([0.0, 0.0, _KERB_M])
        below = point_m - np.array([0.0, 0.0, _GROUND_REACH_M])
        with self._server.asking("looking for the ground"):
            hits = self._world.cast_ray(convert.location(above), convert.location(below))
        for hit in hits:
            if int(hit.label) in _GROUND_TAGS:
                return float(convert.vector(hit.location)[2])
        return None

    # -------------------------------------------------------------------------------------------- inside

    def _listen_for_touches(self, library: carla.BlueprintLibrary) -> None:
        with self._server.asking("attaching the collision sensor"):
            blueprint = library.find("sensor.other.collision")
            ego = self._spawned["ego"].handle
            self._collision = self._world.spawn_actor(blueprint, carla.Transform(), attach_to=ego)
            touches = self._touches

            def note(event: Any) -> None:
                v, other = event.normal_impulse, event.other_actor
                touches.put((event.frame, other.id, other.type_id, (v.x**2 + v.y**2 + v.z**2) ** 0.5))

            self._collision.listen(note)

    def _settle(self) -> None:
        """Ticks until every vehicle stands on its wheels; brakes are on."""
        held = [
            DriveCommand(name=name, hand_brake=True, brake=1.0) for name, c in self.actors.items() if self._is_mine(name, c)
        ]
        before = self.tick(held).world_from_actor
        for number in range(_SETTLE_TICKS + _MORE_SETTLE_TICKS):
            now = self.tick().world_from_actor
            moved = float(np.abs(now[:, :3, 3] - before[:, :3, 3]).max())
            before = now
            if number >= _SETTLE_TICKS and moved < _MOVED_M:
                break

    def _is_mine(self, name: str, cast: Cast) -> bool:
        return cast.kind == "vehicle" and self._spawned[name].plan is not None

    def _read(self, snapshot: carla.WorldSnapshot, frame: int) -> StageState:
        found = [snapshot.find(cast.actor_id) for cast in self.actors.values()]
        if None in found:
            lost = [name for name, one in zip(self.actors, found, strict=True) if one is None]
            raise ServerError(f"{self._server.name}: {', '.join(lost)} vanished at frame {frame}; run the scene again")
        return StageState(
            frame=frame,
            names=tuple(self.actors),
            world_from_actor=convert.transforms([one.get_transform() for one in found]),
            velocity_mps=convert.vectors([one.get_velocity() for one in found]),
            acceleration_mps2=convert.vectors([one.get_acceleration() for one in found]),
            angular_velocity_radps=convert.angular_velocities([one.get_angular_velocity() for one in found]),
        )

    def _box_test(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        cast = self.actors[name]
        world_from_actor = self.state.world_from_actor[self.state.names.index(name)]
        return inverse(world_from_actor @ cast.actor_from_box), cast.size_lwh_m / 2.0


def _drives(one: Spawned) -> bool:
    """Whether an actor has a way to go; who stands for the whole scene needs no mechanics."""
    return one.placed is not None and one.placed.path_m is not None
