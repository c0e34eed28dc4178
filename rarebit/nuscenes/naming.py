"""Names, tokens and times of a dataset: they follow from what a thing is and where it stands.

A scene folder is a dataset of one scene: it bears the first name and the first time. Scene number n of a dataset has the
n-th of both; ``at_number`` turns the first into the n-th wherever a table, a file name or a CAN bus message holds a time.
"""

from __future__ import annotations

from datetime import datetime, timezone

from rarebit.core.files import content_hash

VERSION = "v1.0-sim"
SLOT_US = 1_000_000_000
"""A scene's time: readers sort samples of all scenes by time, so scenes must not overlap."""
_MOST_SCENES = 1000 + 7800
# Data carry no wall clock. Whole slots, 1 January 2020 at noon.
_FIRST_SLOT = int(datetime(2020, 1, 1, 12, tzinfo=timezone.utc).timestamp()) * 1_000_000 // SLOT_US


def token(*names: str | int) -> str:
    """32 hex digits that name a thing by its role and place."""
    return content_hash(list(names))


def scene_name(number: int) -> str:
    """scene-9000 onwards, then scene-1200 to scene-8999: all outside the real scenes and the CAN bus API's black list.

    Raises:
        ValueError: more scenes than names.
    """
    if number >= _MOST_SCENES:
        raise ValueError(f"scene {number}: a dataset holds at most {_MOST_SCENES} scenes; write several")
    return f"scene-{9000 + number if number < 1000 else 200 + number:04d}"


def scene_base_us(number: int) -> int:
    """Unix time of a scene's start, microseconds."""
    return (_FIRST_SLOT + number) * SLOT_US


def scene_date(number: int) -> str:
    """The day of a scene, "YYYY-MM-DD"."""
    return datetime.fromtimestamp(scene_base_us(number) / 1e6, tz=timezone.utc).strftime("%Y-%m-%d")


def logfile(key: str) -> str:
    """Name of the log of the scene ``key``, and the beginning of its files' names."""
    return f"rarebit-{key[:12]}"


def data_filename(key: str, channel: str, ending: str, time_us: int, *, is_key_frame: bool) -> str:
    """Where a channel's file with the ending ".jpg" or so lies below the root, in the first scene's time."""
    folder = "samples" if is_key_frame else "sweeps"
    return f"{folder}/{channel}/{logfile(key)}__{channel}__{scene_base_us(0) + time_us}{ending}"


def label_filename(key: str, channel: str, time_us: int, kind: str) -> str:
    """Where a label image ("semantic", "instance", "depth") lies below the root, in the first scene's time."""
    return f"rarebit_labels/{channel}/{logfile(key)}__{channel}__{scene_base_us(0) + time_us}_{kind}.png"


def at_number(text: str, number: int) -> str:
    """Rows, messages or a file name of a first scene as those of scene ``number``.

    Times are numbers under "timestamp" and "utime" and the last part of file names, each a slot of seven digits and nine more.
    """
    if number == 0:
        return text
    slot = str(_FIRST_SLOT + number)
    for mark in ('"timestamp": ', '"utime": ', "__"):
        text = text.replace(f"{mark}{_FIRST_SLOT}", f"{mark}{slot}")
    return text
