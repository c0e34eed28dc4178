"""Calls about CARLA's recorder and replayer."""

from __future__ import annotations

from typing import Any

from carlite import geometry
from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.episode import load_map
from carlite.calls.table import CallTable
from carlite.errors import CallError
from carlite.recording import RecordingDesk
from carlite.wire.values import Value

TABLE = CallTable()


def _desk(context: Context) -> RecordingDesk:
    if context.recording is None:
        raise CallError("this server has no folder for recordings; start it with --recordings DIR")
    return context.recording


def _category(value: Any, what: str) -> str:
    """Arrives as the code of a character."""
    return chr(decode.integer(value, what) & 0xFF)


@TABLE.value("start_recorder", decode.text, decode.flag)
def _start(context: Context, name: str, additional_data: bool) -> Value:
    return _desk(context).start_recorder(name, additional=additional_data)


@TABLE.void("stop_recorder")
def _stop(context: Context) -> None:
    _desk(context).stop_recorder()


@TABLE.value("show_recorder_file_info", decode.text, decode.flag, slow=True)
def _file_info(context: Context, name: str, show_all: bool) -> Value:
    return _desk(context).file_info(name, everything=show_all)


@TABLE.value("show_recorder_collisions", decode.text, _category, _category, slow=True)
def _collisions(context: Context, name: str, category: str, other: str) -> Value:
    return _desk(context).collisions(name, category, other)


@TABLE.value("show_recorder_actors_blocked", decode.text, decode.number, decode.number, slow=True)
def _blocked(context: Context, name: str, min_time_s: float, min_distance_cm: float) -> Value:
    return _desk(context).blocked(name, min_time_s, min_distance_cm)


@TABLE.value(
    "replay_file",
    decode.text,
    decode.number,
    decode.number,
    decode.integer,
    decode.flag,
    decode.transform,
    slow=True,
)
def _replay(
    context: Context, name: str, start_s: float, duration_s: float, follow_id: int, replay_sensors: bool, offset: decode.Pose
) -> Value:
    return _desk(context).replay(
        name,
        start_s=start_s,
        duration_s=duration_s,
        follow_id=follow_id,
        follow_offset=geometry.world_from_local(*offset),
        with_sensors=replay_sensors,
        load_map=lambda map_name: load_map(context, map_name, reset_settings=True),
    )


@TABLE.void("stop_replayer", decode.flag)
def _stop_replay(context: Context, keep_actors: bool) -> None:
    _desk(context).stop_replayer(keep_actors=keep_actors)


@TABLE.void("set_replayer_time_factor", decode.number)
def _set_time_factor(context: Context, time_factor: float) -> None:
    _desk(context).options.time_factor = time_factor


@TABLE.void("set_replayer_ignore_hero", decode.flag)
def _set_ignore_hero(context: Context, ignore_hero: bool) -> None:
    _desk(context).options.ignore_hero = ignore_hero


@TABLE.void("set_replayer_ignore_spectator", decode.flag)
def _set_ignore_spectator(context: Context, ignore_spectator: bool) -> None:
    _desk(context).options.ignore_spectator = ignore_spectator
