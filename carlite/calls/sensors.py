"""Calls to sensors: hidden vehicles, render buffers, radio."""

from __future__ import annotations

from carlite.actors import Actor, Kind, Texture
from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.table import ActorOf, CallTable
from carlite.errors import CallError
from carlite.wire.binary import token
from carlite.wire.values import Value
from carlite.world.registry import MISMATCH, NOT_FOUND

TABLE = CallTable()
_CAMERA = ActorOf(kind=Kind.SENSOR, family="sensor.camera.")


@TABLE.void("set_ignored_vehicles", ActorOf(kind=Kind.SENSOR), decode.integers)
def _ignored_vehicles(context: Context, sensor: Actor, actor_ids: list[int]) -> None:
    """Any sensor takes them, cameras heed them; one wrong id and nothing changes, as in CARLA."""
    failed = "Responding error from function set_ignored_vehicles:"
    for number in actor_ids:
        target = context.world.episode.actors.find(number)
        if target is None:
            raise CallError(f"{failed} {NOT_FOUND}.  Target Actor Id: {number}")
        if target.kind is not Kind.VEHICLE:
            raise CallError(f"{failed} {MISMATCH}.  Actor Id: {number} is not a vehicle")
    context.world.episode.ignored_by_camera[sensor.id] = tuple(actor_ids)


@TABLE.void("enable_gbuffers", _CAMERA, decode.flag)
def _enable_buffers(context: Context, camera: Actor, enabled: bool) -> None:
    if enabled:
        context.world.episode.asked.cameras.add(camera.id)
    else:
        context.world.episode.asked.cameras.discard(camera.id)


@TABLE.value("are_gbuffers_enabled", ActorOf(kind=Kind.SENSOR, family="sensor.camera.", function="enable_gbuffers"))
def _are_buffers_enabled(context: Context, camera: Actor) -> Value:
    return camera.id in context.world.episode.asked.cameras


@TABLE.value("get_gbuffer_token", _CAMERA, decode.member(Texture))
def _buffer_token(context: Context, camera: Actor, texture: Texture) -> Value:
    """The client subscribes to the stream of the token at once; it asks again when it stops listening."""
    stream = context.world.episode.buffer_stream(camera, texture)
    if not context.streams.has_listeners(stream):  # one who listens already asks in order to stop
        context.streams.expect(stream, context.caller)
    return token(stream, context.stream_port)


@TABLE.void("send", ActorOf(kind=Kind.SENSOR, family="sensor.other.v2x_custom"), decode.text)
def _send(context: Context, radio: Actor, message: str) -> None:
    """What a custom radio sends in the next tick; a later text replaces it."""
    context.world.episode.asked.texts[radio.id] = message.encode()


@TABLE.value("is_sensor_enabled_for_ros", decode.integer)
def _is_never_enabled(_: Context, stream_id: int) -> Value:
    del stream_id
    return False


_NO_ROS = "carlite publishes nothing over ROS 2; a bridge that reads sensors through the client works"
TABLE.refuse("enable_sensor_for_ros", _NO_ROS)
TABLE.refuse("disable_sensor_for_ros", _NO_ROS)
