"""Plays a log back into a world, as CARLA's replayer does.

Each tick moves the time of the replay on by the tick's length times a factor. The frame that holds the time is played: what it
adds and removes, how lights, wheels and doors are; actors stand between their places in the frame that was played before and
this one. Frames that are jumped over are asked for what they add and remove alone. With the recorded tick length and factor 1
the world shows after the n-th tick what it showed n ticks into the recording.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite import geometry
from carlite.errors import CallError
from carlite.physics.controls import VehicleControl, WalkerControl
from carlite.recording import packets
from carlite.recording.log import Frame, Log
from carlite.recording.packets import AddEvent, Packet, ShortLogError
from carlite.wire.binary import LightState
from carlite.world import skeleton
from carlite.world.actors import Actor, Kind
from carlite.world.doors import move_door
from carlite.world.street_lights import LightUpdate
from carlite.world.weather import weather_from_values
from carlite.world.world import World

_log = logging.getLogger(__name__)
_M = 0.01  # of a centimetre
_SAME_PLACE_M = 0.02
_FAR_UP_M = 1000.0  # actors are made there, where nothing is in the way, and then put where they belong
_JUMPY_FACTOR = 2.0  # from this speed on actors are not put between two frames
_PUPPETS = frozenset({Kind.VEHICLE, Kind.WALKER})

Pose = tuple[NDArray[np.float64], NDArray[np.float64]]  # metres; pitch, yaw, roll


@dataclass(slots=True, kw_only=True)
class ReplayOptions:
    """What a client can set for this and later replays: speed, and whom the replay leaves alone."""

    time_factor: float = 1.0
    ignore_hero: bool = False
    ignore_spectator: bool = False


class Replayer:
    """One replay.

    Args:
        world: with the recorded map.
        log: what is played.
        options: may change while it is played.
        start_s: where to begin.
        stop_s: where to end.
        follow_id: recorded id of the actor that the spectator follows; 0 for none.
        follow_offset: (3, 4) pose of the spectator in that actor's frame.
        with_sensors: whether recorded sensors are made too.
    """

    def __init__(
        self,
        world: World,
        log: Log,
        options: ReplayOptions,
        *,
        start_s: float,
        stop_s: float,
        follow_id: int,
        follow_offset: geometry.Array,
        with_sensors: bool,
    ) -> None:
        self._world = world
        self._log = log
        self._options = options
        self._stop_s = stop_s
        self._follow_id, self._follow_offset = follow_id, follow_offset
        self._with_sensors = with_sensors
        self._next = 0
        self._frame: Frame | None = None
        self._time_s = 0.0
        self._ids: dict[int, int] = {}  # recorded -> in this world
        self._heroes: set[int] = set()
        self._before: dict[int, Pose] = {}
        self._now: dict[int, Pose] = {}
        self._placed: set[int] = set()
        self._lights: NDArray[np.void] | None = None
        self.is_running = True
        self._advance(start_s, 0.0)
        self._before = {}

    def tick(self, delta_s: float) -> None:
        """Plays on by one tick of the world."""
        if not self.is_running:
            return
        share = self._advance(delta_s * self._options.time_factor, delta_s)
        if share is not None:
            self._place_all(0.0 if self._options.time_factor >= _JUMPY_FACTOR else share, delta_s)
        if self._time_s >= self._stop_s:
            self.stop(keep_actors=True)

    def show_lights(self) -> None:
        """Traffic lights as recorded; to be called after the world's own cycles have moved on."""
        if self._lights is None:
            return
        for record in self._lights:
            light = self._actor(int(record["id"]))
            if light is not None and light.kind is Kind.TRAFFIC_LIGHT and int(record["state"]) in set(LightState):
                state = LightState(int(record["state"]))
                self._world.signals.restore(light, state, float(record["elapsed"]), frozen=bool(record["frozen"]))
        self._lights = None

    def stop(self, *, keep_actors: bool) -> None:
        """Ends the replay: vehicles stand still under physics again, walkers stop.

        Args:
            keep_actors: False plays the rest of what the log adds and removes first.
        """
        if not self.is_running:
            return
        self.is_running = False
        if not keep_actors:
            self._advance(self._log.total_s, 0.0)
        ignored = self._heroes if self._options.ignore_hero else set()
        for actor in list(self._world.actors):
            if actor.id in ignored or actor.kind not in _PUPPETS:
                continue
            if actor.kind is Kind.VEHICLE:
                self._free(actor)
                self._world.physics.set_target_velocity(actor, (0.0, 0.0, 0.0))
                self._world.apply_vehicle_control(actor, VehicleControl(gear=1))
            else:
                if actor.id in self._ids.values():
                    self._free(actor)
                self._world.apply_walker_control(actor, WalkerControl(speed=0.0))

    # time --------------------------------------------------------------------------------------------------------------

    def _advance(self, seconds: float, delta_s: float) -> float | None:
        """Plays what lies in the next ``seconds``; how far into the frame of the new time that is, None past the last one."""
        now = self._time_s + seconds
        self._time_s = now
        frame = self._frame
        if frame is None or not frame.elapsed_s <= now < frame.elapsed_s + frame.duration_s:
            frame = None
            while frame is None and self._next < len(self._log):
                played = self._log[self._next]
                self._next += 1
                self._frame = played
                is_it = now < played.elapsed_s + played.duration_s
                self._play(played, is_it)
                frame = played if is_it else None
        if frame is None:
            return None
        return float(np.clip((now - frame.elapsed_s) / frame.duration_s, 0.0, 1.0)) if frame.duration_s > 0.0 else 0.0

    def _play(self, frame: Frame, whole: bool) -> None:
        """Events of a frame, and how things are in it where it is the one to show; a damaged packet is passed over."""
        events: dict[int, Callable[[memoryview], None]] = {
            Packet.EVENT_ADD: self._add,
            Packet.EVENT_DEL: self._remove,
            Packet.EVENT_PARENT: self._attach,
        }
        states: dict[int, Callable[[memoryview], None]] = {
            Packet.POSITION: self._read_positions,
            Packet.LIGHT_STATE: self._read_lights,
            Packet.VEHICLE: self._show_controls,
            Packet.WALKER: self._show_steps,
            Packet.VEHICLE_LIGHTS: self._show_vehicle_lights,
            Packet.STREET_LIGHT: self._show_street_lights,
            Packet.WALKER_BONES: self._show_bones,
            Packet.DOOR: self._show_doors,
            Packet.WHEELS: self._show_wheels,
            Packet.WEATHER: self._show_weather,
        }
        for kind, payload in frame.packets:
            serve = events.get(kind) or (states.get(kind) if whole else None)
            if serve is None:
                continue
            try:
                serve(payload)
            except (ShortLogError, ValueError, CallError) as error:
                _log.warning("replay: packet %d of frame %d is passed over: %s", kind, frame.number, error)

    # events ------------------------------------------------------------------------------------------------------------

    def _add(self, payload: memoryview) -> None:
        for event in packets.read_add_events(payload):
            if (self._options.ignore_hero and event.is_hero) or (
                self._options.ignore_spectator and event.type_id.startswith("spectator")
            ):
                continue
            actor = self._found_or_made(event)
            if actor is None:
                continue
            self._ids[event.id] = actor.id
            if event.is_hero:
                self._heroes.add(actor.id)
            if actor.kind in _PUPPETS:
                self._world.physics.set_simulate_physics(actor, False)
                self._world.physics.set_collisions(actor, False)

    def _found_or_made(self, event: AddEvent) -> Actor | None:
        location, rotation = _pose(event.location_cm, event.rotation)
        if event.type_id.startswith("traffic."):
            return self._light_at(location)
        if event.type_id.startswith("sensor.") and not self._with_sensors:
            return None
        actor = self._world.actors.find(event.id)
        if actor is None or actor.type_id != event.type_id:
            try:
                actor = self._world.spawn(
                    event.type_id,
                    {name: value for _, name, value in event.attributes},
                    (0.0, 0.0, _FAR_UP_M),
                    _triple(rotation),
                    wanted_id=event.id,
                )
            except CallError as error:
                _log.info("replay: actor %d (%s) is left out: %s", event.id, event.type_id, error)
                return None
        if actor.parent is None:
            self._world.place(actor, _triple(location), _triple(rotation))
        return actor

    def _light_at(self, location: NDArray[np.float64]) -> Actor | None:
        lights = self._world.signals.lights
        if not lights:
            return None
        away = np.abs(self._world.states.location[[light.row for light in lights]] - location).max(1)
        nearest = int(np.argmin(away))
        return lights[nearest] if away[nearest] < _SAME_PLACE_M else None

    def _remove(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.EVENT_DEL, payload):
            actor = self._actor(int(record["id"]))
            self._ids.pop(int(record["id"]), None)
            if actor is not None and self._world.is_destructible(actor):
                self._world.destroy(actor)

    def _attach(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.EVENT_PARENT, payload):
            child, parent = self._actor(int(record["id"])), self._actor(int(record["parent"]))
            if child is None or parent is None or child.parent is parent or _is_above(child, parent):
                continue
            world = self._world
            parent_from_world = geometry.inverse(world.world_from_actor(parent))
            world.attach(child, parent, geometry.compose(parent_from_world, world.world_from_actor(child)))

    # states ------------------------------------------------------------------------------------------------------------

    def _read_positions(self, payload: memoryview) -> None:
        self._before = self._now
        records = packets.read_records(Packet.POSITION, payload)
        records = records[np.isfinite(records["location"]).all(1) & np.isfinite(records["rotation"]).all(1)]
        self._now = {int(record["id"]): _pose(record["location"], record["rotation"]) for record in records}

    def _read_lights(self, payload: memoryview) -> None:
        self._lights = packets.read_records(Packet.LIGHT_STATE, payload)

    def _show_controls(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.VEHICLE, payload):
            vehicle = self._puppet(int(record["id"]), Kind.VEHICLE)
            if vehicle is not None:
                gear = int(record["gear"])
                control = VehicleControl(
                    throttle=float(record["throttle"]),
                    steer=float(record["steer"]),
                    brake=float(record["brake"]),
                    hand_brake=bool(record["hand_brake"]),
                    reverse=gear < 0,
                    gear=gear,
                )
                self._world.apply_vehicle_control(vehicle, control)

    def _show_steps(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.WALKER, payload):
            walker = self._puppet(int(record["id"]), Kind.WALKER)
            if walker is not None:
                yaw = np.radians(self._world.states.rotation_deg[walker.row, 1])
                ahead = (float(np.cos(yaw)), float(np.sin(yaw)), 0.0)
                self._world.apply_walker_control(walker, WalkerControl(direction=ahead, speed=float(record["speed"])))

    def _show_vehicle_lights(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.VEHICLE_LIGHTS, payload):
            vehicle = self._puppet(int(record["id"]), Kind.VEHICLE)
            if vehicle is not None:
                vehicle.light_state = int(record["lights"])

    def _show_street_lights(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.STREET_LIGHT, payload):
            red, green, blue = (round(255.0 * min(max(float(part), 0.0), 1.0)) for part in record["colour"][:3])
            update = LightUpdate(
                intensity_lm=float(record["intensity"]),
                group=int(record["group"]),
                colour=(red, green, blue),
                active=bool(record["on"]),
            )
            self._world.set_street_light(int(record["id"]), update)

    def _show_bones(self, payload: memoryview) -> None:
        for actor_id, bones in packets.read_bones(payload):
            walker = self._puppet(actor_id, Kind.WALKER)
            if walker is None:
                continue
            pose = skeleton.pose_of(walker, self._world.states)
            for bone in bones:
                if bone.name in skeleton.INDEX:
                    location, rotation = _pose(bone.location_cm, bone.rotation)
                    pose[skeleton.INDEX[bone.name]] = geometry.world_from_local(location, rotation)
            walker.custom_pose, walker.pose_blend = pose, 1.0

    def _show_doors(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.DOOR, payload):
            vehicle = self._puppet(int(record["id"]), Kind.VEHICLE)
            if vehicle is not None:
                move_door(vehicle, int(record["door"]), bool(record["open"]))

    def _show_wheels(self, payload: memoryview) -> None:
        for actor_id, wheels in packets.read_wheels(payload):
            vehicle = self._puppet(actor_id, Kind.VEHICLE)
            if vehicle is not None:
                wheels = wheels[wheels["wheel"] < self._world.states.wheel_steer_deg.shape[1]]
                self._world.states.wheel_steer_deg[vehicle.row, wheels["wheel"]] = wheels["steer"]
                self._world.states.wheel_spin_rad[vehicle.row, wheels["wheel"]] = np.radians(wheels["spin"])

    def _show_weather(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.WEATHER, payload):
            self._world.set_weather(weather_from_values(record["values"].tolist()))

    # placing -----------------------------------------------------------------------------------------------------------

    def _place_all(self, share: float, delta_s: float) -> None:
        for recorded_id, (location, rotation) in self._now.items():
            actor = self._actor(recorded_id)
            if actor is None or actor.parent is not None or self._is_ignored(actor):
                continue
            if recorded_id in self._before:
                first, first_rotation = self._before[recorded_id]
                turn = (rotation - first_rotation + 180.0) % 360.0 - 180.0
                location, rotation = first + share * (location - first), first_rotation + share * turn
            states, row = self._world.states, actor.row
            speed = (location - states.location[row]) / delta_s
            self._world.place(actor, _triple(location), _triple(rotation))
            if actor.kind in _PUPPETS:
                states.velocity[row] = speed if actor.id in self._placed else 0.0
            self._placed.add(actor.id)
        self._follow()

    def _follow(self) -> None:
        followed = self._actor(self._follow_id) if self._follow_id else None
        if followed is None:
            return
        pose = geometry.compose(self._world.world_from_actor(followed), self._follow_offset)
        self._world.place(self._world.spectator, _triple(pose[:, 3]), _triple(geometry.rotations_deg(pose[:, :3])))

    def _is_ignored(self, actor: Actor) -> bool:
        return (self._options.ignore_hero and actor.id in self._heroes) or (
            self._options.ignore_spectator and actor.kind is Kind.SPECTATOR
        )

    def _actor(self, recorded_id: int) -> Actor | None:
        return self._world.actors.find(self._ids.get(recorded_id, 0))

    def _puppet(self, recorded_id: int, kind: Kind) -> Actor | None:
        """The actor of a record, where it is of that kind and not ignored."""
        actor = self._actor(recorded_id)
        return None if actor is None or actor.kind is not kind or self._is_ignored(actor) else actor

    def _free(self, actor: Actor) -> None:
        self._world.physics.set_simulate_physics(actor, True)
        if actor.id in self._ids.values():
            self._world.physics.set_collisions(actor, True)


def _pose(location_cm: object, roll_pitch_yaw: object) -> Pose:
    angles = np.asarray(roll_pitch_yaw, np.float64)
    return np.asarray(location_cm, np.float64) * _M, angles[[1, 2, 0]]


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _is_above(child: Actor, parent: Actor) -> bool:
    """Whether ``child`` is ``parent`` or one that it hangs on."""
    at: Actor | None = parent
    while at is not None and at is not child:
        at = at.parent
    return at is not None
