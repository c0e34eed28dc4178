"""Bytes of a sensor's message stay what they were for as long as somebody looks at them."""

from __future__ import annotations

import gc
import weakref

import numpy as np

from rarebit.session.sensing import _bytes_of


class Message:
    """What carla hands out: a view on memory that belongs to the message and goes with it."""

    def __init__(self, content: bytes) -> None:
        self._memory = np.frombuffer(content, np.uint8).copy()
        self.raw_data = memoryview(self._memory)


def test_a_view_keeps_its_message_alive() -> None:
    message = Message(bytes(range(200)))
    alive = weakref.ref(message)
    view = np.frombuffer(_bytes_of(message), np.uint8)[24:]
    del message
    gc.collect()
    assert alive() is not None
    np.testing.assert_array_equal(view, np.arange(24, 200))
    del view
    gc.collect()
    assert alive() is None


def test_no_bytes_are_no_bytes() -> None:
    assert len(_bytes_of(Message(b""))) == 0
