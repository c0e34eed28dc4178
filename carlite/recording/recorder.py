"""Writes what happens in a world to a log, one frame a tick."""

from __future__ import annotations

import time
from dataclasses import astuple
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from carlite import geometry
from carlite.actors import Actor, Kind
from carlite.library import AttributeType, find
from carlite.models import skeleton
from carlite.physics.controls import VehiclePhysicsControl
from carlite.recording import packets
from carlite.recording.log import LogWriter
from carlite.recording.packets import RECORDS, AddEvent, Bone, Mechanics, Packet, packed, packed_records
from carlite.recording.roster import Roster, group, type_of, wheel_count
from carlite.world.street_lights import StreetLight
from carlite.world.world import World

_CM = 100.0
_ALL_DOORS = 6
_TIMES = ("green", "yellow", "red")


class Recorder:
    """Records a world from now on, beginning with everybody who is there.

    Args:
        world: whose ticks are recorded.
        file: open for writing; closed with the recorder.
        additional: also speeds, boxes, physics, times of traffic lights and bones.
    """

    def __init__(self, world: World, file: BinaryIO, *, additional: bool) -> None:
        self._world = world
        self._additional = additional
        self._roster = Roster(world.episode.actors)
        self._doors: dict[int, int] = {}
        self._street_lights: dict[int, tuple[object, ...]] = {}
        self._weather: tuple[float, ...] = ()
        self._mechanics_told: dict[int, VehiclePhysicsControl] = {}
        self._times_told: dict[int, tuple[float, ...]] = {}
        self._collisions = 0
        self._started_s = time.monotonic()
        self._log = LogWriter(file, world.episode.level.source.name, int(time.time()))
        self._added, _ = self._roster.update()
        self._parents = self._parents_now()  # as in CARLA the log does not tell what was attached before it began

    def record(self, delta_s: float) -> None:
        """Writes the frame of the tick that has just been made."""
        world = self._world
        came, gone = self._roster.update()
        added, self._added = [*self._added, *came], []
        # Who was there at the beginning and left before the first tick is not in the log.
        added = [actor for actor in added if actor.id in self._roster.known]
        parts = [
            packed(Packet.VISUAL_TIME, np.float64(world.elapsed_s).tobytes()),
            packed_records(Packet.EVENT_ADD, [packets.add_event_bytes(self._add_event(actor)) for actor in added]),
            packed_records(Packet.EVENT_DEL, self._removed(gone)),
            packed_records(Packet.EVENT_PARENT, self._new_parents()),
            packed_records(Packet.COLLISION, self._touches()),
            packed_records(Packet.POSITION, self._positions()),
            packed_records(Packet.LIGHT_STATE, self._light_states()),
            *self._animations(),
        ]
        if self._additional:
            parts += self._additions(added)
        self._log.write(delta_s, b"".join(parts))

    def close(self) -> None:
        """Ends the log."""
        self._log.close()

    # who is there ------------------------------------------------------------------------------------------------------

    def _add_event(self, actor: Actor) -> AddEvent:
        pose = self._world.episode.world_from_actor(actor)
        if actor.parent is not None and actor.id not in self._parents:  # it is new: CARLA writes what it was spawned with
            pose = self._world.episode.pose_at_parent(actor)
        x, y, z = (float(value) * _CM for value in pose[:, 3])
        pitch, yaw, roll = (float(value) for value in geometry.rotations_deg(pose[:, :3]))
        blueprint = find(actor.type_id)
        types = {attribute.id: attribute.type for attribute in blueprint.attributes} if blueprint is not None else {}
        return AddEvent(
            id=actor.id,
            type=type_of(actor),
            location_cm=(x, y, z),
            rotation=(roll, pitch, yaw),
            uid=blueprint.uid if blueprint is not None else 0,
            type_id=actor.type_id,
            attributes=tuple(
                (int(types.get(name, AttributeType.STRING)), name, value) for name, value in actor.attributes.items()
            ),
        )

    def _removed(self, gone: list[int]) -> NDArray[np.void]:
        for actor_id in gone:
            self._doors.pop(actor_id, None)
        return np.array([(actor_id,) for actor_id in gone], RECORDS[Packet.EVENT_DEL])

    def _new_parents(self) -> NDArray[np.void]:
        parents = self._parents_now()
        new = [pair for pair in parents.items() if self._parents.get(pair[0]) != pair[1]]
        self._parents = parents
        return np.array(new, RECORDS[Packet.EVENT_PARENT])

    def _parents_now(self) -> dict[int, int]:
        return {actor.id: actor.parent.id for actor in self._roster.attached.actors if actor.parent is not None}

    def _touches(self) -> NDArray[np.void]:
        """Touches of actors that have a collision sensor, each pair once; only those reach the log in CARLA."""
        listening = self._roster.listening
        pairs = dict.fromkeys(
            (contact.actor_id, contact.other_id) for contact in self._world.episode.contacts if contact.actor_id in listening
        )
        first = self._collisions
        self._collisions += len(pairs)
        return np.array(
            [
                (first + index, one, other or packets.NOBODY, self._is_hero(one), self._is_hero(other))
                for index, (one, other) in enumerate(pairs)
            ],
            RECORDS[Packet.COLLISION],
        )

    def _is_hero(self, actor_id: int) -> bool:
        actor = self._world.episode.actors.find(actor_id)
        return actor is not None and actor.attributes.get("role_name") == "hero"

    # how they move -----------------------------------------------------------------------------------------------------

    def _positions(self) -> NDArray[np.void]:
        moving = self._roster.moving
        records = moving.records(Packet.POSITION)
        records["location"] = self._world.episode.states.location[moving.rows] * _CM
        records["rotation"] = self._world.episode.states.rotation_deg[moving.rows][:, [2, 0, 1]]
        return records

    def _light_states(self) -> NDArray[np.void]:
        records = self._roster.lights.records(Packet.LIGHT_STATE)
        for name in ("frozen", "elapsed", "state"):
            records[name] = self._world.episode.records.lights[name][self._roster.lights.rows]
        return records

    def _animations(self) -> list[bytes]:
        world, cars, walkers = self._world, self._roster.vehicles, self._roster.walkers
        vehicles, steps = cars.records(Packet.VEHICLE), walkers.records(Packet.WALKER)
        for name in ("steer", "throttle", "brake", "hand_brake", "gear"):
            vehicles[name] = world.episode.records.vehicles[name][cars.rows]
        steps["speed"] = world.episode.records.walkers["speed"][walkers.rows]
        lamps = cars.records(Packet.VEHICLE_LIGHTS)
        lamps["lights"] = [actor.light_state for actor in cars.actors]
        steer, spin = (
            world.episode.states.wheel_steer_deg[cars.rows],
            np.degrees(world.episode.states.wheel_spin_rad[cars.rows]),
        )
        wheels = [
            packets.wheels_bytes(actor.id, steer[index, : wheel_count(actor)], spin[index, : wheel_count(actor)])
            for index, actor in enumerate(cars.actors)
        ]
        parts = [
            packed_records(Packet.VEHICLE, vehicles),
            packed_records(Packet.WALKER, steps),
            packed_records(Packet.VEHICLE_LIGHTS, lamps),
        ]
        changed, doors = self._changed_street_lights(), self._moved_doors()
        if len(changed):
            parts.append(packed_records(Packet.STREET_LIGHT, changed))
        if len(doors):
            parts.append(packed_records(Packet.DOOR, doors))
        parts += [packed_records(Packet.WHEELS, wheels), packed_records(Packet.BIKER, self._bikers())]
        weather = tuple(world.episode.weather.values())
        if weather != self._weather:
            self._weather = weather
            parts.append(packed_records(Packet.WEATHER, np.array([(weather,)], RECORDS[Packet.WEATHER])))
        return parts

    def _bikers(self) -> NDArray[np.void]:
        bikes = self._roster.bikes
        records = bikes.records(Packet.BIKER)
        if bikes.actors:
            forward = geometry.rotation_matrices(self._world.episode.states.rotation_deg[bikes.rows])[:, :, 0]
            records["speed"] = np.einsum("ni,ni->n", forward, self._world.episode.states.velocity[bikes.rows]) * _CM
            records["engine"] = [self._world.episode.physics.engine_share(bike) for bike in bikes.actors]
        return records

    def _changed_street_lights(self) -> NDArray[np.void]:
        changed = []
        for light in self._world.episode.street_lights:
            known = (light.intensity_lm, light.colour, light.active, light.group)
            if self._street_lights.get(light.id) != known:
                self._street_lights[light.id] = known
                changed.append(_street_light(light))
        return np.array(changed, RECORDS[Packet.STREET_LIGHT])

    def _moved_doors(self) -> NDArray[np.void]:
        moved = []
        for actor in self._roster.vehicles.actors:
            before = self._doors.get(actor.id, 0)
            if before == actor.open_doors:
                continue
            self._doors[actor.id] = actor.open_doors
            moved += [
                (actor.id, door, bool(actor.open_doors >> door & 1))
                for door in range(_ALL_DOORS)
                if (before ^ actor.open_doors) >> door & 1
            ]
        return np.array(moved, RECORDS[Packet.DOOR])

    # additional data ---------------------------------------------------------------------------------------------------

    def _additions(self, added: list[Actor]) -> list[bytes]:
        world = self._world
        movers = group([*self._roster.vehicles.actors, *self._roster.walkers.actors])
        kinematics = movers.records(Packet.KINEMATICS)
        kinematics["velocity"] = world.episode.states.velocity[movers.rows]
        kinematics["angular_velocity"] = world.episode.states.angular_velocity_dps[movers.rows]
        governing = [actor for actor in added if actor.kind in (Kind.TRAFFIC_LIGHT, Kind.TRAFFIC_SIGN)]
        bodies = [actor for actor in added if actor not in governing]
        lights, cars = group(self._retimed_lights()), self._retuned_vehicles()
        boxes, volumes = group(bodies).records(Packet.BOUNDING_BOX), group(governing).records(Packet.TRIGGER_VOLUME)
        for record, actor in zip(boxes, bodies, strict=True):
            record["origin"], record["extent"] = np.multiply(actor.box.centre, _CM), np.multiply(actor.box.half_extent, _CM)
        for record, actor in zip(volumes, governing, strict=True):
            centre = geometry.apply(world.episode.world_from_actor(actor), [actor.box.centre])[0]
            record["origin"], record["extent"] = centre * _CM, np.multiply(actor.box.half_extent, _CM)
        times = lights.records(Packet.LIGHT_TIMES)
        for name in _TIMES:
            times[name] = world.episode.records.lights[f"{name}_time"][lights.rows]
        parts = [packed_records(Packet.KINEMATICS, kinematics), packed_records(Packet.BOUNDING_BOX, boxes)]
        if governing:
            parts.append(packed_records(Packet.TRIGGER_VOLUME, volumes))
        parts.append(packed(Packet.PLATFORM_TIME, np.float64(time.monotonic() - self._started_s).tobytes()))
        if cars:
            mechanics = [packets.mechanics_bytes(self._mechanics(actor)) for actor in cars]
            parts.append(packed_records(Packet.PHYSICS_CONTROL, mechanics))
        if lights.actors:
            parts.append(packed_records(Packet.LIGHT_TIMES, times))
        bones = [packets.bones_bytes(actor.id, self._bones(actor)) for actor in self._roster.walkers.actors]
        parts.append(packed_records(Packet.WALKER_BONES, bones))
        return parts

    def _retimed_lights(self) -> list[Actor]:
        """Traffic lights that are new or whose times a client has changed."""
        found = []
        for light in self._roster.lights.actors:
            times = tuple(float(self._world.episode.records.lights[f"{name}_time"][light.row]) for name in _TIMES)
            if self._times_told.get(light.id) != times:
                self._times_told[light.id] = times
                found.append(light)
        return found

    def _retuned_vehicles(self) -> list[Actor]:
        """Vehicles that are new or whose mechanics a client has changed."""
        found = []
        for vehicle in self._roster.vehicles.actors:
            mechanics = self._world.episode.physics.mechanics(vehicle)
            if self._mechanics_told.get(vehicle.id) is not mechanics:
                self._mechanics_told[vehicle.id] = mechanics
                found.append(vehicle)
        return found

    def _mechanics(self, actor: Actor) -> Mechanics:
        p = self._world.episode.physics.physics_control(actor)
        wheels = [(*astuple(wheel)[:9], *wheel.position) for wheel in p.wheels]
        return Mechanics(
            id=actor.id,
            first=(
                p.max_rpm,
                p.moi,
                p.damping_rate_full_throttle,
                p.damping_rate_zero_throttle_clutch_engaged,
                p.damping_rate_zero_throttle_clutch_disengaged,
            ),
            use_gear_autobox=p.use_gear_autobox,
            second=(p.clutch_strength, p.final_ratio, p.mass, p.drag_coefficient),
            center_of_mass=p.center_of_mass,
            torque_curve=np.array(p.torque_curve, np.float32).reshape(-1, 2),
            forward_gears=np.array([astuple(gear) for gear in p.forward_gears], np.float32).reshape(-1, 3),
            steering_curve=np.array(p.steering_curve, np.float32).reshape(-1, 2),
            wheels=np.array(wheels, np.float32).reshape(-1, 12),
        )

    def _bones(self, actor: Actor) -> list[Bone]:
        pose = skeleton.pose_of(actor, self._world.episode.states)
        angles = geometry.rotations_deg(pose[:, :, :3])
        return [
            Bone(
                name=bone.name,
                location_cm=(float(m[0, 3]) * _CM, float(m[1, 3]) * _CM, float(m[2, 3]) * _CM),
                rotation=(float(roll), float(pitch), float(yaw)),
            )
            for bone, m, (pitch, yaw, roll) in zip(skeleton.BONES, pose, angles, strict=True)
        ]


def _street_light(light: StreetLight) -> tuple[object, ...]:
    red, green, blue = light.colour
    colour = (red / 255.0, green / 255.0, blue / 255.0, 1.0)
    return light.id, light.intensity_lm, colour, light.active, light.group
