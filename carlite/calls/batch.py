"""``apply_batch``: many commands in one call, each with a result of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carlite.calls import actors, decode, episode, lights, vehicles, walkers
from carlite.calls.context import Context
from carlite.calls.table import Call
from carlite.errors import CallError
from carlite.wire.values import ReplyForm, Value

_SPAWN, _DESTROY, _CONSOLE = 0, 1, 20
_CONSOLE_ANSWER = 1  # what CARLA gives in place of an actor's id, whether it knows the command or not

_VERBS: dict[int, tuple[Callable[..., Value], int]] = {
    2: (vehicles.apply_control, 2),
    3: (vehicles.apply_ackermann, 2),
    4: (walkers.apply_control, 2),
    5: (vehicles.apply_physics_control, 2),
    6: (actors.set_transform, 2),
    7: (walkers.set_state, 3),
    8: (actors.set_velocity, 2),
    9: (actors.set_angular_velocity, 2),
    10: (actors.add_impulse, 2),
    11: (actors.add_force, 2),
    12: (actors.add_angular_impulse, 2),
    13: (actors.add_torque, 2),
    14: (actors.set_simulate_physics, 2),
    15: (actors.set_gravity, 2),
    16: (vehicles.set_autopilot, 2),
    17: (vehicles.set_debug_telemetry, 2),
    18: (vehicles.set_light_state, 2),
    19: (actors.set_location, 2),
    21: (lights.set_state, 2),
}


def _apply_batch(context: Context, commands: object, do_tick_cue: object) -> Value:
    """Runs every command; the result has exactly one entry per command, for a short list crashes the client."""
    results: list[Value] = []
    for command in decode.items(commands, "commands"):
        try:
            results.append([[1, _run(context, command)]])
        except CallError as error:
            results.append([[0, [str(error)]]])
    if decode.flag(do_tick_cue, "do_tick_cue"):
        context.tick_cued = True
    return results


def _run(context: Context, command: object) -> int:
    """One command; the id of the actor it was about."""
    given_index, fields = decode.items(decode.items(command, "command", 1)[0], "command", 2)[:2]
    index = decode.integer(given_index, "command")
    if index == _SPAWN:
        return _spawn(context, decode.items(fields, "SpawnActor", 6))
    if index == _CONSOLE:
        episode.console_command(context, decode.items(fields, "ConsoleCommand", 1)[0])
        return _CONSOLE_ANSWER
    if index == _DESTROY:
        actor_id = decode.integer(decode.items(fields, "DestroyActor", 1)[0], "actor id")
        actors.destroy(context, actor_id)
        return actor_id
    if index not in _VERBS:
        raise CallError(f"apply_batch: got command {index!r}, expected 0..21")
    verb, count = _VERBS[index]
    given = decode.items(fields, "command", count)
    verb(context, *given[:count])
    return decode.integer(given[0], "actor id")


def _spawn(context: Context, fields: list[Any]) -> int:
    """Spawns, then runs the follow-up commands on the new actor; the attachment byte may be garbage and is not read."""
    type_id, attributes = decode.description(fields[0])
    location, rotation = decode.transform(fields[1])
    parent = decode.optional(fields[2], "parent")
    parent_id = None if parent is None else decode.integer(parent, "parent id")
    actor = context.world.spawn(type_id, attributes, location, rotation, parent_id)
    for follow_up in decode.items(fields[5], "do_after"):
        index, values = decode.items(decode.items(follow_up, "command", 1)[0], "command", 2)[:2]
        about_actor = index not in (_SPAWN, _CONSOLE)
        try:
            _run(context, [[index, [actor.id, *decode.items(values, "command")[1:]] if about_actor else values]])
        except CallError:
            continue  # the protocol has no place for results of follow-up commands
    return actor.id


CALLS: tuple[Call, ...] = (Call(name="apply_batch", serve=_apply_batch, arguments=2, form=ReplyForm.BARE),)
