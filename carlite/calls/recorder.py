"""Calls about CARLA's recorder and replayer."""

from __future__ import annotations

from carlite import geometry
from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.episode import load_map
from carlite.calls.table import Call, value_call, void_call
from carlite.errors import CallError
from carlite.recording import RecordingDesk
from carlite.wire.values import Value


def _desk(context: Context) -> RecordingDesk:
    if context.recording is None:
        raise CallError("this server has no folder for recordings; start it with --recordings DIR")
    return context.recording


def _start(context: Context, name: object, additional: object) -> Value:
    return _desk(context).start_recorder(decode.text(name, "name"), additional=decode.flag(additional, "additional_data"))


def _stop(context: Context) -> Value:
    _desk(context).stop_recorder()
    return None


def _file_info(context: Context, name: object, everything: object) -> Value:
    return _desk(context).file_info(decode.text(name, "name"), everything=decode.flag(everything, "show_all"))


def _collisions(context: Context, name: object, first: object, second: object) -> Value:
    """The categories arrive as character codes."""
    one, other = (chr(decode.integer(code, "category") & 0xFF) for code in (first, second))
    return _desk(context).collisions(decode.text(name, "name"), one, other)


def _blocked(context: Context, name: object, least_s: object, least_cm: object) -> Value:
    return _desk(context).blocked(
        decode.text(name, "name"), decode.number(least_s, "min_time"), decode.number(least_cm, "min_distance")
    )


def _replay(
    context: Context, name: object, start: object, duration: object, follow: object, sensors: object, offset: object
) -> Value:
    location, rotation = decode.transform(offset, "offset")
    return _desk(context).replay(
        decode.text(name, "name"),
        start_s=decode.number(start, "start"),
        duration_s=decode.number(duration, "duration"),
        follow_id=decode.integer(follow, "follow id"),
        follow_offset=geometry.world_from_local(location, rotation),
        with_sensors=decode.flag(sensors, "replay_sensors"),
        load_map=lambda map_name: load_map(context, map_name, reset_settings=True),
    )


def _stop_replay(context: Context, keep_actors: object) -> Value:
    _desk(context).stop_replayer(keep_actors=decode.flag(keep_actors, "keep_actors"))
    return None


def _set_time_factor(context: Context, factor: object) -> Value:
    _desk(context).options.time_factor = decode.number(factor, "time factor")
    return None


def _set_ignore_hero(context: Context, ignore: object) -> Value:
    _desk(context).options.ignore_hero = decode.flag(ignore, "ignore_hero")
    return None


def _set_ignore_spectator(context: Context, ignore: object) -> Value:
    _desk(context).options.ignore_spectator = decode.flag(ignore, "ignore_spectator")
    return None


CALLS: tuple[Call, ...] = (
    value_call("start_recorder", _start, 2),
    void_call("stop_recorder", _stop),
    value_call("show_recorder_file_info", _file_info, 2, slow=True),
    value_call("show_recorder_collisions", _collisions, 3, slow=True),
    value_call("show_recorder_actors_blocked", _blocked, 3, slow=True),
    value_call("replay_file", _replay, 6, slow=True),
    void_call("stop_replayer", _stop_replay, 1),
    void_call("set_replayer_time_factor", _set_time_factor, 1),
    void_call("set_replayer_ignore_hero", _set_ignore_hero, 1),
    void_call("set_replayer_ignore_spectator", _set_ignore_spectator, 1),
)
