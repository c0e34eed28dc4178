"""How the pictures of a rig's cameras are arranged on a panel, whatever cameras it has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = 8
_AHEAD_DEG = 100.0  # nuScenes' back cameras look 109 degrees and more to the side


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A camera: its channel, where it looks (degrees to the left of ahead) and the size of its pictures."""

    channel: str
    yaw_deg: float
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A picture's place on the panel: left upper corner and size, pixels."""

    channel: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """Tiles within ``width`` x ``height`` pixels, margins around them included."""

    tiles: tuple[Tile, ...]
    width: int
    height: int


def arrange(views: Sequence[View], row_height: int) -> Arrangement:
    """What looks ahead above what looks back, each row as the cameras stand from the left of the car to its right.

    With one row alone its pictures are twice as high. All pictures keep their shape.
    """
    ahead = sorted((v for v in views if abs(_turn(v.yaw_deg)) <= _AHEAD_DEG), key=lambda v: (-_turn(v.yaw_deg), v.channel))
    back = sorted((v for v in views if abs(_turn(v.yaw_deg)) > _AHEAD_DEG), key=lambda v: (v.yaw_deg % 360.0, v.channel))
    rows = [row for row in (ahead, back) if row]
    height = row_height if len(rows) == 2 else 2 * row_height + MARGIN
    lengths = [sum(_width(view, height) + MARGIN for view in row) + MARGIN for row in rows]
    widest = max(lengths, default=MARGIN)
    tiles: list[Tile] = []
    for number, (row, length) in enumerate(zip(rows, lengths, strict=True)):
        left, top = (widest - length) // 2 + MARGIN, MARGIN + number * (height + MARGIN)
        for view in row:
            width = _width(view, height)
            tiles.append(Tile(channel=view.channel, left=left, top=top, width=width, height=height))
            left += width + MARGIN
    return Arrangement(tiles=tuple(tiles), width=widest, height=2 * row_height + 3 * MARGIN)


def main_view(views: Sequence[View]) -> View | None:
    """The camera that looks ahead most; None without cameras."""
    return min(views, key=lambda v: (abs(_turn(v.yaw_deg)), -v.width_px, v.channel), default=None)


def _turn(yaw_deg: float) -> float:
    """-180..180."""
    return math.remainder(yaw_deg, 360.0)


def _width(view: View, height: int) -> int:
    return round(height * view.width_px / view.height_px)
