"""The actors of a replay: which actor of this world plays which of the log, what they do and how they look."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite import geometry
from carlite.actors import Actor, Kind
from carlite.errors import CallError
from carlite.models import skeleton
from carlite.physics.controls import VehicleControl, WalkerControl
from carlite.recording import packets
from carlite.recording.packets import AddEvent, Packet
from carlite.weather import weather_from_values
from carlite.world.doors import move_door
from carlite.world.street_lights import LightUpdate
from carlite.world.world import World

_log = logging.getLogger(__name__)
_M = 0.01  # of a centimetre
_SAME_PLACE_M = 0.02
_FAR_UP_M = 1000.0  # actors are made there, where nothing is in the way, and then put where they belong
PUPPETS = frozenset({Kind.VEHICLE, Kind.WALKER})

Pose = tuple[NDArray[np.float64], NDArray[np.float64]]  # metres; pitch, yaw, roll
Serve = Callable[[memoryview], None]


@dataclass(slots=True, kw_only=True)
class ReplayOptions:
    """What a client can set for this and later replays: speed, and whom the replay leaves alone."""

    time_factor: float = 1.0
    ignore_hero: bool = False
    ignore_spectator: bool = False


class Stage:
    """Does in a world what the packets of a log say.

    Args:
        world: with the recorded map.
        options: may change while the log is played.
        with_sensors: whether recorded sensors are made too.

    Attributes:
        events: what serves packets that add, remove and attach actors.
        states: what serves packets about how things are in one frame.
    """

    def __init__(self, world: World, options: ReplayOptions, *, with_sensors: bool) -> None:
        self._world = world
        self._options = options
        self._with_sensors = with_sensors
        self._ids: dict[int, int] = {}  # recorded -> in this world
        self._heroes: set[int] = set()
        self.events: dict[int, Serve] = {
            Packet.EVENT_ADD: self._add,
            Packet.EVENT_DEL: self._remove,
            Packet.EVENT_PARENT: self._attach,
        }
        self.states: dict[int, Serve] = {
            Packet.VEHICLE: self._show_controls,
            Packet.WALKER: self._show_steps,
            Packet.VEHICLE_LIGHTS: self._show_vehicle_lights,
            Packet.STREET_LIGHT: self._show_street_lights,
            Packet.WALKER_BONES: self._show_bones,
            Packet.DOOR: self._show_doors,
            Packet.WHEELS: self._show_wheels,
            Packet.WEATHER: self._show_weather,
        }

    def finish(self) -> None:
        """Vehicles stand still under physics again, walkers stop."""
        ignored = self._heroes if self._options.ignore_hero else set()
        played = set(self._ids.values())
        for actor in list(self._world.episode.actors):
            if actor.id in ignored or actor.kind not in PUPPETS:
                continue
            if actor.kind is Kind.VEHICLE or actor.id in played:
                self._world.episode.physics.set_simulate_physics(actor, True)
            if actor.id in played:
                self._world.episode.physics.set_collisions(actor, True)
            if actor.kind is Kind.VEHICLE:
                self._world.episode.physics.pushes.set_target_velocity(actor, (0.0, 0.0, 0.0))
                self._world.episode.apply_vehicle_control(actor, VehicleControl(gear=1))
            else:
                self._world.episode.apply_walker_control(actor, WalkerControl(speed=0.0))

    def actor(self, recorded_id: int) -> Actor | None:
        """Who plays an actor of the log."""
        return self._world.episode.actors.find(self._ids.get(recorded_id, 0))

    def is_ignored(self, actor: Actor) -> bool:
        """Whether the replay leaves an actor alone."""
        return (self._options.ignore_hero and actor.id in self._heroes) or (
            self._options.ignore_spectator and actor.kind is Kind.SPECTATOR
        )

    def _puppet(self, recorded_id: int, kind: Kind) -> Actor | None:
        """The actor of a record, where it is of that kind and not ignored."""
        actor = self.actor(recorded_id)
        return None if actor is None or actor.kind is not kind or self.is_ignored(actor) else actor

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
            if actor.kind in PUPPETS:
                self._world.episode.physics.set_simulate_physics(actor, False)
                self._world.episode.physics.set_collisions(actor, False)

    def _found_or_made(self, event: AddEvent) -> Actor | None:
        location, rotation = pose_of_record(event.location_cm, event.rotation)
        if event.type_id.startswith("traffic."):
            return self._light_at(location)
        if event.type_id.startswith("sensor.") and not self._with_sensors:
            return None
        actor = self._world.episode.actors.find(event.id)
        if actor is None or actor.type_id != event.type_id:
            try:
                actor = self._world.episode.spawn(
                    event.type_id,
                    {name: value for _, name, value in event.attributes},
                    (0.0, 0.0, _FAR_UP_M),
                    triple(rotation),
                    wanted_id=event.id,
                )
            except CallError as error:
                _log.info("replay: actor %d (%s) is left out: %s", event.id, event.type_id, error)
                return None
        if actor.parent is None:
            self._world.episode.place(actor, triple(location), triple(rotation))
        return actor

    def _light_at(self, location: NDArray[np.float64]) -> Actor | None:
        lights = self._world.episode.signals.lights
        if not lights:
            return None
        away = np.abs(self._world.episode.states.location[[light.row for light in lights]] - location).max(1)
        nearest = int(np.argmin(away))
        return lights[nearest] if away[nearest] < _SAME_PLACE_M else None

    def _remove(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.EVENT_DEL, payload):
            actor = self.actor(int(record["id"]))
            self._ids.pop(int(record["id"]), None)
            if actor is not None and self._world.episode.is_destructible(actor):
                self._world.episode.destroy(actor)

    def _attach(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.EVENT_PARENT, payload):
            child, parent = self.actor(int(record["id"])), self.actor(int(record["parent"]))
            if child is None or parent is None or child.parent is parent or _is_above(child, parent):
                continue
            # An actor that is attached when it is made is recorded at its pose in the parent's frame, as in CARLA.
            self._world.episode.attach(child, parent, self._world.episode.world_from_actor(child))

    # states ------------------------------------------------------------------------------------------------------------

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
                self._world.episode.apply_vehicle_control(vehicle, control)

    def _show_steps(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.WALKER, payload):
            walker = self._puppet(int(record["id"]), Kind.WALKER)
            if walker is not None:
                yaw = np.radians(self._world.episode.states.rotation_deg[walker.row, 1])
                ahead = (float(np.cos(yaw)), float(np.sin(yaw)), 0.0)
                self._world.episode.apply_walker_control(walker, WalkerControl(direction=ahead, speed=float(record["speed"])))

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
            self._world.episode.set_street_light(int(record["id"]), update)

    def _show_bones(self, payload: memoryview) -> None:
        for actor_id, bones in packets.read_bones(payload):
            walker = self._puppet(actor_id, Kind.WALKER)
            if walker is None:
                continue
            pose = skeleton.pose_of(walker, self._world.episode.states)
            for bone in bones:
                if bone.name in skeleton.INDEX:
                    location, rotation = pose_of_record(bone.location_cm, bone.rotation)
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
                wheels = wheels[wheels["wheel"] < self._world.episode.states.wheel_steer_deg.shape[1]]
                self._world.episode.states.wheel_steer_deg[vehicle.row, wheels["wheel"]] = wheels["steer"]
                self._world.episode.states.wheel_spin_rad[vehicle.row, wheels["wheel"]] = np.radians(wheels["spin"])

    def _show_weather(self, payload: memoryview) -> None:
        for record in packets.read_records(Packet.WEATHER, payload):
            self._world.episode.set_weather(weather_from_values(record["values"].tolist()))


def pose_of_record(location_cm: object, roll_pitch_yaw: object) -> Pose:
    """Centimetres and (roll, pitch, yaw) of a record as a pose."""
    angles = np.asarray(roll_pitch_yaw, np.float64)
    return np.asarray(location_cm, np.float64) * _M, angles[[1, 2, 0]]


def triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Three plain floats."""
    return float(values[0]), float(values[1]), float(values[2])


def _is_above(child: Actor, parent: Actor) -> bool:
    """Whether ``child`` is ``parent`` or one that it hangs on."""
    at: Actor | None = parent
    while at is not None and at is not child:
        at = at.parent
    return at is not None
