"""Calls about walkers."""

from __future__ import annotations

from carlite import geometry
from carlite.calls import decode, encode
from carlite.calls.context import Context
from carlite.calls.table import Call, value_call, void_call
from carlite.errors import ActorCallError
from carlite.physics.controls import WalkerControl
from carlite.wire.values import Value
from carlite.world import skeleton
from carlite.world.actors import Actor, Kind


def apply_control(context: Context, actor_id: object, control: object) -> Value:
    """Direction and speed of a walker; shared with the batch."""
    walker = _walker(context, actor_id, "apply_control_to_walker")
    f = decode.items(control, "WalkerControl", 3)
    context.world.apply_walker_control(
        walker,
        WalkerControl(
            direction=decode.vector(f[0], "direction"),
            speed=decode.number(f[1], "speed"),
            jump=decode.flag(f[2], "jump"),
        ),
    )
    return None


def set_state(context: Context, actor_id: object, transform: object, speed: object) -> Value:
    """Pose (feet level) and speed that the client's walker AI computed; shared with the batch."""
    walker = _walker(context, actor_id, "set_walker_state")
    if context.world.is_dead(walker):
        raise ActorCallError("set_walker_state", "Walker is already dead", walker.id)
    location, rotation = decode.transform(transform)
    context.world.set_walker_state(walker, location, rotation, max(decode.number(speed, "speed"), 0.0))
    return None


def _walker(context: Context, actor_id: object, function: str) -> Actor:
    return context.world.actors.get(decode.integer(actor_id, "actor id"), function, Kind.WALKER)


def _bones(context: Context, actor_id: object) -> Value:
    """Every bone with its pose in the world, in the frame of the walker, and relative to its parent."""
    walker = _walker(context, actor_id, "get_bones_transform")
    relative = skeleton.pose_of(walker, context.world.states)
    world = geometry.compose(skeleton.world_from_feet(walker, context.world.states), skeleton.from_feet(relative))
    component = geometry.compose(geometry.inverse(context.world.world_from_actor(walker)), world)
    poses = (encode.pose(world), encode.pose(component), encode.pose(relative))
    return [[[bone.name, *bone_poses] for bone, *bone_poses in zip(skeleton.BONES, *poses, strict=True)]]


def _set_bones(context: Context, actor_id: object, bones: object) -> Value:
    """Sets bones of the walker's own pose, each relative to its parent; the others stay as they are."""
    walker = _walker(context, actor_id, "set_bones_transform")
    given = decode.items(decode.items(bones, "WalkerBoneControlIn", 1)[0], "bones")
    pose = skeleton.pose_of(walker, context.world.states) if walker.custom_pose is None else walker.custom_pose.copy()
    for bone in given:
        name, transform = decode.items(bone, "bone", 2)[:2]
        index = skeleton.INDEX.get(decode.text(name, "bone"))
        if index is not None:
            pose[index] = geometry.world_from_local(*decode.transform(transform))
    walker.custom_pose = pose
    return None


def _blend_pose(context: Context, actor_id: object, share: object) -> Value:
    walker = _walker(context, actor_id, "blend_pose")
    walker.pose_blend = min(max(decode.number(share, "blend"), 0.0), 1.0)
    return None


def _take_pose(context: Context, actor_id: object) -> Value:
    """The walker's own pose becomes that of its gait at this moment."""
    walker = _walker(context, actor_id, "get_pose_from_animation")
    walker.custom_pose = skeleton.gait_of(walker, context.world.states)
    return None


def _die(context: Context, actor_id: object) -> Value:
    walker = _walker(context, actor_id, "set_actor_dead")
    context.world.kill_walker(walker)
    return None


CALLS: tuple[Call, ...] = (
    void_call("apply_control_to_walker", apply_control, 2),
    void_call("set_walker_state", set_state, 3),
    value_call("get_bones_transform", _bones, 1),
    void_call("set_bones_transform", _set_bones, 2),
    void_call("blend_pose", _blend_pose, 2),
    void_call("get_pose_from_animation", _take_pose, 1),
    void_call("set_actor_dead", _die, 1),
)
