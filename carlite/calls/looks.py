"""Calls that change looks: textures, and debug drawings, which have nowhere to show in a headless server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.scenery import actor_name
from carlite.calls.table import CallTable
from carlite.errors import CallError

TABLE = CallTable()
NOT_FOUND = "unable to find Actor to apply the texture"
_DIFFUSE = 2
_MATERIALS = 4
_SAMPLES = 4096
_SHAPES = 9

Colour = tuple[float, float, float]


def _texts(value: Any, what: str) -> list[str]:
    return [decode.text(name, what) for name in decode.items(value, what)]


def _material(value: Any, what: str) -> int:
    kind = decode.integer(value, what)
    if not 0 <= kind < _MATERIALS:
        raise CallError(f"{what}: got {kind}, expected 0..{_MATERIALS - 1}")
    return kind


def _mean_colour(texture: object, read: Callable[[Any], Colour]) -> Colour | None:
    """Mean of a texture's pixels, linear 0..1; of some of them, evenly spread, where it has many."""
    width, height, pixels = decode.items(texture, "texture", 3)[:3]
    expected = decode.integer(width, "texture width") * decode.integer(height, "texture height")
    given = decode.items(pixels, "texture")
    if len(given) != expected:
        raise CallError(f"texture: got {len(given)} pixels, expected {width} x {height}")
    if not given:
        return None
    step = max(len(given) // _SAMPLES, 1)
    red, green, blue = np.mean([read(pixel) for pixel in given[::step]], axis=0)
    return float(red), float(green), float(blue)


def _byte_pixel(pixel: Any) -> Colour:
    """sRGB bytes (IEC 61966-2-1)."""
    values = (decode.integer(part, "pixel") / 255.0 for part in decode.items(pixel, "pixel", 3)[:3])
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def _float_pixel(pixel: Any) -> Colour:
    red, green, blue = (min(max(decode.number(part, "pixel"), 0.0), 1.0) for part in decode.items(pixel, "pixel", 3)[:3])
    return red, green, blue


def _texture(read: Callable[[Any], Colour]) -> Callable[[Any, str], Colour | None]:
    def mean(value: Any, _: str) -> Colour | None:
        return _mean_colour(value, read)

    return mean


@TABLE.void("apply_color_texture_to_objects", _texts, _material, _texture(_byte_pixel))
@TABLE.void("apply_float_color_texture_to_objects", _texts, _material, _texture(_float_pixel))
def _apply_texture(context: Context, names: list[str], material: int, colour: Colour | None) -> None:
    """Paints objects in the mean colour of a diffuse texture, where they are painted; other textures change nothing."""
    wanted = set(names)
    things = [thing for thing in context.world.episode.level.static_world.objects if thing.name in wanted]
    actors = [actor for actor in context.world.episode.actors if actor_name(actor) in wanted]
    if not things and not actors:
        raise CallError(NOT_FOUND)
    if material != _DIFFUSE or colour is None:
        return
    for thing in things:
        context.world.episode.level.rays.paint_object(thing.object_id, colour)
    for actor in actors:
        actor.tint = colour
    context.world.episode.level.rays.invalidate()


def _primitive(value: Any, what: str) -> int:
    kind = decode.integer(decode.items(decode.items(value, what, 4)[0], what, 2)[0], what)
    if not 0 <= kind < _SHAPES:
        raise CallError(f"{what}: got primitive {kind}, expected 0..{_SHAPES - 1}")
    return kind


@TABLE.void("draw_debug_shape", _primitive)
def _draw(_: Context, shape: int) -> None:
    """Shows nothing."""
    del shape


@TABLE.void("clear_debug_shape")
@TABLE.void("clear_debug_string")
def _clear(_: Context) -> None:
    """There is nothing to clear."""
