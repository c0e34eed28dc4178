"""Whether a CARLA server listens at an address, asked without CARLA's client.

The client ends the whole process by a signal when something else answers, and waits for its time-out where nobody listens.
"""

from __future__ import annotations

import socket
import time
from typing import Any

import msgpack

from rarebit.core.errors import ServerError

_ASK = msgpack.packb([0, 1, "version", [[False]]])  # request 1, answered at once (the metadata of a synchronous call)
_MOST_BYTES = 4096


def version_at(host: str, port: int, timeout_s: float) -> str:
    """The release of the CARLA server at an address.

    Raises:
        ServerError: nobody listens, nobody answers within ``timeout_s``, or what answers is no CARLA server.
    """
    name, end = f"carla at {host}:{port}", time.monotonic() + timeout_s
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            connection.sendall(_ASK)
            answer = _answer(connection, end)
    except TimeoutError as error:
        raise ServerError(
            f"{name}: no answer within {timeout_s:g} s (asking for its version); the server hangs, or is no CARLA server: "
            "start CARLA 0.9.16 there, or raise carla.timeout_s"
        ) from error
    except OSError as error:
        raise ServerError(
            f"{name}: nothing answers ({error}); start CARLA 0.9.16 there, or leave carla.host empty to use carlite"
        ) from error
    match answer:
        case [1, 1, None, [[1, str(version)]]]:
            return version
    raise ServerError(f"{name}: what answers there is no CARLA server; correct carla.host and carla.port")


def _answer(connection: socket.socket, end: float) -> Any:
    """The first message, or what is left of none; raises TimeoutError."""
    unpacker = msgpack.Unpacker(max_buffer_size=_MOST_BYTES)
    received = 0
    while received < _MOST_BYTES:
        left = end - time.monotonic()
        if left <= 0.0:
            raise TimeoutError
        connection.settimeout(left)
        block = connection.recv(min(1024, _MOST_BYTES - received))
        if not block:
            return None
        received += len(block)
        unpacker.feed(block)
        try:
            return unpacker.unpack()
        except msgpack.OutOfData:
            continue
        except (ValueError, msgpack.UnpackException):
            return None
    return None
