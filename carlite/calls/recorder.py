"""Calls about CARLA's recorder and replayer."""

from __future__ import annotations

from carlite.calls.table import Call, unserved_call
from carlite.wire.values import ReplyForm

_TEXTS = (
    "start_recorder",
    "show_recorder_file_info",
    "show_recorder_collisions",
    "show_recorder_actors_blocked",
    "replay_file",
)
_ORDERS = (
    "stop_recorder",
    "stop_replayer",
    "set_replayer_time_factor",
    "set_replayer_ignore_hero",
    "set_replayer_ignore_spectator",
)

CALLS: tuple[Call, ...] = (
    *(unserved_call(name) for name in _TEXTS),
    *(unserved_call(name, ReplyForm.VOID) for name in _ORDERS),
)
