"""Calls about any actor: life, place, motion, physics switches."""

from __future__ import annotations

from functools import cache

from carlite import library
from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.table import Call, unserved_call, value_call, void_call
from carlite.errors import ActorCallError, CallError
from carlite.mesh import Box
from carlite.wire import values
from carlite.wire.values import ReplyForm, Value
from carlite.world.actors import Kind

NOT_FOUND = "unable to destroy actor: not found"
REFUSED = "internal error: unable to destroy actor"
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


def _spawn_with_parent(context: Context, described: object, transform: object, parent: object) -> Value:
    type_id, attributes = decode.description(described)
    location, rotation = decode.transform(transform)
    parent_id = decode.integer(parent, "parent id")
    return encode.actor(context, context.world.spawn(type_id, attributes, location, rotation, parent_id))


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


def set_transform(context: Context, actor_id: object, transform: object) -> Value:
    """Teleports; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "set_actor_transform")
    context.world.place(actor, *decode.transform(transform))
    return None


def set_location(context: Context, actor_id: object, location: object) -> Value:
    """Teleports and keeps the rotation; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "set_actor_location")
    context.world.place(actor, decode.vector(location, "location"))
    return None


def set_velocity(context: Context, actor_id: object, velocity: object) -> Value:
    """Sets the velocity of a body; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "set_actor_target_velocity")
    context.world.physics.set_target_velocity(actor, decode.vector(velocity))
    return None


def set_angular_velocity(context: Context, actor_id: object, velocity: object) -> Value:
    """Sets the angular velocity of a body in deg/s; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "set_actor_target_angular_velocity")
    context.world.physics.set_target_angular_velocity(actor, decode.vector(velocity))
    return None


def _enable_constant_velocity(context: Context, actor_id: object, velocity: object) -> Value:
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "enable_actor_constant_velocity")
    context.world.physics.enable_constant_velocity(actor, decode.vector(velocity))
    return None


def _disable_constant_velocity(context: Context, actor_id: object) -> Value:
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "disable_actor_constant_velocity")
    context.world.physics.disable_constant_velocity(actor)
    return None


def add_impulse(context: Context, actor_id: object, impulse: object) -> Value:
    """Pushes a body once, N s; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "add_actor_impulse")
    context.world.physics.add_impulse(actor, decode.vector(impulse))
    return None


def _add_impulse_at(context: Context, actor_id: object, impulse: object, location: object) -> Value:
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "add_actor_impulse_at_location")
    context.world.physics.add_impulse(actor, decode.vector(impulse), decode.vector(location))
    return None


def add_force(context: Context, actor_id: object, force: object) -> Value:
    """Pushes a body during the next tick, N; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "add_actor_force")
    context.world.physics.add_force(actor, decode.vector(force))
    return None


def _add_force_at(context: Context, actor_id: object, force: object, location: object) -> Value:
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "add_actor_force_at_location")
    context.world.physics.add_force(actor, decode.vector(force), decode.vector(location))
    return None


def add_angular_impulse(context: Context, actor_id: object, impulse: object) -> Value:
    """Twists a body once; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "add_actor_angular_impulse")
    context.world.physics.add_angular_impulse(actor, decode.vector(impulse))
    return None


def add_torque(context: Context, actor_id: object, torque: object) -> Value:
    """Twists a body during the next tick; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "add_actor_torque")
    context.world.physics.add_torque(actor, decode.vector(torque))
    return None


def set_simulate_physics(context: Context, actor_id: object, enabled: object) -> Value:
    """Switches physics of an actor; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "set_actor_simulate_physics")
    context.world.physics.set_simulate_physics(actor, decode.flag(enabled))
    return None


def _set_collisions(context: Context, actor_id: object, enabled: object) -> Value:
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "set_actor_collisions")
    context.world.physics.set_collisions(actor, decode.flag(enabled))
    return None


def set_gravity(context: Context, actor_id: object, enabled: object) -> Value:
    """Switches gravity of an actor; shared with the batch."""
    actor = context.world.actors.get(decode.integer(actor_id, "actor id"), "set_actor_enable_gravity")
    context.world.physics.set_gravity(actor, decode.flag(enabled))
    return None


def _ignored_vehicles(context: Context, actor_id: object, ids: object) -> Value:
    function = "set_ignored_vehicles"
    camera = context.world.actors.get(decode.integer(actor_id, "actor id"), function, Kind.SENSOR)
    hidden = [decode.integer(item, "actor id") for item in decode.items(ids, "actor ids")]
    if not camera.type_id.startswith("sensor.camera."):
        raise ActorCallError(function, "Actor does not match the expected type", camera.id)
    context.world.ignored_by_camera[camera.id] = tuple(hidden)
    return None


def _is_never_enabled(_: Context, stream_id: object) -> Value:
    decode.integer(stream_id, "stream or sensor id")
    return False


_POSE_CALLS = (
    "get_actor_component_names",
    "get_actor_bone_names",
    "get_actor_socket_names",
    "get_actor_component_world_transform",
    "get_actor_component_relative_transform",
    "get_actor_bone_world_transforms",
    "get_actor_bone_relative_transforms",
    "get_actor_socket_world_transforms",
    "get_actor_socket_relative_transforms",
    "get_gbuffer_token",
)
_UNSERVED_ORDERS = ("set_actor_dead", "send", "enable_sensor_for_ros", "disable_sensor_for_ros", "enable_gbuffers")

CALLS: tuple[Call, ...] = (
    value_call("get_actor_definitions", _definitions, any_time=True),
    value_call("get_spectator", _spectator),
    value_call("get_actors_by_id", _by_id, 1),
    value_call("spawn_actor", _spawn, 2),
    value_call("spawn_actor_with_parent", _spawn_with_parent, 3),
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
    void_call("set_ignored_vehicles", _ignored_vehicles, 2),
    value_call("is_sensor_enabled_for_ros", _is_never_enabled, 1),
    value_call("are_gbuffers_enabled", _is_never_enabled, 1),
    *(unserved_call(name) for name in _POSE_CALLS),
    *(unserved_call(name, ReplyForm.VOID) for name in _UNSERVED_ORDERS),
)
