"""Calls about what actors are made of: components, bones, sockets."""

from __future__ import annotations

from carlite import geometry
from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.table import Call, value_call
from carlite.errors import CallError
from carlite.wire.values import Value
from carlite.world import parts
from carlite.world.actors import Actor, Kind

_SKIN = "SkinnedMeshComponent "  # with CARLA's space
_NO_COMPONENT = "Component could not be found in this actor"


def _missing(function: str, component: str) -> CallError:
    return CallError(f"Responding error from function {function}: {_NO_COMPONENT}.  Component Name: {component}")


def _actor(context: Context, actor_id: object, function: str, kind: Kind | None = None) -> Actor:
    return context.world.actors.get(decode.integer(actor_id, "actor id"), function, kind)


def _component_names(context: Context, actor_id: object) -> Value:
    return list(parts.components(_actor(context, actor_id, "get_actor_component_names")))


def _component(actor: Actor, name: object) -> geometry.Array:
    """Pose of a component; CARLA names the same function in the errors of both that ask for one."""
    wanted = decode.text(name, "component")
    pose = parts.components(actor).get(wanted)
    if pose is None:
        raise _missing("get_actor_component_world_transform", wanted)
    return pose


def _component_in_world(context: Context, actor_id: object, name: object) -> Value:
    actor = _actor(context, actor_id, "get_actor_component_world_transform")
    return encode.pose(geometry.compose(context.world.world_from_actor(actor), _component(actor, name))[None])[0]


def _component_relative(context: Context, actor_id: object, name: object) -> Value:
    return encode.pose(_component(_actor(context, actor_id, "get_actor_component_relative_transform"), name)[None])[0]


def _bone_names(context: Context, actor_id: object) -> Value:
    function = "get_actor_bone_names"
    found = parts.bones(_actor(context, actor_id, function), context.world.states)
    if found is None:
        raise _missing(function, _SKIN)
    return list(found[0])


def _bones_in_world(context: Context, actor: Actor, function: str) -> Value:
    found = parts.bones(actor, context.world.states)
    if found is None:
        raise _missing(function, _SKIN)
    return encode.pose(geometry.compose(found[2], found[1]))


def _bone_world(context: Context, actor_id: object) -> Value:
    function = "get_actor_bone_world_transforms"
    return _bones_in_world(context, _actor(context, actor_id, function), function)


def _vehicle_bone_world(context: Context, actor_id: object) -> Value:
    function = "get_vehicle_bone_world_transforms"
    return _bones_in_world(context, _actor(context, actor_id, function, Kind.VEHICLE), function)


def _bone_relative(context: Context, actor_id: object) -> Value:
    """In the frame of the mesh, as in CARLA, not of the parent bone."""
    function = "get_actor_bone_relative_transforms"
    found = parts.bones(_actor(context, actor_id, function), context.world.states)
    if found is None:
        raise _missing(function, _SKIN)
    return encode.pose(found[1])


def _socket_names(context: Context, actor_id: object) -> Value:
    """Unreal lists the bones of a mesh as sockets; what has no skeleton has none."""
    found = parts.bones(_actor(context, actor_id, "get_actor_socket_names"), context.world.states)
    return [] if found is None else list(found[0])


def _socket_world(context: Context, actor_id: object) -> Value:
    found = parts.bones(_actor(context, actor_id, "get_actor_socket_world_transforms"), context.world.states)
    return [] if found is None else encode.pose(geometry.compose(found[2], found[1]))


def _socket_relative(context: Context, actor_id: object) -> Value:
    """In the frame of the actor, as in CARLA, not of the mesh."""
    actor = _actor(context, actor_id, "get_actor_socket_relative_transforms")
    found = parts.bones(actor, context.world.states)
    if found is None:
        return []
    actor_from_mesh = geometry.compose(geometry.inverse(context.world.world_from_actor(actor)), found[2])
    return encode.pose(geometry.compose(actor_from_mesh, found[1]))


CALLS: tuple[Call, ...] = (
    value_call("get_actor_component_names", _component_names, 1),
    value_call("get_actor_component_world_transform", _component_in_world, 2),
    value_call("get_actor_component_relative_transform", _component_relative, 2),
    value_call("get_actor_bone_names", _bone_names, 1),
    value_call("get_actor_bone_world_transforms", _bone_world, 1),
    value_call("get_actor_bone_relative_transforms", _bone_relative, 1),
    value_call("get_vehicle_bone_world_transforms", _vehicle_bone_world, 1),
    value_call("get_actor_socket_names", _socket_names, 1),
    value_call("get_actor_socket_world_transforms", _socket_world, 1),
    value_call("get_actor_socket_relative_transforms", _socket_relative, 1),
)
