"""Calls about walkers."""

from __future__ import annotations

from typing import Any

from carlite import geometry
from carlite.actors import Actor
from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.table import WALKER, CallTable
from carlite.errors import ActorCallError
from carlite.models import skeleton
from carlite.physics.controls import WalkerControl
from carlite.wire.values import Value

TABLE = CallTable()


@TABLE.void("apply_control_to_walker", WALKER, decode.structure(WalkerControl))
def _apply_control(context: Context, walker: Actor, control: WalkerControl) -> None:
    context.world.episode.apply_walker_control(walker, control)


@TABLE.void("set_walker_state", WALKER, decode.transform, decode.number)
def _set_state(context: Context, walker: Actor, feet: decode.Pose, speed: float) -> None:
    """Pose (feet level) and speed that the client's walker AI computed."""
    if context.world.episode.losses.is_dead(walker):
        raise ActorCallError("set_walker_state", "Walker is already dead", walker.id)
    location, rotation = feet
    context.world.episode.set_walker_state(walker, location, rotation, max(speed, 0.0))


@TABLE.value("get_bones_transform", WALKER)
def _bones(context: Context, walker: Actor) -> Value:
    """Every bone with its pose in the world, in the frame of the walker, and relative to its parent."""
    relative = skeleton.pose_of(walker, context.world.episode.states)
    world = geometry.compose(skeleton.world_from_feet(walker, context.world.episode.states), skeleton.from_feet(relative))
    component = geometry.compose(geometry.inverse(context.world.episode.world_from_actor(walker)), world)
    poses = (encode.pose(world), encode.pose(component), encode.pose(relative))
    return [[[bone.name, *bone_poses] for bone, *bone_poses in zip(skeleton.BONES, *poses, strict=True)]]


def _named_poses(value: Any, what: str) -> list[tuple[str, decode.Pose]]:
    found = []
    for bone in decode.items(decode.items(value, what, 1)[0], what):
        name, pose = decode.items(bone, "bone", 2)[:2]
        found.append((decode.text(name, "bone"), decode.transform(pose)))
    return found


@TABLE.void("set_bones_transform", WALKER, _named_poses)
def _set_bones(context: Context, walker: Actor, bones: list[tuple[str, decode.Pose]]) -> None:
    """Sets bones of the walker's own pose, each relative to its parent; the others stay as they are."""
    pose = skeleton.pose_of(walker, context.world.episode.states) if walker.custom_pose is None else walker.custom_pose.copy()
    for name, (location, rotation) in bones:
        if name in skeleton.INDEX:
            pose[skeleton.INDEX[name]] = geometry.world_from_local(location, rotation)
    walker.custom_pose = pose


@TABLE.void("blend_pose", WALKER, decode.number)
def _blend_pose(_: Context, walker: Actor, blend: float) -> None:
    walker.pose_blend = min(max(blend, 0.0), 1.0)


@TABLE.void("get_pose_from_animation", WALKER)
def _take_pose(context: Context, walker: Actor) -> None:
    """The walker's own pose becomes that of its gait at this moment."""
    walker.custom_pose = skeleton.gait_of(walker, context.world.episode.states)


@TABLE.void("set_actor_dead", WALKER)
def _die(context: Context, walker: Actor) -> None:
    context.world.episode.losses.kill(walker)
