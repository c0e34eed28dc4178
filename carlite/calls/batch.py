"""``apply_batch``: many commands in one call, each with a result of its own."""

from __future__ import annotations

from typing import Any

from carlite.calls import actors, decode, episode, lights, vehicles, walkers
from carlite.calls.context import Context
from carlite.calls.table import CallTable
from carlite.errors import CallError
from carlite.wire.values import Value

TABLE = CallTable()
_CALLS = {name: call for module in (actors, episode, lights, vehicles, walkers) for name, call in module.TABLE.calls.items()}
_SPAWN, _CONSOLE, _LAMPS = 0, 20, 18
_CONSOLE_ANSWER = 1  # what CARLA gives in place of an actor's id, whether it knows the command or not
_VERBS = {
    1: "destroy_actor",
    2: "apply_control_to_vehicle",
    3: "apply_ackermann_control_to_vehicle",
    4: "apply_control_to_walker",
    5: "apply_physics_control",
    6: "set_actor_transform",
    7: "set_walker_state",
    8: "set_actor_target_velocity",
    9: "set_actor_target_angular_velocity",
    10: "add_actor_impulse",
    11: "add_actor_force",
    12: "add_actor_angular_impulse",
    13: "add_actor_torque",
    14: "set_actor_simulate_physics",
    15: "set_actor_enable_gravity",
    16: "set_actor_autopilot",
    17: "show_vehicle_debug_telemetry",
    18: "set_vehicle_light_state",
    19: "set_actor_location",
    21: "set_traffic_light_state",
}


@TABLE.bare("apply_batch", decode.items, decode.flag)
def _apply_batch(context: Context, commands: list[Any], do_tick_cue: bool) -> Value:
    """Runs every command; the result has exactly one entry per command, for a short list crashes the client."""
    results: list[Value] = []
    for command in commands:
        try:
            results.append([[1, _run(context, command)]])
        except CallError as error:
            results.append([[0, [str(error)]]])
    if do_tick_cue:
        context.tick_cued = True
    return results


def _split(command: object) -> tuple[int, list[Any]]:
    """Number and fields of a command."""
    number, fields = decode.items(decode.items(command, "command", 1)[0], "command", 2)[:2]
    return decode.integer(number, "command"), decode.items(fields, "command")


def _run(context: Context, command: object) -> int:
    """One command; the id of the actor it was about."""
    number, fields = _split(command)
    if number == _SPAWN:
        return _spawn(context, fields)
    if number == _CONSOLE:
        _CALLS["console_command"].run(context, fields)
        return _CONSOLE_ANSWER
    if number not in _VERBS:
        raise CallError(f"apply_batch: got command {number!r}, expected 0..21")
    if number == _LAMPS:  # a bare number here, a structure in the call
        fields = [*fields[:1], fields[1:]]
    _CALLS[_VERBS[number]].run(context, fields)
    return decode.integer(fields[0], "actor id")


def _spawn(context: Context, fields: list[Any]) -> int:
    """Spawns, then runs the follow-up commands on the new actor; the attachment byte may be garbage and is not read."""
    described, transform, parent, _, _, do_after = decode.items(fields, "SpawnActor", 6)[:6]
    given = decode.optional(parent, "parent")
    parent_id = None if given is None else decode.integer(given, "parent id")
    actor = context.world.episode.spawn(*decode.description(described), *decode.transform(transform), parent_id)
    for follow_up in decode.items(do_after, "do_after"):
        number, values = _split(follow_up)
        about_actor = number not in (_SPAWN, _CONSOLE)
        try:
            _run(context, [[number, [actor.id, *values[1:]] if about_actor else values]])
        except CallError:
            continue  # the protocol has no place for results of follow-up commands
    return actor.id
