"""Calls about any actor: life, place, motion, physics switches."""

from __future__ import annotations

from functools import cache
from typing import Any

from carlite import library
from carlite.actors import Actor
from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.decode import Pose, Vector
from carlite.calls.table import ACTOR, BODY, VEHICLE, CallTable
from carlite.errors import CallError
from carlite.mesh import Box
from carlite.wire import values
from carlite.wire.values import Value
from carlite.world.spring_arm import Attachment

TABLE = CallTable()
NOT_FOUND = "unable to destroy actor: not found"
REFUSED = "internal error: unable to destroy actor"
_NO_BOX = Box(centre=(0.0, 0.0, 0.0), half_extent=(0.0, 0.0, 0.0))
_Description = tuple[str, dict[str, str]]


@cache
def _all_definitions() -> Value:
    return [encode.definition(blueprint) for blueprint in library.blueprints()]


@TABLE.value("get_actor_definitions", any_time=True)
def _definitions(_: Context) -> Value:
    return _all_definitions()


@TABLE.value("get_spectator")
def _spectator(context: Context) -> Value:
    return encode.actor(context, context.world.episode.spectator)


@TABLE.value("get_actors_by_id", decode.integers)
def _by_id(context: Context, actor_ids: list[int]) -> Value:
    found = [context.world.episode.actors.find(actor_id) for actor_id in actor_ids]
    return [encode.actor(context, actor) for actor in found if actor is not None]


@TABLE.value("spawn_actor", decode.description, decode.transform)
def _spawn(context: Context, description: _Description, transform: Pose) -> Value:
    return encode.actor(context, context.world.episode.spawn(*description, *transform))


@TABLE.value(
    "spawn_actor_with_parent",
    decode.description,
    decode.transform,
    decode.integer,
    decode.member(Attachment),
    decode.text,
)
def _spawn_with_parent(
    context: Context, description: _Description, transform: Pose, parent: int, attachment: Attachment, socket: str
) -> Value:
    """The socket is not heeded: everything hangs on the actor's origin."""
    del socket
    return encode.actor(context, context.world.episode.spawn(*description, *transform, parent, attachment=attachment))


@TABLE.value("destroy_actor", decode.integer)
def _destroy(context: Context, actor_id: int) -> Value:
    actor = context.world.episode.actors.find(actor_id)
    if actor is None:
        raise CallError(NOT_FOUND)
    if not context.world.episode.is_destructible(actor):
        raise CallError(REFUSED)
    context.world.episode.destroy(actor)
    return True


def _anything(value: Any, what: str) -> object:
    del what
    return value


@TABLE.value("get_actor_bounding_box", _anything)
def _bounding_box(context: Context, actor_id: object) -> Value:
    """Never an error: the Traffic Manager calls it in a thread that dies of errors."""
    actor = context.world.episode.actors.find(actor_id) if isinstance(actor_id, int) else None
    return values.bounding_box(_NO_BOX) if actor is None else values.bounding_box(actor.box, actor.id)


@TABLE.void("set_actor_transform", ACTOR, decode.transform)
def _set_transform(context: Context, actor: Actor, transform: Pose) -> None:
    context.world.episode.place(actor, *transform)


@TABLE.void("set_actor_location", ACTOR, decode.vector)
def _set_location(context: Context, actor: Actor, location: Vector) -> None:
    context.world.episode.place(actor, location)


@TABLE.void("set_actor_target_velocity", BODY, decode.vector)
def _set_velocity(context: Context, actor: Actor, velocity: Vector) -> None:
    context.world.episode.physics.pushes.set_target_velocity(actor, velocity)


@TABLE.void("set_actor_target_angular_velocity", BODY, decode.vector)
def _set_angular_velocity(context: Context, actor: Actor, velocity: Vector) -> None:
    context.world.episode.physics.pushes.set_target_angular_velocity(actor, velocity)


@TABLE.void("enable_actor_constant_velocity", VEHICLE, decode.vector)
def _enable_constant_velocity(context: Context, vehicle: Actor, velocity: Vector) -> None:
    context.world.episode.physics.pushes.enable_constant_velocity(vehicle, velocity)


@TABLE.void("disable_actor_constant_velocity", VEHICLE)
def _disable_constant_velocity(context: Context, vehicle: Actor) -> None:
    context.world.episode.physics.pushes.disable_constant_velocity(vehicle)


@TABLE.void("add_actor_impulse", BODY, decode.vector)
def _add_impulse(context: Context, actor: Actor, impulse: Vector) -> None:
    context.world.episode.physics.pushes.add_impulse(actor, impulse)


@TABLE.void("add_actor_impulse_at_location", BODY, decode.vector, decode.vector)
def _add_impulse_at(context: Context, actor: Actor, impulse: Vector, location: Vector) -> None:
    context.world.episode.physics.pushes.add_impulse(actor, impulse, location)


@TABLE.void("add_actor_force", BODY, decode.vector)
def _add_force(context: Context, actor: Actor, force: Vector) -> None:
    context.world.episode.physics.pushes.add_force(actor, force)


@TABLE.void("add_actor_force_at_location", BODY, decode.vector, decode.vector)
def _add_force_at(context: Context, actor: Actor, force: Vector, location: Vector) -> None:
    context.world.episode.physics.pushes.add_force(actor, force, location)


@TABLE.void("add_actor_angular_impulse", BODY, decode.vector)
def _add_angular_impulse(context: Context, actor: Actor, impulse: Vector) -> None:
    context.world.episode.physics.pushes.add_angular_impulse(actor, impulse)


@TABLE.void("add_actor_torque", BODY, decode.vector)
def _add_torque(context: Context, actor: Actor, torque: Vector) -> None:
    context.world.episode.physics.pushes.add_torque(actor, torque)


@TABLE.void("set_actor_simulate_physics", BODY, decode.flag)
def _set_simulate_physics(context: Context, actor: Actor, enabled: bool) -> None:
    context.world.episode.physics.set_simulate_physics(actor, enabled)


@TABLE.void("set_actor_collisions", ACTOR, decode.flag)
def _set_collisions(context: Context, actor: Actor, enabled: bool) -> None:
    context.world.episode.physics.set_collisions(actor, enabled)


@TABLE.void("set_actor_enable_gravity", BODY, decode.flag)
def _set_gravity(context: Context, actor: Actor, enabled: bool) -> None:
    context.world.episode.physics.set_gravity(actor, enabled)
