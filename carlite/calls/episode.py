"""Calls about the server, the episode, maps, files, settings, ticks and weather."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from carlite import opendrive
from carlite.calls import decode, encode
from carlite.calls.context import WORLD_STREAM, Context
from carlite.calls.table import CallTable
from carlite.errors import CallError, MapError
from carlite.weather import Weather
from carlite.wire import values
from carlite.wire.binary import token
from carlite.wire.values import Value
from carlite.world.level import build_level
from carlite.world.maps import GENERATED, MapSource
from carlite.world.settings import EpisodeSettings
from carlite.world.shown_objects import MapLayer

TABLE = CallTable()
VERSION = "0.9.16"
_STREAM_IDS = 1 << 32


@TABLE.value("version", any_time=True)
def _version(_: Context) -> Value:
    return VERSION


@TABLE.value("get_available_maps", any_time=True)
def _available_maps(context: Context) -> Value:
    return [f"/Game/Carla/Maps/{name}" for name in context.shelf.names()]


@TABLE.value("get_episode_info")
def _episode_info(context: Context) -> Value:
    return [context.world.episode.number, [token(WORLD_STREAM, context.stream_port)]]


def _stream_id(value: Any, what: str) -> int:
    number = decode.integer(value, what)
    if not 0 <= number < _STREAM_IDS:
        raise CallError(f"{what}: got {number}, expected 0..{_STREAM_IDS - 1}")
    return number


@TABLE.value("get_sensor_token", _stream_id)
def _sensor_token(context: Context, stream_id: int) -> Value:
    """Of a sensor that has gone too, as in CARLA: who listens to it then hears nothing."""
    if stream_id == WORLD_STREAM or stream_id in context.world.episode.sensors_by_stream:
        context.streams.expect(stream_id, context.caller)
    return [token(stream_id, context.stream_port)]


@TABLE.value("get_map_info")
def _map_info(context: Context) -> Value:
    level = context.world.episode.level
    points = context.world.episode.spawn_points
    return [level.source.wire_name, [values.transform(location, rotation) for location, rotation in points]]


@TABLE.value("get_map_data")
def _map_data(context: Context) -> Value:
    return context.world.episode.level.opendrive


@TABLE.value("get_required_files", decode.text)
def _required_files(context: Context, folder: str) -> Value:
    """The navigation mesh in the folder "Nav"; the client asks for everything else through calls of its own."""
    return context.world.episode.level.navigation.paths if folder == "Nav" else []


@TABLE.value("request_file", decode.text, slow=True)
def _request_file(context: Context, path: str) -> Value:
    """A file that ``get_required_files`` names; empty for any other, as in CARLA."""
    navigation = context.world.episode.level.navigation
    return navigation.content() if path in navigation.paths else b""


@TABLE.value("get_navigation_mesh", slow=True)
def _navigation_mesh(context: Context) -> Value:
    return context.world.episode.level.navigation.content()


def load_map(context: Context, name: str, *, reset_settings: bool, layers: MapLayer = MapLayer.ALL) -> None:
    """Begins a new episode on a map, "" being the present one; shared with the replayer."""
    current = context.world.episode.level
    try:
        source = context.shelf.get(name) if name else current.source
        if source is None:
            raise CallError(f"Map '{name}' not found")
        if source == current.source:
            level = current
        else:
            level = build_level(source, seed=context.seed, threads=context.threads, cache_dir=context.cache_dir)
    except MapError as error:
        raise CallError(f"Map '{name}' cannot be loaded: {error}") from error
    context.world.load(level, reset_settings=reset_settings, layers=layers)


def _layers(value: Any, what: str) -> MapLayer:
    return MapLayer(decode.integer(value, what) & MapLayer.ALL)


@TABLE.void("load_new_episode", decode.text, decode.flag, _layers, slow=True)
def _load_episode(context: Context, name: str, reset_settings: bool, map_layers: MapLayer) -> None:
    load_map(context, name, reset_settings=reset_settings, layers=map_layers)


@TABLE.void("load_map_layer", _layers, slow=True)
def _load_layers(context: Context, map_layers: MapLayer) -> None:
    context.world.episode.shown_objects.load(map_layers)


@TABLE.void("unload_map_layer", _layers, slow=True)
def _unload_layers(context: Context, map_layers: MapLayer) -> None:
    """Maps whose name does not end in "_Opt" have no layers, as in CARLA."""
    context.world.episode.shown_objects.unload(map_layers)


@TABLE.void("copy_opendrive_to_file", decode.text, decode.items, slow=True)
def _copy_opendrive(context: Context, text: str, parameters: list[Any]) -> None:
    try:
        generation = decode.structure(opendrive.Generation)(parameters, "OpendriveGenerationParameters")
        opendrive.parse(text)
    except MapError as error:
        raise CallError(f"opendrive could not be correctly parsed: {error}") from error
    context.shelf.keep(MapSource(name=GENERATED, opendrive=text, generation=generation))


@TABLE.value("get_episode_settings")
def _settings(context: Context) -> Value:
    return encode.structure(context.world.settings)


@TABLE.value("set_episode_settings", decode.structure(EpisodeSettings))
def _set_settings(context: Context, settings: EpisodeSettings) -> Value:
    farthest_m = max(settings.tile_stream_distance_m, settings.actor_active_distance_m)
    context.world.settings = replace(settings, fixed_delta_s=settings.fixed_delta_s or None, tile_stream_distance_m=farthest_m)
    return context.world.frame


@TABLE.value("tick_cue")
def _tick_cue(context: Context) -> Value:
    if context.failure is not None:
        failure, context.failure = context.failure, None
        raise CallError(failure)
    context.tick_cued = True
    return context.world.frame + 1


@TABLE.value("get_weather_parameters")
def _weather(context: Context) -> Value:
    return context.world.episode.weather.values()


@TABLE.void("set_weather_parameters", decode.structure(Weather))
def _set_weather(context: Context, weather: Weather) -> None:
    context.world.episode.set_weather(weather)


@TABLE.value("get_imui_gravity")
def _gravity(context: Context) -> Value:
    return context.world.episode.imu_gravity


@TABLE.void("set_imui_gravity", decode.number)
def _set_gravity(context: Context, gravity: float) -> None:
    context.world.episode.imu_gravity = gravity


@TABLE.value("console_command", decode.text)
def _console_command(_: Context, command: str) -> Value:
    """There is no Unreal console: no command is recognised, which is what False says."""
    del command
    return False


@TABLE.void("set_annotations_traverse_translucency", decode.flag)
def _see_through(_: Context, enabled: bool) -> None:
    """Whether semantic labels are those behind glass; carlite's glass always is what is labelled."""
    del enabled
