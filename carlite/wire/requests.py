"""Bytes of a client to msgpack-RPC requests, without building anything before a request is whole."""

from __future__ import annotations

import reprlib
from typing import Any

import msgpack
import numpy as np

from carlite.errors import WireError
from carlite.wire.limits import WireLimits

_REQUEST = 0
_FOUR_ENTRIES = 0x94  # every packer writes short lists so
_FIRST_BUFFER_BYTES = 1 << 14
_BYTES_SHOWN = 20
_BEGINS_LIST = np.zeros(256, np.bool_)  # bytes that can begin a list or a map; others hold as many in texts at most
_BEGINS_LIST[0x80:0xA0] = _BEGINS_LIST[0xDC:0xE0] = True


class RequestReader:
    """Takes the bytes of one connection and gives its requests.

    A declared length costs a sender nothing, so a list is built only when all of its bytes are there: msgpack first passes
    over the bytes, and what it passed over whole is unpacked. Memory is bounded by the bytes received.

    Args:
        limits: sizes beyond which a WireError is raised.
    """

    def __init__(self, limits: WireLimits) -> None:
        self._limits = limits
        self._bytes = bytearray()
        self._skimmer = msgpack.Unpacker(max_buffer_size=limits.request_bytes, read_size=_FIRST_BUFFER_BYTES)
        self._passed = 0

    @property
    def held_bytes(self) -> int:
        """Bytes received that belong to no request taken yet."""
        return len(self._bytes)

    def feed(self, data: bytes) -> None:
        """Adds received bytes; raises WireError when they are too many or cannot begin a request."""
        try:
            self._skimmer.feed(data)
        except (msgpack.UnpackException, ValueError) as error:
            raise WireError(f"a request of more than {self._limits.request_bytes} bytes (--max-message)") from error
        self._bytes += data

    def take(self) -> tuple[int, str, list[Any]] | None:
        """Id, name and parameters of the next request; None while it is incomplete.

        Raises:
            WireError: for anything but ``[0, id, name, [parameters]]`` within the limits.
        """
        if not self._bytes:
            return None
        if self._bytes[0] != _FOUR_ENTRIES:
            begin = bytes(self._bytes[:_BYTES_SHOWN])
            raise WireError(f"got {begin!r}, expected a msgpack-rpc request [0, id, name, parameters]")
        try:
            self._skimmer.skip()
        except msgpack.OutOfData:
            return None
        except Exception as error:  # whatever msgpack finds wrong is the sender's fault
            raise WireError(f"not msgpack: {type(error).__name__}: {error}") from error
        end = self._skimmer.tell()
        size, self._passed = end - self._passed, end
        if size == len(self._bytes):
            request, self._bytes = self._bytes, bytearray()
        else:
            request = self._bytes[:size]
            del self._bytes[:size]
        return self._unpacked(request)

    def clear(self) -> None:
        """Forgets what has been received."""
        self._bytes = bytearray()

    def _unpacked(self, request: bytearray) -> tuple[int, str, list[Any]]:
        if len(request) > self._limits.request_lists:
            lists = int(_BEGINS_LIST[np.frombuffer(request, np.uint8)].sum())
            if lists > self._limits.request_lists:
                raise WireError(f"a request of {lists} lists, expected at most {self._limits.request_lists}")
        try:
            message = msgpack.unpackb(request, unicode_errors="replace", strict_map_key=False)
        except Exception as error:  # unhashable keys of maps, for instance, are a TypeError
            raise WireError(f"not a request: {type(error).__name__}: {error}") from error
        return _checked(message)


def _checked(message: object) -> tuple[int, str, list[Any]]:
    if not isinstance(message, list) or len(message) != 4 or isinstance(message[0], bool) or message[0] != _REQUEST:
        raise WireError(f"got {reprlib.repr(message)}, expected a msgpack-rpc request [0, id, name, parameters]")
    _, request_id, name, parameters = message
    if isinstance(request_id, bool) or not isinstance(request_id, int):
        raise WireError(f"request id: got {reprlib.repr(request_id)}, expected a whole number")
    if not isinstance(name, str) or not isinstance(parameters, list):
        raise WireError("a msgpack-rpc request needs a name and a list of parameters")
    return request_id, name, parameters
