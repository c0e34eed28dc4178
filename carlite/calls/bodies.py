"""Calls about what actors are made of: components, bones, sockets."""

from __future__ import annotations

from carlite import geometry
from carlite.actors import Actor
from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.table import ACTOR, VEHICLE, CallTable
from carlite.errors import CallError
from carlite.wire.values import Value
from carlite.world import parts

TABLE = CallTable()
_SKIN = "SkinnedMeshComponent "  # with CARLA's space
_NO_COMPONENT = "Component could not be found in this actor"


def _missing(function: str, component: str) -> CallError:
    return CallError(f"Responding error from function {function}: {_NO_COMPONENT}.  Component Name: {component}")


@TABLE.value("get_actor_component_names", ACTOR)
def _component_names(_: Context, actor: Actor) -> Value:
    return list(parts.components(actor))


def _component(actor: Actor, wanted: str) -> geometry.Array:
    """Pose of a component; CARLA names the same function in the errors of both that ask for one."""
    pose = parts.components(actor).get(wanted)
    if pose is None:
        raise _missing("get_actor_component_world_transform", wanted)
    return pose


@TABLE.value("get_actor_component_world_transform", ACTOR, decode.text)
def _component_in_world(context: Context, actor: Actor, component: str) -> Value:
    return encode.pose(geometry.compose(context.world.episode.world_from_actor(actor), _component(actor, component))[None])[0]


@TABLE.value("get_actor_component_relative_transform", ACTOR, decode.text)
def _component_relative(_: Context, actor: Actor, component: str) -> Value:
    return encode.pose(_component(actor, component)[None])[0]


def _skeleton(context: Context, actor: Actor, function: str) -> parts.Skeleton:
    found = parts.bones(actor, context.world.episode.states)
    if found is None:
        raise _missing(function, _SKIN)
    return found


@TABLE.value("get_actor_bone_names", ACTOR)
def _bone_names(context: Context, actor: Actor) -> Value:
    return list(_skeleton(context, actor, "get_actor_bone_names")[0])


@TABLE.value("get_actor_bone_world_transforms", ACTOR)
def _bone_world(context: Context, actor: Actor) -> Value:
    _, poses, world_from_mesh = _skeleton(context, actor, "get_actor_bone_world_transforms")
    return encode.pose(geometry.compose(world_from_mesh, poses))


@TABLE.value("get_vehicle_bone_world_transforms", VEHICLE)
def _vehicle_bone_world(context: Context, vehicle: Actor) -> Value:
    return _bone_world(context, vehicle)


@TABLE.value("get_actor_bone_relative_transforms", ACTOR)
def _bone_relative(context: Context, actor: Actor) -> Value:
    """In the frame of the mesh, as in CARLA, not of the parent bone."""
    return encode.pose(_skeleton(context, actor, "get_actor_bone_relative_transforms")[1])


@TABLE.value("get_actor_socket_names", ACTOR)
def _socket_names(context: Context, actor: Actor) -> Value:
    """Unreal lists the bones of a mesh as sockets; what has no skeleton has none."""
    found = parts.bones(actor, context.world.episode.states)
    return [] if found is None else list(found[0])


@TABLE.value("get_actor_socket_world_transforms", ACTOR)
def _socket_world(context: Context, actor: Actor) -> Value:
    found = parts.bones(actor, context.world.episode.states)
    return [] if found is None else encode.pose(geometry.compose(found[2], found[1]))


@TABLE.value("get_actor_socket_relative_transforms", ACTOR)
def _socket_relative(context: Context, actor: Actor) -> Value:
    """In the frame of the actor, as in CARLA, not of the mesh."""
    found = parts.bones(actor, context.world.episode.states)
    if found is None:
        return []
    actor_from_mesh = geometry.compose(geometry.inverse(context.world.episode.world_from_actor(actor)), found[2])
    return encode.pose(geometry.compose(actor_from_mesh, found[1]))
