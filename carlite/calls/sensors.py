"""Calls to sensors: hidden vehicles, render buffers, radio."""

from __future__ import annotations

from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.table import Call, refused_call, value_call, void_call
from carlite.errors import ActorCallError, CallError
from carlite.wire.binary import token
from carlite.wire.values import Value
from carlite.world.actors import Actor, Kind
from carlite.world.buffers import Texture
from carlite.world.registry import NOT_FOUND

_WRONG_TYPE = "Actor does not match the expected type"


def _sensor(context: Context, actor_id: object, function: str, family: str) -> Actor:
    """A sensor whose blueprint begins with ``family``."""
    sensor = context.world.actors.get(decode.integer(actor_id, "actor id"), function, Kind.SENSOR)
    if not sensor.type_id.startswith(family):
        raise ActorCallError(function, _WRONG_TYPE, sensor.id)
    return sensor


def _camera(context: Context, actor_id: object, function: str) -> Actor:
    return _sensor(context, actor_id, function, "sensor.camera.")


def _ignored_vehicles(context: Context, actor_id: object, ids: object) -> Value:
    """Any sensor takes them, cameras heed them; one wrong id and nothing changes, as in CARLA."""
    function = "set_ignored_vehicles"
    sensor = _sensor(context, actor_id, function, "sensor.")
    hidden = [decode.integer(item, "actor id") for item in decode.items(ids, "actor ids")]
    for number in hidden:
        target = context.world.actors.find(number)
        if target is None:
            raise CallError(f"Responding error from function {function}: {NOT_FOUND}.  Target Actor Id: {number}")
        if target.kind is not Kind.VEHICLE:
            raise CallError(f"Responding error from function {function}: {_WRONG_TYPE}.  Actor Id: {number} is not a vehicle")
    context.world.ignored_by_camera[sensor.id] = tuple(hidden)
    return None


def _enable_buffers(context: Context, actor_id: object, enabled: object) -> Value:
    camera = _camera(context, actor_id, "enable_gbuffers")
    if decode.flag(enabled, "enabled"):
        context.world.asked.cameras.add(camera.id)
    else:
        context.world.asked.cameras.discard(camera.id)
    return None


def _are_buffers_enabled(context: Context, actor_id: object) -> Value:
    camera = _camera(context, actor_id, "enable_gbuffers")  # the function that CARLA names in the error
    return camera.id in context.world.asked.cameras


def _buffer_token(context: Context, actor_id: object, texture: object) -> Value:
    """The client subscribes to the stream of the token at once; it asks again when it stops listening."""
    camera = _camera(context, actor_id, "get_gbuffer_token")
    number = decode.integer(texture, "texture")
    if number not in set(Texture):
        raise CallError(f"get_gbuffer_token: got texture {number}, expected 0..{len(Texture) - 1}")
    stream = context.world.buffer_stream(camera, Texture(number))
    if not context.streams.has_listeners(stream):  # one who listens already asks in order to stop
        context.streams.expect(stream, context.caller)
    return token(stream, context.stream_port)


def _send(context: Context, actor_id: object, text: object) -> Value:
    """What a custom radio sends in the next tick; a later text replaces it."""
    sensor = _sensor(context, actor_id, "send", "sensor.other.v2x_custom")
    context.world.asked.texts[sensor.id] = decode.text(text, "message").encode()
    return None


def _is_never_enabled(_: Context, stream_id: object) -> Value:
    decode.integer(stream_id, "stream id")
    return False


_NO_ROS = "carlite publishes nothing over ROS 2; a bridge that reads sensors through the client works"

CALLS: tuple[Call, ...] = (
    void_call("set_ignored_vehicles", _ignored_vehicles, 2),
    void_call("enable_gbuffers", _enable_buffers, 2),
    value_call("are_gbuffers_enabled", _are_buffers_enabled, 1),
    value_call("get_gbuffer_token", _buffer_token, 2),
    void_call("send", _send, 2),
    value_call("is_sensor_enabled_for_ros", _is_never_enabled, 1),
    refused_call("enable_sensor_for_ros", _NO_ROS),
    refused_call("disable_sensor_for_ros", _NO_ROS),
)
