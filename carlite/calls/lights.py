"""Calls about traffic lights and street lights."""

from __future__ import annotations

from typing import Any

from carlite.actors import Actor, Kind
from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.table import ACTOR, TRAFFIC_LIGHT, CallTable
from carlite.errors import ActorCallError, CallError
from carlite.wire import values
from carlite.wire.binary import LightState
from carlite.wire.values import Value
from carlite.world.boxes import lamp_housings
from carlite.world.street_lights import LightUpdate

TABLE = CallTable()


@TABLE.void("set_traffic_light_state", TRAFFIC_LIGHT, decode.member(LightState))
def _set_state(context: Context, light: Actor, state: LightState) -> None:
    context.world.episode.signals.set_state(light, state)


@TABLE.void("set_traffic_light_green_time", TRAFFIC_LIGHT, decode.number)
def _set_green(context: Context, light: Actor, green_time: float) -> None:
    context.world.episode.signals.set_time(light, LightState.GREEN, green_time)


@TABLE.void("set_traffic_light_yellow_time", TRAFFIC_LIGHT, decode.number)
def _set_yellow(context: Context, light: Actor, yellow_time: float) -> None:
    context.world.episode.signals.set_time(light, LightState.YELLOW, yellow_time)


@TABLE.void("set_traffic_light_red_time", TRAFFIC_LIGHT, decode.number)
def _set_red(context: Context, light: Actor, red_time: float) -> None:
    context.world.episode.signals.set_time(light, LightState.RED, red_time)


@TABLE.void("freeze_traffic_light", TRAFFIC_LIGHT, decode.flag)
def _freeze_one(context: Context, light: Actor, freeze: bool) -> None:
    context.world.episode.signals.freeze(freeze, light)


@TABLE.void("freeze_all_traffic_lights", decode.flag)
def _freeze_all(context: Context, freeze: bool) -> None:
    context.world.episode.signals.freeze(freeze)


@TABLE.void("reset_traffic_light_group", TRAFFIC_LIGHT)
def _reset_group(context: Context, light: Actor) -> None:
    context.world.episode.signals.reset(light)


@TABLE.void("reset_all_traffic_lights")
def _reset_all(context: Context) -> None:
    context.world.episode.signals.reset_all()


@TABLE.value("get_group_traffic_lights", decode.integer)
def _group(context: Context, actor_id: int) -> Value:
    light = context.world.episode.actors.find(actor_id)
    if light is None:
        raise CallError("unable to get group traffic lights: actor not found")
    if light.kind is not Kind.TRAFFIC_LIGHT:
        raise CallError("unable to get group traffic lights: actor is not a traffic light")
    return [other.id for other in context.world.episode.signals.group(light)]


@TABLE.value("get_light_boxes", ACTOR)
def _boxes(context: Context, light: Actor) -> Value:
    """The housings of a light's lamps, in the world."""
    if light.kind is not Kind.TRAFFIC_LIGHT:
        raise ActorCallError("get_light_boxes", "Actor is not a traffic light", light.id)
    name = context.world.episode.signals.shown_as(light)
    return [values.bounding_box(box) for box in lamp_housings(context.world.episode.level.static_world.objects, name)]


@TABLE.value("query_lights_state", decode.text)
def _query_lights(context: Context, endpoint: str) -> Value:
    del endpoint
    return [
        [light.id, values.numbers(light.location), light.intensity_lm, light.group, list(light.colour), light.active]
        for light in context.world.episode.street_lights
    ]


def _states(value: Any, what: str) -> list[tuple[int, LightUpdate]]:
    found = []
    for state in decode.items(value, what):
        f = decode.items(state, "LightState", 6)
        red, green, blue = (decode.integer(part, "colour") for part in decode.items(f[4], "colour", 3)[:3])
        update = LightUpdate(
            intensity_lm=decode.number(f[2], "intensity"),
            group=decode.integer(f[3], "light group"),
            colour=(red, green, blue),
            active=decode.flag(f[5], "active"),
        )
        found.append((decode.integer(f[0], "light id"), update))
    return found


@TABLE.void("update_lights_state", decode.text, _states, decode.flag)
def _update_lights(context: Context, endpoint: str, states: list[tuple[int, LightUpdate]], discard: bool) -> None:
    del endpoint, discard
    for light_id, update in states:
        context.world.episode.set_street_light(light_id, update)


@TABLE.void("update_day_night_cycle", decode.text, decode.flag)
def _follow_night(context: Context, endpoint: str, active: bool) -> None:
    del endpoint
    context.world.episode.let_night_rule_lights(active)
