"""Puts the actors of a layout into the world: refused spawns are tried again a little higher, nothing is left half done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import inverse, rotation_from_rpy, transform
from rarebit.layout import Placed
from rarebit.scenario import ActorPlan
from rarebit.session import blueprints, convert
from rarebit.session.casting import Casting
from rarebit.session.server import CarlaServer
from rarebit.session.state import Cast, Kind, VehicleData

# On a slope the low end of a level box reaches into the road, and servers refuse what overlaps the ground.
_LIFTS_M: dict[Kind, tuple[float, ...]] = {
    "vehicle": (0.15, 0.3, 0.5, 0.8, 1.2),
    "walker": (0.05, 0.2, 0.5),
    "prop": (0.0, 0.02, 0.2),
}
_RIDER_TAGS = {0, 12, 13}


@dataclass(slots=True)
class Spawned:
    """A living actor: the client's handle and what does not change."""

    handle: Any
    cast: Cast
    plan: ActorPlan | None
    placed: Placed | None


def spawn(
    server: CarlaServer,
    client: carla.Client,
    world: carla.World,
    casting: Casting,
    wanted: Sequence[tuple[ActorPlan, Placed]],
    seed: int,
) -> tuple[dict[str, Spawned], dict[str, str]]:
    """Everybody where he is placed, in one call; those who are refused are tried again a little higher, all in the next one.

    Returns:
        Who lives, by name in the order of ``wanted``, and why the others do not.

    Raises:
        ServerError: the server failed.
    """
    blueprint = {
        plan.name: blueprints.prepare(
            casting.library.handle,
            casting.type_ids[plan.model],
            role_name="hero" if plan.name == "ego" else plan.name,
            seed=(seed, plan.name),
        )
        for plan, _ in wanted
    }
    ids: dict[str, int] = {}
    pending, refused = list(wanted), dict.fromkeys((plan.name for plan, _ in wanted), "")
    for attempt in range(max(map(len, _LIFTS_M.values()))):
        pending = [one for one in pending if attempt < len(_LIFTS_M[kind_of(casting.type_ids[one[0].model])])]
        if not pending:
            break
        batch = [_command(casting, plan, placed, blueprint[plan.name], attempt) for plan, placed in pending]
        with server.asking("spawning"):
            responses = client.apply_batch_sync(batch, False)
        for (plan, _), response in zip(pending, responses, strict=True):
            if response.error:
                refused[plan.name] = str(response.error)
            else:
                ids[plan.name] = int(response.actor_id)
        pending = [one for one in pending if one[0].name not in ids]
    with server.asking("meeting the actors"):
        handles = {actor.id: actor for actor in world.get_actors(list(ids.values()))}
    living = {
        plan.name: Spawned(handles[ids[plan.name]], describe(server, handles[ids[plan.name]], plan.name), plan, placed)
        for plan, placed in wanted
        if plan.name in ids
    }
    for one in living.values():
        if one.cast.kind == "prop" and one.plan is not None and one.plan.place.height_m > 0.0:
            one.handle.set_collisions(False)  # see SolidCommand
    return living, {name: _no_room(casting, *one, refused[name]) for name, one in _by_name(wanted).items() if name not in ids}


def _by_name(wanted: Sequence[tuple[ActorPlan, Placed]]) -> dict[str, tuple[ActorPlan, Placed]]:
    return {plan.name: (plan, placed) for plan, placed in wanted}


def _no_room(casting: Casting, plan: ActorPlan, placed: Placed, error: str) -> str:
    x, y, z = placed.position_m
    return f"{plan.name}: no room for {casting.type_ids[plan.model]} at ({x:.1f}, {y:.1f}, {z:.1f}): {error}"


def _command(casting: Casting, plan: ActorPlan, placed: Placed, blueprint: carla.ActorBlueprint, attempt: int) -> Any:
    """The command that spawns an actor, lifted a little more with each attempt; props are put in place by the run."""
    type_id = casting.type_ids[plan.model]
    kind = kind_of(type_id)
    actor_from_box, size = casting.boxes[type_id]
    actor_from_base = actor_from_box @ transform((0.0, 0.0, -size[2] / 2.0))
    world_from_base = transform(placed.position_m, rotation_from_rpy(0.0, 0.0, placed.yaw_rad))
    pose = transform((0.0, 0.0, _LIFTS_M[kind][attempt])) @ world_from_base @ inverse(actor_from_base)
    command = carla.command.SpawnActor(blueprint, convert.carla_transform(pose))
    if kind == "prop":
        command = command.then(carla.command.SetSimulatePhysics(carla.command.FutureActor, False))
    return command


def describe(server: CarlaServer, handle: Any, name: str) -> Cast:
    """What does not change about a living actor, mechanics (``vehicle_data``) apart."""
    with server.asking(f"describing {name}"):
        actor_from_box, size = convert.box(handle.bounding_box)
        kind = kind_of(handle.type_id)
        tags = [int(tag) for tag in handle.semantic_tags if int(tag) not in _RIDER_TAGS]
        return Cast(
            name=name,
            actor_id=handle.id,
            type_id=handle.type_id,
            attributes={str(key): str(value) for key, value in handle.attributes.items()},
            kind=kind,
            actor_from_box=actor_from_box,
            size_lwh_m=size,
            tag=12 if kind == "walker" else tags[0] if tags else 21,
        )


def kind_of(type_id: str) -> Kind:
    """How an actor of this blueprint moves."""
    if type_id.startswith("vehicle."):
        return "vehicle"
    return "walker" if type_id.startswith("walker.") else "prop"


def vehicle_data(handle: Any) -> VehicleData:
    """What the drive code needs, from the ``VehiclePhysicsControl`` of a vehicle that has lived for a tick.

    Before that the client does not know where the vehicle is, and the wheels are told in the world.
    """
    physics = handle.get_physics_control()
    wheels = list(physics.wheels)
    world_from_actor = convert.transform(handle.get_transform())
    places = _wheels_in(world_from_actor, wheels)
    axles = places[:, 0]
    rear = float(axles.min())
    driven = [wheel for wheel, x in zip(wheels, axles, strict=True) if x < rear + 0.1]
    return VehicleData(
        wheelbase_m=float(axles.max() - rear),
        track_m=float(np.ptp(places[axles < rear + 0.1, 1])),
        rear_axle_m=rear,
        max_steer_rad=float(np.radians(max(wheel.max_steer_angle for wheel in wheels))),
        steering_curve=np.array([(p.x / 3.6, p.y) for p in physics.steering_curve], np.float64).reshape(-1, 2),
        wheel_radius_m=float(np.mean([wheel.radius for wheel in driven])) / 100.0,
        mass_kg=float(physics.mass),
        drag_coefficient=float(physics.drag_coefficient),
        torque_curve=np.array([(p.x, p.y) for p in physics.torque_curve], np.float64).reshape(-1, 2),
        max_rpm=float(physics.max_rpm),
        gear_ratios=tuple(float(gear.ratio) for gear in physics.forward_gears),
        final_ratio=float(physics.final_ratio),
        brake_torque_nm=float(sum(wheel.max_brake_torque for wheel in wheels)),
    )


def actor_from_ego(handle: Any) -> NDArray[np.float64]:
    """(4, 4): the ego frame (centre of the rear axle on the ground, x forward) in the actor's frame.

    From where the server says the wheels of the settled vehicle are: the middle of the rear ones, a wheel radius lower.
    """
    wheels = list(handle.get_physics_control().wheels)
    points = _wheels_in(convert.transform(handle.get_transform()), wheels)
    rear = points[:, 0] < points[:, 0].min() + 0.1
    x, y, z = points[rear].mean(axis=0)
    radius = float(np.mean([wheel.radius for wheel, is_rear in zip(wheels, rear, strict=True) if is_rear])) / 100.0
    return transform((x, y, z - radius))


def _wheels_in(world_from_actor: NDArray[np.float64], wheels: Sequence[Any]) -> NDArray[np.float64]:
    """(n, 3) wheel centres in the actor's frame; the wire has them in centimetres of the world."""
    world = convert.vectors([wheel.position for wheel in wheels]) / 100.0
    m = inverse(world_from_actor)
    return np.asarray(world @ m[:3, :3].T + m[:3, 3])
