"""Calls about walkers."""

from __future__ import annotations

from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.table import Call, unserved_call, void_call
from carlite.physics.controls import WalkerControl
from carlite.wire.values import ReplyForm, Value
from carlite.world.actors import Kind


def apply_control(context: Context, actor_id: object, control: object) -> Value:
    """Direction and speed of a walker; shared with the batch."""
    walker = context.world.actors.get(decode.integer(actor_id, "actor id"), "apply_control_to_walker", Kind.WALKER)
    f = decode.items(control, "WalkerControl", 3)
    context.world.apply_walker_control(
        walker,
        WalkerControl(
            direction=decode.vector(f[0], "direction"),
            speed=max(decode.number(f[1], "speed"), 0.0),
            jump=decode.flag(f[2], "jump"),
        ),
    )
    return None


def set_state(context: Context, actor_id: object, transform: object, speed: object) -> Value:
    """Pose (feet level) and speed that the client's walker AI computed; shared with the batch."""
    walker = context.world.actors.get(decode.integer(actor_id, "actor id"), "set_walker_state", Kind.WALKER)
    location, rotation = decode.transform(transform)
    context.world.set_walker_state(walker, location, rotation, max(decode.number(speed, "speed"), 0.0))
    return None


CALLS: tuple[Call, ...] = (
    void_call("apply_control_to_walker", apply_control, 2),
    void_call("set_walker_state", set_state, 3),
    unserved_call("get_bones_transform"),
    *(unserved_call(name, ReplyForm.VOID) for name in ("set_bones_transform", "blend_pose", "get_pose_from_animation")),
)
