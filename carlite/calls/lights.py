"""Calls about traffic lights and street lights."""

from __future__ import annotations

from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.table import Call, value_call, void_call
from carlite.errors import ActorCallError, CallError
from carlite.wire import values
from carlite.wire.binary import LightState
from carlite.wire.values import Value
from carlite.world.actors import Actor, Kind
from carlite.world.boxes import lamp_housings
from carlite.world.street_lights import LightUpdate


def _light(context: Context, actor_id: object, function: str) -> Actor:
    return context.world.actors.get(decode.integer(actor_id, "actor id"), function, Kind.TRAFFIC_LIGHT)


def set_state(context: Context, actor_id: object, state: object) -> Value:
    """Shows a state; shared with the batch."""
    light = _light(context, actor_id, "set_traffic_light_state")
    wanted = decode.integer(state, "traffic light state")
    if wanted not in set(LightState):
        raise CallError(f"traffic light state: got {wanted}, expected 0..4")
    context.world.signals.set_state(light, LightState(wanted))
    return None


def _set_green(context: Context, actor_id: object, seconds: object) -> Value:
    light = _light(context, actor_id, "set_traffic_light_green_time")
    context.world.signals.set_time(light, LightState.GREEN, decode.number(seconds, "green time"))
    return None


def _set_yellow(context: Context, actor_id: object, seconds: object) -> Value:
    light = _light(context, actor_id, "set_traffic_light_yellow_time")
    context.world.signals.set_time(light, LightState.YELLOW, decode.number(seconds, "yellow time"))
    return None


def _set_red(context: Context, actor_id: object, seconds: object) -> Value:
    light = _light(context, actor_id, "set_traffic_light_red_time")
    context.world.signals.set_time(light, LightState.RED, decode.number(seconds, "red time"))
    return None


def _freeze_one(context: Context, actor_id: object, frozen: object) -> Value:
    light = _light(context, actor_id, "freeze_traffic_light")
    context.world.signals.freeze(decode.flag(frozen, "freeze"), light)
    return None


def _freeze_all(context: Context, frozen: object) -> Value:
    context.world.signals.freeze(decode.flag(frozen, "freeze"))
    return None


def _reset_group(context: Context, actor_id: object) -> Value:
    context.world.signals.reset(_light(context, actor_id, "reset_traffic_light_group"))
    return None


def _reset_all(context: Context) -> Value:
    context.world.signals.reset_all()
    return None


def _group(context: Context, actor_id: object) -> Value:
    light = context.world.actors.find(decode.integer(actor_id, "actor id"))
    if light is None:
        raise CallError("unable to get group traffic lights: actor not found")
    if light.kind is not Kind.TRAFFIC_LIGHT:
        raise CallError("unable to get group traffic lights: actor is not a traffic light")
    return [other.id for other in context.world.signals.group(light)]


def _query_lights(context: Context, endpoint: object) -> Value:
    decode.text(endpoint, "endpoint")
    return [
        [light.id, values.numbers(light.location), light.intensity_lm, light.group, list(light.colour), light.active]
        for light in context.world.street_lights
    ]


def _update_lights(context: Context, endpoint: object, states: object, _discard: object) -> Value:
    decode.text(endpoint, "endpoint")
    for state in decode.items(states, "light states"):
        f = decode.items(state, "LightState", 6)
        red, green, blue = (decode.integer(part, "colour") for part in decode.items(f[4], "colour", 3)[:3])
        update = LightUpdate(
            intensity_lm=decode.number(f[2], "intensity"),
            group=decode.integer(f[3], "light group"),
            colour=(red, green, blue),
            active=decode.flag(f[5], "active"),
        )
        context.world.set_street_light(decode.integer(f[0], "light id"), update)
    return None


def _boxes(context: Context, actor_id: object) -> Value:
    """The housings of a light's lamps, in the world."""
    function = "get_light_boxes"
    light = context.world.actors.get(decode.integer(actor_id, "actor id"), function)
    if light.kind is not Kind.TRAFFIC_LIGHT:
        raise ActorCallError(function, "Actor is not a traffic light", light.id)
    name = context.world.signals.shown_as(light)
    return [values.bounding_box(box) for box in lamp_housings(context.world.level.static_world.objects, name)]


def _follow_night(context: Context, endpoint: object, follows: object) -> Value:
    decode.text(endpoint, "endpoint")
    context.world.let_night_rule_lights(decode.flag(follows))
    return None


CALLS: tuple[Call, ...] = (
    void_call("set_traffic_light_state", set_state, 2),
    void_call("set_traffic_light_green_time", _set_green, 2),
    void_call("set_traffic_light_yellow_time", _set_yellow, 2),
    void_call("set_traffic_light_red_time", _set_red, 2),
    void_call("freeze_traffic_light", _freeze_one, 2),
    void_call("freeze_all_traffic_lights", _freeze_all, 1),
    void_call("reset_traffic_light_group", _reset_group, 1),
    void_call("reset_all_traffic_lights", _reset_all),
    value_call("get_group_traffic_lights", _group, 1),
    value_call("get_light_boxes", _boxes, 1),
    value_call("query_lights_state", _query_lights, 1),
    void_call("update_lights_state", _update_lights, 3),
    void_call("update_day_night_cycle", _follow_night, 2),
)
