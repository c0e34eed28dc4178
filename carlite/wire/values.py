"""How replies and geometry look in msgpack (see the value encodings of the protocol)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from carlite.mesh import Box

Value = object


class ReplyForm(Enum):
    """How the reply of a call is wrapped."""

    VALUE = "value"  # [[1, value]]
    VOID = "void"  # [[false]]
    BARE = "bare"  # apply_batch: the result as it is


def value_reply(value: Value) -> Value:
    """``Response<T>`` that holds a value."""
    return [[1, value]]


def void_reply() -> Value:
    """``Response<void>`` of a call that worked."""
    return [[False]]


def error_reply(form: ReplyForm, message: str) -> Value:
    """The error that the client raises as RuntimeError(message), in the form that belongs to the call."""
    return [[True, [message]]] if form is ReplyForm.VOID else [[0, [message]]]


def reply(form: ReplyForm, value: Value) -> Value:
    """Wraps the result of a call that worked."""
    if form is ReplyForm.VOID:
        return void_reply()
    return value if form is ReplyForm.BARE else value_reply(value)


def numbers(values: Iterable[float]) -> list[float]:
    """Plain floats, as msgpack knows no numpy scalars."""
    return [float(value) for value in values]


def transform(location: Iterable[float], rotation_deg: Iterable[float]) -> Value:
    """``Transform``: metres and (pitch, yaw, roll) degrees."""
    return [numbers(location), numbers(rotation_deg)]


def bounding_box(box: Box, actor_id: int = 0) -> Value:
    """``BoundingBox`` with half sizes."""
    return [numbers(box.centre), numbers(box.half_extent), numbers(box.rotation_deg), actor_id]


def optional(value: Value | None) -> Value:
    """``optional<T>``: never nil."""
    return [False] if value is None else [True, value]
