"""Calls about any actor: life, place, motion, physics switches."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from carlite import library
from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.table import Call, value_call, void_call
from carlite.errors import ActorCallError, CallError
from carlite.mesh import Box
from carlite.wire import values
from carlite.wire.values import Value
from carlite.world.actors import Kind
from carlite.world.spring_arm import Attachment
from carlite.world.world import World

NOT_FOUND = "unable to destroy actor: not found"
REFUSED = "internal error: unable to destroy actor"
NOT_SUPPORTED = "unknown error"  # CARLA has no better words for it
BODILESS = frozenset({Kind.TRAFFIC_LIGHT, Kind.TRAFFIC_SIGN, Kind.OTHER})
_NO_BOX = Box(centre=(0.0, 0.0, 0.0), half_extent=(0.0, 0.0, 0.0))


@cache
def _all_definitions() -> Value:
    return [encode.definition(blueprint) for blueprint in library.blueprints()]


def _definitions(_: Context) -> Value:
    return _all_definitions()


def _spectator(context: Context) -> Value:
    return encode.actor(context, context.world.spectator)


def _by_id(context: Context, ids: object) -> Value:
    found = [context.world.actors.find(decode.integer(item, "actor id")) for item in decode.items(ids, "actor ids")]
    return [encode.actor(context, actor) for actor in found if actor is not None]


def _spawn(context: Context, described: object, transform: object) -> Value:
    type_id, attributes = decode.description(described)
    location, rotation = decode.transform(transform)
    return encode.actor(context, context.world.spawn(type_id, attributes, location, rotation))


def _spawn_with_parent(
    context: Context, described: object, transform: object, parent: object, attachment: object, socket: object
) -> Value:
    """The socket is not heeded: everything hangs on the actor's origin."""
    type_id, attributes = decode.description(described)
    location, rotation = decode.transform(transform)
    parent_id = decode.integer(parent, "parent id")
    decode.text(socket, "socket")
    kind = decode.integer(attachment, "attachment type")
    if kind not in set(Attachment):
        raise CallError(f"attachment type: got {kind}, expected 0..{len(Attachment) - 1}")
    actor = context.world.spawn(type_id, attributes, location, rotation, parent_id, attachment=Attachment(kind))
    return encode.actor(context, actor)


def destroy(context: Context, actor_id: object) -> Value:
    """Destroys an actor; shared with the batch."""
    actor = context.world.actors.find(decode.integer(actor_id, "actor id"))
    if actor is None:
        raise CallError(NOT_FOUND)
    if not context.world.is_destructible(actor):
        raise CallError(REFUSED)
    context.world.destroy(actor)
    return True


def _bounding_box(context: Context, actor_id: object) -> Value:
    """Never an error: the Traffic Manager calls it in a thread that dies of errors."""
    actor = context.world.actors.find(actor_id) if isinstance(actor_id, int) else None
    return values.bounding_box(_NO_BOX) if actor is None else values.bounding_box(actor.box, actor.id)


Order = Callable[..., Value]


def _order(
    function: str, act: Callable[..., None], *read: Callable[[Any], Any], kind: Kind | None = None, bodily: bool = True
) -> Order:
    """A call that has an actor do something.

    Args:
        function: its name, for errors.
        act: gets the world, the actor and the decoded arguments.
        read: decodes one argument each.
        kind: of the actors that can do it; None for all.
        bodily: whether it takes a body that physics could move.
    """

    def serve(context: Context, actor_id: object, *given: object) -> Value:
        actor = context.world.actors.get(decode.integer(actor_id, "actor id"), function, kind)
        if bodily and actor.kind in BODILESS:
            raise ActorCallError(function, NOT_SUPPORTED, actor.id)
        act(context.world, actor, *(decoder(value) for decoder, value in zip(read, given, strict=True)))
        return None

    return serve


# Those without an underscore are shared with the batch.
set_transform = _order(
    "set_actor_transform", lambda world, actor, pose: world.place(actor, *pose), decode.transform, bodily=False
)
set_location = _order("set_actor_location", World.place, decode.vector, bodily=False)
set_velocity = _order(
    "set_actor_target_velocity", lambda world, actor, v: world.physics.set_target_velocity(actor, v), decode.vector
)
set_angular_velocity = _order(
    "set_actor_target_angular_velocity",
    lambda world, actor, v: world.physics.set_target_angular_velocity(actor, v),
    decode.vector,
)
_enable_constant_velocity = _order(
    "enable_actor_constant_velocity",
    lambda world, actor, v: world.physics.enable_constant_velocity(actor, v),
    decode.vector,
    kind=Kind.VEHICLE,
)
_disable_constant_velocity = _order(
    "disable_actor_constant_velocity",
    lambda world, actor: world.physics.disable_constant_velocity(actor),
    kind=Kind.VEHICLE,
)
add_impulse = _order("add_actor_impulse", lambda world, actor, j: world.physics.add_impulse(actor, j), decode.vector)
_add_impulse_at = _order(
    "add_actor_impulse_at_location",
    lambda world, actor, j, at: world.physics.add_impulse(actor, j, at),
    decode.vector,
    decode.vector,
)
add_force = _order("add_actor_force", lambda world, actor, f: world.physics.add_force(actor, f), decode.vector)
_add_force_at = _order(
    "add_actor_force_at_location",
    lambda world, actor, f, at: world.physics.add_force(actor, f, at),
    decode.vector,
    decode.vector,
)
add_angular_impulse = _order(
    "add_actor_angular_impulse", lambda world, actor, j: world.physics.add_angular_impulse(actor, j), decode.vector
)
add_torque = _order("add_actor_torque", lambda world, actor, m: world.physics.add_torque(actor, m), decode.vector)
set_simulate_physics = _order(
    "set_actor_simulate_physics", lambda world, actor, on: world.physics.set_simulate_physics(actor, on), decode.flag
)
_set_collisions = _order(
    "set_actor_collisions", lambda world, actor, on: world.physics.set_collisions(actor, on), decode.flag, bodily=False
)
set_gravity = _order("set_actor_enable_gravity", lambda world, actor, on: world.physics.set_gravity(actor, on), decode.flag)


CALLS: tuple[Call, ...] = (
    value_call("get_actor_definitions", _definitions, any_time=True),
    value_call("get_spectator", _spectator),
    value_call("get_actors_by_id", _by_id, 1),
    value_call("spawn_actor", _spawn, 2),
    value_call("spawn_actor_with_parent", _spawn_with_parent, 5),
    value_call("destroy_actor", destroy, 1),
    value_call("get_actor_bounding_box", _bounding_box, 1),
    void_call("set_actor_location", set_location, 2),
    void_call("set_actor_transform", set_transform, 2),
    void_call("set_actor_target_velocity", set_velocity, 2),
    void_call("set_actor_target_angular_velocity", set_angular_velocity, 2),
    void_call("enable_actor_constant_velocity", _enable_constant_velocity, 2),
    void_call("disable_actor_constant_velocity", _disable_constant_velocity, 1),
    void_call("add_actor_impulse", add_impulse, 2),
    void_call("add_actor_impulse_at_location", _add_impulse_at, 3),
    void_call("add_actor_force", add_force, 2),
    void_call("add_actor_force_at_location", _add_force_at, 3),
    void_call("add_actor_angular_impulse", add_angular_impulse, 2),
    void_call("add_actor_torque", add_torque, 2),
    void_call("set_actor_simulate_physics", set_simulate_physics, 2),
    void_call("set_actor_collisions", _set_collisions, 2),
    void_call("set_actor_enable_gravity", set_gravity, 2),
)
