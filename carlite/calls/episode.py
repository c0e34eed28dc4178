"""Calls about the server, the episode, maps, files, settings, ticks and weather."""

from __future__ import annotations

from carlite import opendrive
from carlite.calls import decode
from carlite.calls.context import WORLD_STREAM, Context
from carlite.calls.table import Call, value_call, void_call
from carlite.errors import CallError, MapError
from carlite.wire import values
from carlite.wire.binary import token
from carlite.wire.values import Value
from carlite.world.level import build_level
from carlite.world.maps import GENERATED, MapSource
from carlite.world.settings import EpisodeSettings
from carlite.world.shown_objects import MapLayer
from carlite.world.weather import weather_from_values

VERSION = "0.9.16"


def _version(_: Context) -> Value:
    return VERSION


def _available_maps(context: Context) -> Value:
    return [f"/Game/Carla/Maps/{name}" for name in context.shelf.names()]


def _episode_info(context: Context) -> Value:
    return [context.world.episode_id, [token(WORLD_STREAM, context.stream_port)]]


def _sensor_token(context: Context, stream_id: object) -> Value:
    """Of a sensor that has gone too, as in CARLA: who listens to it then hears nothing."""
    wanted = decode.integer(stream_id, "stream id")
    if wanted == WORLD_STREAM or wanted in context.world.sensors_by_stream:
        context.streams.expect(wanted, context.caller)
    return [token(wanted, context.stream_port)]


def _map_info(context: Context) -> Value:
    level = context.world.level
    points = context.world.spawn_points
    return [level.source.wire_name, [values.transform(location, rotation) for location, rotation in points]]


def _map_data(context: Context) -> Value:
    return context.world.level.source.opendrive


def _required_files(context: Context, folder: object) -> Value:
    """The navigation mesh in the folder "Nav"; the client asks for everything else through calls of its own."""
    return context.world.level.navigation.paths if decode.text(folder, "folder") == "Nav" else []


def _request_file(context: Context, path: object) -> Value:
    """A file that ``get_required_files`` names; empty for any other, as in CARLA."""
    navigation = context.world.level.navigation
    return navigation.content() if decode.text(path, "path") in navigation.paths else b""


def _navigation_mesh(context: Context) -> Value:
    return context.world.level.navigation.content()


def load_map(context: Context, name: str, *, reset_settings: bool, layers: MapLayer = MapLayer.ALL) -> None:
    """Begins a new episode on a map, "" being the present one; shared with the replayer."""
    current = context.world.level
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


def _load_episode(context: Context, name: object, reset_settings: object, layers: object) -> Value:
    load_map(
        context,
        decode.text(name, "map"),
        reset_settings=decode.flag(reset_settings, "reset_settings"),
        layers=_layers(layers),
    )
    return None


def _copy_opendrive(context: Context, text: object, parameters: object) -> Value:
    opendrive_text = decode.text(text, "OpenDRIVE")
    f = decode.items(parameters, "OpendriveGenerationParameters", 7)
    try:
        generation = opendrive.Generation(
            vertex_distance_m=decode.number(f[0], "vertex_distance"),
            max_road_length_m=decode.number(f[1], "max_road_length"),
            wall_height_m=decode.number(f[2], "wall_height"),
            additional_width_m=decode.number(f[3], "additional_width"),
            smooth_junctions=decode.flag(f[4], "smooth_junctions"),
            mesh_visible=decode.flag(f[5], "enable_mesh_visibility"),
            pedestrian_navigation=decode.flag(f[6], "enable_pedestrian_navigation"),
        )
        opendrive.parse(opendrive_text)
    except MapError as error:
        raise CallError(f"opendrive could not be correctly parsed: {error}") from error
    context.shelf.keep(MapSource(name=GENERATED, opendrive=opendrive_text, generation=generation))
    return None


def _settings(context: Context) -> Value:
    s = context.world.settings
    return [
        s.synchronous,
        s.no_rendering,
        values.optional(s.fixed_delta_s),
        s.substepping,
        s.max_substep_s,
        s.max_substeps,
        s.max_culling_distance_m,
        s.deterministic_ragdolls,
        s.tile_stream_distance_m,
        s.actor_active_distance_m,
        s.spectator_as_ego,
    ]


def _set_settings(context: Context, given: object) -> Value:
    f = decode.items(given, "EpisodeSettings", 11)
    delta = decode.optional(f[2], "fixed_delta_seconds")
    active_m = decode.number(f[9], "actor_active_distance")
    try:
        settings = EpisodeSettings(
            synchronous=decode.flag(f[0], "synchronous_mode"),
            no_rendering=decode.flag(f[1], "no_rendering_mode"),
            fixed_delta_s=None if delta is None else decode.number(delta, "fixed_delta_seconds") or None,
            substepping=decode.flag(f[3], "substepping"),
            max_substep_s=decode.number(f[4], "max_substep_delta_time"),
            max_substeps=decode.integer(f[5], "max_substeps"),
            max_culling_distance_m=decode.number(f[6], "max_culling_distance"),
            deterministic_ragdolls=decode.flag(f[7], "deterministic_ragdolls"),
            tile_stream_distance_m=max(decode.number(f[8], "tile_stream_distance"), active_m),
            actor_active_distance_m=active_m,
            spectator_as_ego=decode.flag(f[10], "spectator_as_ego"),
        )
    except ValueError as error:
        raise CallError(str(error)) from error
    context.world.settings = settings
    return context.world.frame


def _tick_cue(context: Context) -> Value:
    if context.failure is not None:
        failure, context.failure = context.failure, None
        raise CallError(failure)
    context.tick_cued = True
    return context.world.frame + 1


def _weather(context: Context) -> Value:
    return context.world.weather.values()


def _set_weather(context: Context, given: object) -> Value:
    try:
        weather = weather_from_values([decode.number(v, "weather") for v in decode.items(given, "weather")])
    except ValueError as error:
        raise CallError(str(error)) from error
    context.world.set_weather(weather)
    return None


def _gravity(context: Context) -> Value:
    return context.world.imu_gravity


def _set_gravity(context: Context, gravity: object) -> Value:
    context.world.imu_gravity = decode.number(gravity, "gravity")
    return None


def _layers(given: object) -> MapLayer:
    return MapLayer(decode.integer(given, "map layers") & MapLayer.ALL)


def _load_layers(context: Context, layers: object) -> Value:
    context.world.shown_objects.load(_layers(layers))
    return None


def _unload_layers(context: Context, layers: object) -> Value:
    """Maps whose name does not end in "_Opt" have no layers, as in CARLA."""
    context.world.shown_objects.unload(_layers(layers))
    return None


def console_command(_: Context, command: object) -> Value:
    """There is no Unreal console: no command is recognised, which is what False says; shared with the batch."""
    decode.text(command, "command")
    return False


def _see_through(_: Context, enabled: object) -> Value:
    """Whether semantic labels are those behind glass; carlite's glass always is what is labelled."""
    decode.flag(enabled)
    return None


CALLS: tuple[Call, ...] = (
    value_call("version", _version, any_time=True),
    value_call("get_available_maps", _available_maps, any_time=True),
    value_call("get_episode_info", _episode_info),
    value_call("get_sensor_token", _sensor_token, 1),
    value_call("get_map_info", _map_info),
    value_call("get_map_data", _map_data),
    value_call("get_required_files", _required_files, 1),
    value_call("request_file", _request_file, 1, slow=True),
    value_call("get_navigation_mesh", _navigation_mesh, slow=True),
    void_call("load_new_episode", _load_episode, 3, slow=True),
    void_call("load_map_layer", _load_layers, 1, slow=True),
    void_call("unload_map_layer", _unload_layers, 1, slow=True),
    void_call("copy_opendrive_to_file", _copy_opendrive, 2, slow=True),
    value_call("get_episode_settings", _settings),
    value_call("set_episode_settings", _set_settings, 1),
    value_call("tick_cue", _tick_cue),
    value_call("get_weather_parameters", _weather),
    void_call("set_weather_parameters", _set_weather, 1),
    value_call("get_imui_gravity", _gravity),
    void_call("set_imui_gravity", _set_gravity, 1),
    void_call("set_annotations_traverse_translucency", _see_through, 1),
    value_call("console_command", console_command, 1),
)
