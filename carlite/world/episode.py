"""An episode: what belongs to a map from its loading to the next one, and who comes and goes in it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from carlite import geometry
from carlite.actors import Actor, ActorStates, Kind, SensorRequests, Texture
from carlite.errors import CallError
from carlite.library import Blueprint, paint
from carlite.mesh import Box
from carlite.models import actor_model
from carlite.physics import Contact, Physics
from carlite.physics.controls import VehicleControl, WalkerControl
from carlite.physics.hulls import contact_hull
from carlite.weather import Weather
from carlite.wire import binary
from carlite.world import spawning
from carlite.world.attachments import Attachments
from carlite.world.level import Level
from carlite.world.limits import WorldLimits
from carlite.world.losses import Losses
from carlite.world.records import SnapshotRecords
from carlite.world.registry import ActorRegistry
from carlite.world.shown_objects import MapLayer, ShownObjects
from carlite.world.signals import TrafficSignals
from carlite.world.spawn_points import clear_spawn_points
from carlite.world.spring_arm import Attachment, SpringArm
from carlite.world.streams import StreamNumbers
from carlite.world.street_lights import LightUpdate, StreetLights

Vector = tuple[float, float, float]
_NOWHERE = Box(centre=(0.0, 0.0, 0.0), half_extent=(0.0, 0.0, 0.0))
_SPECTATOR_HEIGHT_M = 10.0


class Episode:
    """What belongs to a map while it is loaded: the map, its actors, and everything that physics and sensors know of them.

    Args:
        level: the map.
        before: the episode before; what outlives it (numbers of actors and streams, the azimuth of the sun) is taken from it.
        number: counts episodes; told to clients.
        limits: how much clients may ask for.
        layers: what is shown of the map.

    Attributes:
        sensors_by_stream: sensors with a stream, by its number.
        asked: what clients asked of sensors besides their data.
        shown_weather: the weather with unset values resolved.
        spawn_points: (n, 2, 3) of the level, those with room for any vehicle: location in metres, rotation in degrees.
        streams: numbers of streams, those of sensors that have gone.
        changes: bits of what changed since the last snapshot.
    """

    def __init__(
        self, level: Level, before: Episode | None, *, number: int, limits: WorldLimits, layers: MapLayer = MapLayer.ALL
    ) -> None:
        self.level, self.number, self._limits = level, number, limits
        self.streams: StreamNumbers = StreamNumbers() if before is None else before.streams
        self.imu_gravity = 9.81
        self.states = ActorStates()
        self.records = SnapshotRecords(self.states)
        self.actors: ActorRegistry = ActorRegistry(None if before is None else before.actors)
        self.vehicles: list[Actor] = []
        self._slippery: list[Actor] = []  # vehicles whose control holds for one tick
        self._held: set[int] = set()  # vehicles that were told something since the last tick
        self._unseen: dict[int, Actor] = {}  # bodies whose looks are not built yet: physics does without
        self.sensors_by_stream: dict[int, Actor] = {}
        self.ignored_by_camera: dict[int, tuple[int, ...]] = {}
        self.asked = SensorRequests()
        self.contacts: list[Contact] = []
        self.physics = Physics(self.states, level.rays, level.static_world.objects, level.static_world.ground)
        self.spawn_points = _spawn_points(level, before, self.physics)
        self.shown_objects = ShownObjects(level, self.physics, layers)
        self.attachments = Attachments(self.states)
        self.losses = Losses(self.actors, self.states, self.physics, self.destroy)
        self.changes = binary.MAP_CHANGE
        self.street_lights = StreetLights(level.static_world.lamps)
        self.shown_weather: Weather = Weather(sun_azimuth_angle=0.0) if before is None else before.shown_weather
        self.set_weather(Weather())
        self.spectator = self._add(Kind.SPECTATOR, "spectator", {}, _NOWHERE, (0.0, 0.0, _SPECTATOR_HEIGHT_M), (0.0, 0.0, 0.0))
        self.signals = TrafficSignals(level.network, self._add, self.records)
        ids = self.signal_ids()
        shown = {thing.object_id: ids[thing.name] for thing in level.static_world.objects if thing.name in ids}
        self.physics.actor_ids = shown
        level.rays.own_objects(shown)
        rows = {light.id: light.row for light in self.signals.lights}
        self._light_rows = {object_id: rows[actor_id] for object_id, actor_id in shown.items() if actor_id in rows}

    def end(self) -> None:
        """Takes the actors out of the scene and gives their streams up, before the next episode begins."""
        self.streams.closed.extend([*self.sensors_by_stream, *self.asked.all_streams()])
        self.level.rays.update([], self.states, None)

    def signal_ids(self) -> dict[str, int]:
        """Ids of the actors of traffic lights and signs by the names of the objects that show them."""
        signals = (actor for actor in self.actors if actor.kind in (Kind.TRAFFIC_LIGHT, Kind.TRAFFIC_SIGN))
        return {self.signals.shown_as(signal): signal.id for signal in signals}

    def shown_states(self) -> dict[int, int]:
        """The state of each traffic light by the id of the object that shows it."""
        states = self.records.lights["state"]
        return {object_id: int(states[row]) for object_id, row in self._light_rows.items()}

    def set_weather(self, weather: Weather) -> None:
        """Changes the weather; it is stored as given, and shown with unset values resolved."""
        self.weather = weather
        self.shown_weather = weather.shown_after(self.shown_weather)
        self.level.rays.set_weather(self.shown_weather)
        if self.street_lights.see_weather(night=self.shown_weather.is_night):
            self.changes |= binary.PENDING_LIGHT_UPDATE
        self.level.rays.set_street_lamps(self.street_lights.lit())

    def spawn(
        self,
        type_id: str,
        given: dict[str, str],
        location: Vector,
        rotation_deg: Vector,
        parent_id: int | None = None,
        wanted_id: int = 0,
        attachment: Attachment = Attachment.RIGID,
    ) -> Actor:
        """Creates an actor of a blueprint.

        Args:
            type_id: blueprint id.
            given: attribute values.
            location: metres, in the parent's frame if there is one.
            rotation_deg: pitch, yaw, roll, likewise.
            parent_id: actor to attach to.
            wanted_id: the actor's id if it is free; 0 for any.
            attachment: how it hangs on its parent.

        Raises:
            CallError: in CARLA's words.
        """
        blueprint, attributes = spawning.checked_description(type_id, given)
        self._limits.check_room(len(self.actors), len(self.sensors_by_stream), is_sensor=blueprint.kind is Kind.SENSOR)
        if blueprint.kind is Kind.SENSOR:
            self._limits.check_sensor(attributes)
        box = spawning.box_of(blueprint, attributes)
        place = np.asarray(location, np.float64)
        if blueprint.kind in spawning.SOLID_KINDS:
            place = place + self._step_aside(blueprint, box, place, rotation_deg)
        actor = self._add(
            blueprint.kind,
            type_id,
            attributes,
            box,
            place,
            geometry.as_told_deg(rotation_deg),
            tags=blueprint.semantic_tags,
            tint=paint(attributes),
            wanted_id=wanted_id,
        )
        if blueprint.kind is Kind.SENSOR and type_id not in spawning.CLIENT_SIDE_SENSORS:
            actor.stream_id = self.streams.next()
            self.sensors_by_stream[actor.stream_id] = actor
        if blueprint.kind is Kind.VEHICLE:
            self.vehicles.append(actor)
            if attributes.get("sticky_control", "true").lower() == "false":
                self._slippery.append(actor)
        if blueprint.mass_kg:
            self._unseen[actor.id] = actor
        # As in CARLA, props stay where they are put until a client has physics move them; animals walk at once.
        actor.simulate_physics = blueprint.kind is not Kind.PROP or blueprint.motion == "animal"
        if parent_id is not None:
            self._hang(actor, parent_id, location, rotation_deg, attachment)
        self.physics.add(actor)
        self.level.rays.invalidate()
        if self._has_eyes():
            self.build_looks()
        if parent_id is not None and actor.parent is None:
            raise CallError(spawning.NO_PARENT)  # the actor stays where it is, as in CARLA
        return actor

    def _step_aside(self, blueprint: Blueprint, box: Box, place: geometry.Array, rotation_deg: Vector) -> geometry.Array:
        """The step that takes a new actor out of what stands in its way; raises CallError where none does.

        As in CARLA the place is looked at before the actor is attached, so that a pose at a parent is taken for one in the
        world.
        """
        hull = contact_hull(blueprint, box)
        steps = spawning.SIDESTEPS if blueprint.kind is Kind.WALKER else spawning.SIDESTEPS[:1]
        free: geometry.Array | None = next((s for s in steps if not self.physics.blocked(hull, place + s, rotation_deg)), None)
        if free is None:
            raise CallError(spawning.COLLISION)
        return free

    def _hang(self, actor: Actor, parent_id: int, location: Vector, rotation_deg: Vector, attachment: Attachment) -> None:
        """Attaches a new actor to its parent, if there is one of that id, and puts it there."""
        parent = self.actors.find(parent_id)
        if parent is None:
            return
        parent_from_actor, end = geometry.world_from_local(location, rotation_deg), self.world_from_actor(parent)
        if attachment is not Attachment.RIGID:
            arm = SpringArm(np.asarray(location, np.float64), attachment)
            self.attachments.arms[actor.id] = arm
            parent_from_actor, end = geometry.world_from_local((0.0, 0.0, 0.0), rotation_deg), arm.end(end, 0.0)
        world_from_actor = geometry.compose(end, parent_from_actor)
        self.states.location[actor.row] = world_from_actor[:, 3]
        self.states.rotation_deg[actor.row] = geometry.rotations_deg(world_from_actor[:, :3])
        self.attach(actor, parent, parent_from_actor)

    def attach(self, actor: Actor, parent: Actor, parent_from_actor: geometry.Array) -> None:
        """Makes an actor follow another one, rigidly unless it has an arm."""
        if actor.parent is not None:
            actor.parent.children.remove(actor)
        actor.parent, actor.parent_id, actor.parent_from_actor = parent, parent.id, parent_from_actor
        parent.children.append(actor)
        self.attachments.rebuild(self.actors)

    def pose_at_parent(self, actor: Actor) -> geometry.Array:
        """The pose (3, 4) in its parent's frame that an attached actor was given, whatever it hangs on."""
        if actor.parent_from_actor is None:
            raise ValueError(f"actor {actor.id} ({actor.type_id}) is attached to nothing")
        pose = actor.parent_from_actor.copy()
        if actor.id in self.attachments.arms:
            pose[:, 3] = self.attachments.arms[actor.id].offset
        return pose

    def destroy(self, actor: Actor) -> None:
        """Removes an actor; what was attached to it stays where it is. What shows a light or a sign goes with it."""
        if actor.kind in (Kind.TRAFFIC_LIGHT, Kind.TRAFFIC_SIGN):
            shown = self.signals.shown_as(actor)
            self.shown_objects.enable([o.object_id for o in self.level.static_world.objects if o.name == shown], False)
            self.signals.remove(actor)
        for child in actor.children:
            child.parent, child.parent_from_actor = None, None
            self.attachments.arms.pop(child.id, None)
        if actor.parent is not None:
            actor.parent.children.remove(actor)
        if actor.stream_id:
            del self.sensors_by_stream[actor.stream_id]
            self.streams.closed += [actor.stream_id, *self.asked.forget(actor.id)]
        if actor.kind is Kind.VEHICLE:
            self.vehicles.remove(actor)
            if actor in self._slippery:
                self._slippery.remove(actor)
        self.attachments.arms.pop(actor.id, None)
        self._unseen.pop(actor.id, None)
        self.ignored_by_camera.pop(actor.id, None)
        self.physics.remove(actor)
        self.actors.remove(actor)
        self.states.release(actor.row)
        self.records.remove(actor)
        if actor.children or actor.parent is not None:
            actor.children, actor.parent = [], None
            self.attachments.rebuild(self.actors)
        self.level.rays.invalidate()

    def buffer_stream(self, camera: Actor, texture: Texture) -> int:
        """The stream of one of a camera's render buffers."""
        streams = self.asked.streams.setdefault(camera.id, {})
        if texture not in streams:
            streams[texture] = self.streams.next()
        return streams[texture]

    def is_destructible(self, actor: Actor) -> bool:
        """Whether clients may destroy it: all but the spectator, traffic lights and signs too, as in CARLA."""
        return actor.kind is not Kind.SPECTATOR

    def place(self, actor: Actor, location: Vector, rotation_deg: Vector | None = None) -> None:
        """Teleports an actor; an attached one is placed in its parent's frame, as CARLA does."""
        if actor.parent_from_actor is not None:
            old = actor.parent_from_actor
            rotation = geometry.rotations_deg(old[:, :3]) if rotation_deg is None else rotation_deg
            actor.parent_from_actor = geometry.world_from_local(location, rotation)
            self.attachments.rebuild(self.actors)
            return
        rotation = self.states.rotation_deg[actor.row] if rotation_deg is None else rotation_deg
        self.physics.teleport(actor, location, rotation)
        self.level.rays.invalidate()

    def world_from_actor(self, actor: Actor) -> geometry.Array:
        """The present pose of an actor, (3, 4)."""
        return geometry.world_from_local(self.states.location[actor.row], self.states.rotation_deg[actor.row])

    def _has_eyes(self) -> bool:
        """Whether a sensor may look at the actors."""
        return any(sensor.type_id.startswith(spawning.EYES) for sensor in self.sensors_by_stream.values())

    def build_looks(self) -> None:
        """Builds the looks of actors that have none yet.

        One by one as they are spawned where something looks, so that no tick has to build dozens while clients wait for it.
        """
        for actor in self._unseen.values():
            actor.model = actor_model(actor.type_id, actor.attributes, actor.box.half_extent, actor.box.centre)
            self.level.rays.prepare_model(actor.model)
        self._unseen.clear()

    def apply_vehicle_control(self, vehicle: Actor, control: VehicleControl) -> None:
        """Pedals and wheel of a vehicle, until others come, or for one tick where its control does not stick."""
        self._held.add(vehicle.id)
        self.physics.apply_vehicle_control(vehicle, control)
        self.records.write_vehicle_control(vehicle.row, control)

    def apply_walker_control(self, walker: Actor, control: WalkerControl) -> None:
        """Direction and speed of a walker, until others come."""
        self.physics.apply_walker_control(walker, control)
        self.records.write_walker_control(walker.row, control)

    def set_walker_state(self, walker: Actor, feet: Vector, rotation_deg: Vector, speed_mps: float) -> None:
        """Puts a walker where the client's walker AI has it; ``feet`` is at the height of the ground."""
        self.physics.set_walker_state(walker, feet, rotation_deg, speed_mps)
        yaw = math.radians(rotation_deg[1])
        control = WalkerControl(direction=(math.cos(yaw), math.sin(yaw), 0.0), speed=speed_mps)
        self.records.write_walker_control(walker.row, control)
        self.level.rays.invalidate()

    def set_street_light(self, light_id: int, light: LightUpdate) -> None:
        """Changes a street light and makes clients ask for the lights after the next tick."""
        if self.street_lights.update(light_id, light):
            self.level.rays.set_street_lamps(self.street_lights.lit())
            self.changes |= binary.PENDING_LIGHT_UPDATE

    def let_night_rule_lights(self, rules: bool) -> None:
        """Whether each weather turns the street lights on or off, or only clients do."""
        self.street_lights.let_night_rule(rules)
        self.level.rays.set_street_lamps(self.street_lights.lit())

    def relax(self) -> None:
        """Lets go of the pedals of vehicles with ``sticky_control`` off that nobody has told anything since the last tick."""
        for vehicle in self._slippery:
            if vehicle.id not in self._held:
                self.apply_vehicle_control(vehicle, VehicleControl())
        self._held.clear()

    def tell_vehicles(self, delta_s: float) -> None:
        """Gears, traffic lights and speed limits in the records of the vehicles."""
        self.signals.step(delta_s, self.states, self.vehicles)
        if self.vehicles:
            for row, control in self.physics.ackermann_controls():
                self.records.write_vehicle_control(row, control)
            driven, gears = self.physics.gears()
            self.records.vehicles["gear"][driven] = gears
            self.records.vehicles["reverse"][driven] = gears < 0
            rows = np.array([vehicle.row for vehicle in self.vehicles])
            limits = self.records.vehicles["speed_limit"]
            recorded = self.level.speed_limits.at(self.states.location[rows], limits[rows])
            limits[rows] = self.signals.speed_limits(self.states, self.vehicles, recorded)

    def _add(
        self,
        kind: Kind,
        type_id: str,
        attributes: dict[str, str],
        box: Box,
        location: ArrayLike,
        rotation_deg: ArrayLike,
        *,
        tags: bytes = b"",
        tint: Vector = (1.0, 1.0, 1.0),
        wanted_id: int = 0,
    ) -> Actor:
        actor_id = self.actors.next_id(wanted_id)
        actor = Actor(
            id=actor_id,
            kind=kind,
            type_id=type_id,
            attributes=attributes,
            row=self.states.allocate(actor_id),
            box=box,
            tags=tags,
            tint=tint,
        )
        self.states.location[actor.row] = location
        self.states.rotation_deg[actor.row] = rotation_deg
        self.records.add(actor)
        self.actors.add(actor)
        return actor


def _spawn_points(level: Level, before: Episode | None, physics: Physics) -> geometry.Array:
    """Those of the level with room for any vehicle; all of them in a world that a client generated, as in CARLA."""
    if before is not None and before.level is level:
        return before.spawn_points
    points = level.static_world.spawn_points
    return points if level.source.generation is not None else clear_spawn_points(points, physics)
